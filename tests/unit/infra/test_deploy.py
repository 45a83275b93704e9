"""infra/deploy.sh: what it calls and in which order, what it refuses, and that --dry-run calls nothing."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from relay.version import VERSION
from tests.unit.infra.workshop import ROOT, Workshop

NEW = ("--resource-group", "shop", "--name", "shop-relay", "--location", "westeurope", "--new-sql")


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "a project")  # with a blank in its path


def parameters(calls: Sequence[Sequence[str]]) -> set[str]:
    """What main.bicep is handed."""
    [create] = [call for call in calls if call[:3] == ["deployment", "group", "create"]]
    return set(create[create.index("--parameters") + 1 : create.index("--output")])


def test_it_packs_makes_the_group_and_the_resources_and_deploys_the_package(workshop: Workshop) -> None:
    done = workshop.run("deploy.sh", *NEW)
    calls = workshop.calls()

    assert done.returncode == 0, done.stderr
    assert [" ".join(call[:3]) for call in calls] == [
        "account show --output",
        "dev package",
        "group create --name",
        *["ad signed-in-user show"] * 2,
        "sql server list",
        "deployment group create",
        *["deployment group show"] * 5,
        "functionapp deployment source",
    ]
    zipped = calls[-1]
    assert zipped[zipped.index("--name") + 1] == "the-functionAppName"
    assert zipped[zipped.index("--src") + 1] == f"{workshop.folder}/dist/durable-sql-relay-{VERSION}.zip"
    assert "https://the-functionAppHostName/api/health" in done.stdout
    assert "the-identityName" in done.stdout


def test_a_second_run_calls_the_same(workshop: Workshop) -> None:
    workshop.run("deploy.sh", *NEW)
    first = workshop.calls()
    workshop.run("deploy.sh", *NEW)

    assert workshop.calls() == first != []


def test_a_new_database_is_administrated_by_who_is_logged_in(workshop: Workshop) -> None:
    workshop.run("deploy.sh", *NEW)

    assert parameters(workshop.calls()) == {
        *("name=shop-relay", "location=westeurope", "plan=flex", "pythonVersion=3.13", "sql=new"),
        *("sqlAdminObjectId=11111111-2222-3333-4444-555555555555", "sqlAdminName=ada@example.com"),
    }


def test_no_secret_stands_in_a_command_or_on_the_screen(workshop: Workshop) -> None:
    connection = workshop.file("connection", "Server=tcp:db,1433;Database=Shop;User ID=relay;Password=hush;\n")
    settings = workshop.file("settings.json", '{"API_KEY": "hush"}')
    arguments = ("--resource-group", "shop", "--name", "shop-relay")
    files = ("--sql-connection-string-from", connection, "--app-settings-from", settings)
    done = workshop.run("deploy.sh", *arguments, *files)
    calls = workshop.calls()

    assert done.returncode == 0, done.stderr
    assert parameters(calls) == {
        *("name=shop-relay", "plan=flex", "pythonVersion=3.13"),
        *(f"sqlConnectionString=@{connection}", f"appSettings=@{settings}"),
    }
    assert "hush" not in str(calls) + done.stdout + done.stderr


def test_other_parameters_come_first_so_that_options_win(workshop: Workshop) -> None:
    more = workshop.file("more.json", '{"keyVaultName": {"value": "shop-secrets"}}')
    options = ("--plan", "consumption", "--alert-email", "ops@example.com")
    workshop.run("deploy.sh", "--resource-group", "shop", "--name", "shop-relay", "--parameters", more, *options)
    [create] = [call for call in workshop.calls() if call[:3] == ["deployment", "group", "create"]]

    assert create[create.index("--parameters") + 1 :][:5] == [
        *(more, "name=shop-relay", "plan=consumption", "pythonVersion=3.12", "alertEmail=ops@example.com"),
    ]


def test_a_private_network_is_asked_for(workshop: Workshop) -> None:
    workshop.run("deploy.sh", *NEW, "--private-network")

    calls = workshop.calls()
    assert "privateNetwork=true" in parameters(calls)
    assert ["provider", "register", "--namespace", "Microsoft.App", "--wait"] in calls


def test_who_administrates_a_server_that_is_there_is_not_said_again(workshop: Workshop) -> None:
    workshop.run("deploy.sh", *NEW, AZ_SQL_SERVERS="1")

    assert "sqlServerExists=true" in parameters(workshop.calls())


def test_code_that_is_not_taken_is_sent_again_five_times_at_most(workshop: Workshop) -> None:
    done = workshop.run("deploy.sh", *NEW, AZ_FAILING="functionapp deployment")

    assert [call[:2] for call in workshop.calls()].count(["functionapp", "deployment"]) == 5
    assert done.returncode != 0
    assert "the code was not taken" in done.stderr


def test_a_dry_run_shows_every_command_and_runs_none(workshop: Workshop) -> None:
    done = workshop.run("deploy.sh", *NEW, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert workshop.calls() == []
    shown = [shlex.split(line, comments=True) for line in done.stdout.split("Commands:\n")[1].splitlines()]

    workshop.run("deploy.sh", *NEW)
    assert [[word for word in words if word != "az"][:3] for words in shown if words] == [
        [str(workshop.folder / "dev"), "package"] if call[0] == "dev" else call[:3] for call in workshop.calls()
    ]


def resources(told: str) -> set[str]:
    """The resources of which a dry run tells the price."""
    return {line.split("|")[0].strip() for line in told.split("Commands:", maxsplit=1)[0].splitlines() if "|" in line}


def test_a_dry_run_tells_the_price_of_what_is_asked_for_and_of_nothing_else(workshop: Workshop) -> None:
    always = {
        *("function app, its work", "storage account", "log workspace and insights", "managed identity, roles"),
    }
    flex = workshop.run("deploy.sh", *NEW, "--dry-run").stdout
    there = ("--resource-group", "shop", "--name", "shop-relay", "--parameters", workshop.file("more.json", "{}"))
    classic = workshop.run("deploy.sh", *there, "--plan", "consumption", "--dry-run").stdout
    everything = workshop.run(
        "deploy.sh", *NEW, "--private-network", "--alert-email", "ops@example.com", "--dry-run"
    ).stdout

    assert resources(flex) == {*always, "always-ready instances", "Azure SQL database"}
    assert resources(classic) == {*always, "plan"}
    assert resources(everything) == {
        *resources(flex),
        *("alert rules", "private endpoints", "private DNS zones"),
    }
    assert "was not looked up" in flex


def test_every_price_has_a_reason_and_concerns_something() -> None:
    lines = (ROOT / "infra" / "prices.txt").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if not line.startswith("#")]

    assert {row[0] for row in rows} == {"always", "flex", "consumption", "new-sql", "alerts", "private-network"}
    assert [row for row in rows if len(row) != 4 or not all(row)] == []


THERE = ("--resource-group", "shop", "--name", "shop-relay")


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("--name", "shop-relay", "--new-sql"), "name the group"),
        (("--resource-group", "shop", "--new-sql"), "such as shop-relay"),
        ((*THERE,), "add --sql-connection-string-from FILE, or --new-sql"),
        ((*THERE, "--new-sql", "--name", "Shop"), "take a-z"),
        ((*THERE, "--new-sql", "--name", "shop-"), "no - at the end"),
        ((*THERE, "--new-sql", "--name", "4shop"), "a letter first"),
        ((*THERE, "--new-sql", "--name", "ab"), "take 3 to 17"),
        ((*THERE, "--new-sql", "--name", "abcdefghijklmnopqr"), "take 3 to 17"),
        ((*THERE, "--new-sql", "--plan", "premium"), "take flex or consumption"),
        ((*THERE, "--new-sql", "--plan", "consumption", "--python", "3.13"), "take 3.11 or 3.12, or --plan flex"),
        ((*THERE, "--new-sql", "--python", "3.10"), "take 3.11, 3.12, 3.13 or 3.14"),
        ((*THERE, "--new-sql", "--plan", "consumption", "--private-network"), "needs --plan flex"),
        ((*THERE, "--new-sql", "--location"), "needs a value"),
        ((*THERE, "--location", "--new-sql"), "needs a value"),
        ((*THERE, "--new-sql", "--loaction", "westeurope"), "--help shows"),
        ((*THERE, "--sql-connection-string-from", "no/such/file"), "see that it is there"),
        ((*THERE, "--new-sql", "--sql-connection-string-from", "x"), "exclude each other"),
    ],
)
def test_a_wrong_argument_is_one_sentence_with_its_remedy(
    workshop: Workshop, arguments: Sequence[str], remedy: str
) -> None:
    done = workshop.run("deploy.sh", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("deploy: ")
    assert done.stderr.count("\n") == 1
    assert remedy in done.stderr
    assert workshop.calls() == []


@pytest.mark.parametrize(
    ("fails", "remedy"), [("account show", "run az login"), ("group show", "add --location, such as")]
)
def test_what_az_needs_first_is_told(workshop: Workshop, fails: str, remedy: str) -> None:
    done = workshop.run("deploy.sh", *THERE, "--new-sql", AZ_FAILING=fails)

    assert (done.returncode, remedy in done.stderr) == (2, True)
    assert [call for call in workshop.calls() if call[:2] == ["deployment", "group"]] == []


@pytest.mark.parametrize("fails", ["deployment group create", "deployment group show", "ad signed-in-user"])
def test_it_ends_where_a_step_fails(workshop: Workshop, fails: str) -> None:
    done = workshop.run("deploy.sh", *NEW, AZ_FAILING=fails)

    assert done.returncode != 0
    assert " ".join(workshop.calls()[-1]).startswith(fails)
