"""What infra/ makes of the app: settings and names that the app knows."""

import re
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from adapters.environment import read_settings
from adapters.sql_server.connection_string import to_odbc
from devstack.infra.__main__ import INFRA, files

ROOT = Path(__file__).parents[3]


def text(name: str) -> str:
    return (INFRA / name).read_text(encoding="utf-8")


def test_what_deploy_sh_hands_over_and_asks_for_is_there() -> None:
    main, script = files(INFRA)["main.bicep"], text("deploy.sh")
    handed_over = {
        name
        for line in script.splitlines()
        for _, _, values in [line.partition("set -- ")]
        for name in re.findall(r"\b([a-zA-Z]+)=", values)
    }

    assert {"name", "sqlConnectionString", "privateNetwork"} <= handed_over <= main.of("param").keys()
    asked_for = set(re.findall(r"\$\(output (\w+)\)", script))
    assert "functionAppName" in asked_for <= main.of("output").keys()


def test_the_relays_that_are_always_ready_are_those_of_relays_toml() -> None:
    relays_toml = (ROOT / "relays.toml").read_text(encoding="utf-8")
    sections = relays_toml.split("\n[[relay]]")[1:]
    # what main.bicep does, step by step
    assert "line => startsWith(replace(line, ' ', ''), 'name=\"')" in text("main.bicep")
    found = [next(line for line in s.split("\n") if line.replace(" ", "").startswith('name="')).split('"')[1] for s in sections]  # fmt: skip

    assert found == [relay["name"] for relay in tomllib.loads(relays_toml)["relay"]]
    assert "'relay_${relay}'" in text("main.bicep")


def test_on_flex_there_is_no_key() -> None:
    assert "allowSharedKeyAccess: sharedKeys" in text("storage.bicep")
    assert "sharedKeys: plan == 'consumption'" in text("main.bicep")
    assert [name for name in files(INFRA) if "listKeys" in text(name)] == ["consumption.bicep"]


def test_the_identity_has_the_roles_that_are_explained_and_no_others() -> None:
    guids = {name: re.findall(r"'([0-9a-f]{8}-[0-9a-f-]{27})'", text(name)) for name in files(INFRA)}

    assert guids.pop("keyvault.bicep") == ["4633458b-17de-408a-b874-0445c86b69e6"]  # Key Vault Secrets User
    assert sorted(guids.pop("roles.bicep")) == [
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",  # Storage Table Data Contributor
        "3913510d-42f4-4e42-8a64-420c390055eb",  # Monitoring Metrics Publisher
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88",  # Storage Queue Data Contributor
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",  # Storage Blob Data Owner
    ]
    assert not any(guids.values())


def test_azure_yaml_says_what_azd_needs_and_nothing_else() -> None:
    said = YAML(typ="safe", pure=True).load(ROOT / "azure.yaml")

    assert said == {
        "name": "durable-sql-relay",
        "infra": {"provider": "bicep", "path": "infra", "module": "main"},
        "services": {"relay": {"project": ".", "language": "python", "host": "function"}},
    }


def test_what_azd_remembers_of_secrets_is_neither_deployed_nor_checked_in() -> None:
    assert ".azure" in (ROOT / ".funcignore").read_text(encoding="utf-8").splitlines()
    assert ".azure/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_what_azd_reads_of_the_environment_is_the_relays_own_or_azds() -> None:
    read = set(re.findall(r"readEnvironmentVariable\('(\w+)'", text("main.bicepparam")))

    assert {name for name in read if not name.startswith("RELAY_")} == {"AZURE_ENV_NAME", "API_URL"}


@pytest.mark.parametrize("plan", ["flex.bicep", "consumption.bicep"])
def test_azd_finds_what_it_deploys_to(plan: str) -> None:
    azure_yaml = (ROOT / "azure.yaml").read_text(encoding="utf-8")
    service = re.search(r"^services:\n  (\w+):", azure_yaml, re.MULTILINE)

    assert service is not None
    assert f"'azd-service-name': '{service[1]}'" in text(plan)


def test_no_plan_offers_a_python_that_the_app_is_not_tested_on() -> None:
    offered = {plan: set(re.findall(r"'(3\.\d+)'", re.search(r"@allowed\((.*)\)\nparam pythonVersion", text(plan))[1])) for plan in ("flex.bicep", "consumption.bicep")}  # type: ignore[index] # fmt: skip

    assert offered == {"flex.bicep": {"3.11", "3.12", "3.13", "3.14"}, "consumption.bicep": {"3.11", "3.12"}}


def test_the_app_understands_the_connection_string_of_its_identity() -> None:
    written = re.search(r"var identityLogin = '(.*)'", text("main.bicep"))
    assert written is not None
    filled = written[1].replace("${sqlServerFqdn}", "shop.database.windows.net").replace("${sqlDatabaseName}", "relay")

    odbc = to_odbc(filled.replace("${identity.properties.clientId}", "1234"), "ODBC Driver 18 for SQL Server")

    assert odbc.text.replace("{", "").replace("}", "") == (
        "Driver=ODBC Driver 18 for SQL Server;Server=tcp:shop.database.windows.net,1433;Database=relay;"
        "Authentication=ActiveDirectoryMsi;UID=1234;Encrypt=yes"
    )


def test_the_longest_stem_makes_a_name_that_a_storage_account_may_have() -> None:
    stem = re.search(r"@maxLength\((\d+)\)\nparam name ", text("main.bicep"))
    token = re.search(r"var token = take\(.*, (\d+)\)\n", text("main.bicep"))

    assert "    name: '${stem}${token}'" in text("main.bicep")
    assert stem is not None
    assert token is not None
    assert int(stem[1]) + int(token[1]) <= 24


def test_in_a_private_network_nothing_stays_open() -> None:
    assert re.findall(r"open: (.*)", text("main.bicep")) == ["!private", "!private"]
    assert "publicNetworkAccess: open ? 'Enabled' : 'Disabled'" in text("storage.bicep")
    assert "publicNetworkAccess: open ? 'Enabled' : 'Disabled'" in text("sql.bicep")


def test_the_schedules_that_the_plans_get_are_read_by_the_app_and_seen_by_the_alert() -> None:
    [line] = [each for each in text("main.bicep").splitlines() if "WATCHDOG_SCHEDULE:" in each]
    schedules = re.findall(r"'([\d*/ ]+)'", line)

    environment = {"SqlConnectionString": "Server=h;Database=Shop", "API_URL": "https://h", "WEBSITE_SITE_NAME": "shop"}
    read = [read_settings({**environment, "WATCHDOG_SCHEDULE": each}).watchdog_schedule for each in schedules]
    assert read == schedules != []
    assert "minutes: 15" in text("alerts.bicep").partition("name: 'watchdog'")[2].partition("\n  }")[0]


def test_no_task_hub_is_named_where_the_platform_would_not_see_it() -> None:
    assert [name for name in files(INFRA) if "hubName" in text(name)] == []


def test_every_parameter_of_the_template_is_described() -> None:
    assert re.findall(r"(?<!\))\n(?:@allowed.*\n|@m\w+\(\d+\)\n|@secure\(\)\n)*param (\w+)", text("main.bicep")) == []
