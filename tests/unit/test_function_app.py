"""The app as the host indexes it: complete, or one health route that says what is wrong, whatever is wrong."""

import asyncio
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

import adapters.environment
import wiring

SECRET = "geh-eim"
GOOD = {
    "WEBSITE_SITE_NAME": "shop",
    "SqlConnectionString": f"Server=h;Database=d;User ID=u;Password={SECRET}",
    "API_URL": f"https://{SECRET}@api",
}
HUB = "AzureFunctionsJobHost__extensions__durableTask__hubName"
RELAY = '[[relay]]\nname = "{name}"\ntable = "dbo.Orders"\nendpoint = "%API_URL%/orders"\n'

Indexed = Callable[..., Mapping[str, Any]]


@pytest.fixture
def indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Indexed]:
    """Index the app with these settings and this relays file; return its functions by name."""

    def index(relays: str | bytes | None = RELAY.format(name="orders"), **settings: str) -> Mapping[str, Any]:
        if relays is not None:
            (tmp_path / "relays.toml").write_bytes(relays if isinstance(relays, bytes) else relays.encode())
        environment = {**GOOD, "RELAYS_FILE": str(tmp_path / "relays.toml"), **settings}
        monkeypatch.setattr(adapters.environment, "app_environment", lambda: environment)
        wiring.settings.cache_clear()
        sys.modules.pop("function_app", None)
        app = importlib.import_module("function_app").app
        return {function.get_function_name(): function.get_user_function() for function in app.get_functions()}

    yield index
    wiring.settings.cache_clear()
    sys.modules.pop("function_app", None)


def health(functions: Mapping[str, Any]) -> func.HttpResponse:
    response: func.HttpResponse = asyncio.run(functions["health"](req=None))
    return response


def test_a_good_configuration_gives_the_whole_app(indexed: Indexed) -> None:
    assert {"relay_orders", "watchdog", "health", "recovery", "breaker"} <= set(indexed())


def test_a_file_with_a_byte_order_mark_is_read(indexed: Indexed) -> None:
    assert "relay_orders" in indexed(b"\xef\xbb\xbf" + RELAY.format(name="orders").encode())


@pytest.mark.parametrize(
    ("relays", "settings", "says"),
    [
        (None, {}, "RELAYS_FILE: relays.toml cannot be read"),
        (b"\xff\xfe", {}, "it is no UTF-8 text"),
        ("[[relay]", {}, "relays.toml is no TOML"),
        ("", {}, "there is no relay"),
        (RELAY.format(name="state"), {}, "relay 'state': name: 'state' cannot be used"),
        (RELAY.format(name="a") * 2, {}, "2 relays have this name"),
        (RELAY.format(name="a"), {"API_URL": ""}, "the app setting API_URL is missing or empty"),
        (RELAY.format(name="a"), {"API_URL": f"ftp://{SECRET}"}, "it gives no http or https URL"),
        (
            RELAY.format(name="a"),
            {"API_URL": "@Microsoft.KeyVault(SecretUri=https://v/s)"},
            "the app setting API_URL: it is a Key Vault reference that was not resolved",
        ),
        (RELAY.format(name="a"), {"WEBSITE_SITE_NAME": ""}, "WEBSITE_SITE_NAME: '' cannot be used"),
        (RELAY.format(name="a"), {"SqlConnectionString": ""}, "SqlConnectionString: it is missing or empty"),
        (
            RELAY.format(name="a"),
            {"SqlConnectionString": "@Microsoft.KeyVault(SecretUri=https://v/s)"},
            "SqlConnectionString: it is a Key Vault reference that was not resolved",
        ),
        (RELAY.format(name="a"), {"SqlConnectionString": SECRET}, "it cannot be read after keyword number 0"),
        (
            RELAY.format(name="a"),
            {"SqlConnectionString": f"Server=h;Database=d;User ID=u;Password=a;{SECRET}=b"},
            "keyword number 5 is none that the relay knows",
        ),
        (RELAY.format(name="a"), {"WATCHDOG_SCHEDULE": "every minute"}, "WATCHDOG_SCHEDULE: it must have six fields"),
        (RELAY.format(name="a"), {"WEBSITE_SLOT_NAME": "staging"}, "the slot 'staging' needs a task hub of its own"),
        (
            "".join(RELAY.format(name=f"r{number}") for number in range(51)),
            {},
            "51 relays need 102 connections in the host, 2 for each SQL trigger, and Max Pool Size is 100; set it to 102 or more",
        ),
    ],
)
def test_a_wrong_configuration_answers_and_starts_nothing(
    indexed: Indexed, caplog: pytest.LogCaptureFixture, relays: str | bytes | None, settings: dict[str, str], says: str
) -> None:
    functions = indexed(relays, **settings)

    assert list(functions) == ["health"], "no trigger polls, no orchestration is there to be started"
    response = health(functions)
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    body = json.loads(response.get_body())
    assert any(says in problem for problem in body["problems"])
    assert says in body["detail"]
    assert says in caplog.text
    assert SECRET not in response.get_body().decode() + caplog.text


def test_all_mistakes_are_told_at_once(indexed: Indexed) -> None:
    functions = indexed(RELAY.format(name="state"), WEBSITE_SITE_NAME="", SqlConnectionString="", API_URL="")

    problems = json.loads(health(functions).get_body())["problems"]

    assert len(problems) == 4
    assert [problem.partition(":")[0] for problem in problems] == [
        "WEBSITE_SITE_NAME", "relay 'state'", "relay 'state'", "SqlConnectionString"
    ]  # fmt: skip


def test_mistakes_of_the_workflows_file_are_told_with_the_others(indexed: Indexed, tmp_path: Path) -> None:
    (tmp_path / "workflows.toml").write_text('[[mail_account]]\nname = "mail"\nkind = "smtp"\nurl = "http://h"\n')

    functions = indexed(RELAY.format(name="state"), WORKFLOWS_FILE=str(tmp_path / "workflows.toml"))

    problems = json.loads(health(functions).get_body())["problems"]
    assert [problem.partition(":")[0] for problem in problems] == [
        "relay 'state'", "mail_account 'mail'", "mail_account 'mail'"
    ]  # fmt: skip


def test_a_fault_that_nobody_expected_answers_too(indexed: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("triggers.sql_changes.sql_changes", broken)

    response = health(indexed())

    assert response.status_code == 503
    assert "RuntimeError" in response.get_body().decode()
    assert SECRET not in response.get_body().decode()


@pytest.mark.parametrize(
    "settings",
    [
        {"WEBSITE_SLOT_NAME": "Production"},
        {"WEBSITE_SLOT_NAME": "staging", HUB: "staging"},
        {"WEBSITE_SLOT_NAME": "staging", HUB.replace("__", ":"): "staging"},
        {"SqlConnectionString": GOOD["SqlConnectionString"] + ";Max Pool Size=102"},
        {"SqlConnectionString": GOOD["SqlConnectionString"] + ";Pooling=False"},
    ],
)
def test_what_can_be_used_is_not_refused(indexed: Indexed, settings: dict[str, str]) -> None:
    many = "".join(RELAY.format(name=f"r{number}") for number in range(51 if "SqlConnectionString" in settings else 1))

    assert "relay_r0" in indexed(many, **settings)


@pytest.mark.parametrize(
    ("settings", "schedule"), [({}, "0 * * * * *"), ({"WATCHDOG_SCHEDULE": "0 */5 * * * *"}, "0 */5 * * * *")]
)
def test_the_watchdog_looks_on_the_schedule_of_the_settings(
    indexed: Indexed, settings: dict[str, str], schedule: str
) -> None:
    indexed(**settings)

    assert wiring.settings().watchdog_schedule == schedule


def test_the_environment_is_the_processes_own() -> None:
    assert adapters.environment.app_environment() is os.environ
