"""The app on Microsoft's own worker library, which Azure runs it with from Python 3.13 on: indexed and called as there, without a host."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.environment import read_settings
from adapters.sql_server.connection_string import find_driver, to_odbc
from adapters.sql_server.table import describe
from devstack.package.lock import LOCK
from tests.contract.leases import start_trigger
from tests.e2e.environments import environment, interpreter, with_a_driver
from tests.e2e.relay_stack import APP, ROOT, RelayStack
from tests.sql_client import SqlServer
from tests.upgrade.releases import RELEASES, SETTINGS, running_app

PROGRAM = Path(__file__).with_name("on_microsofts_worker.py")
LIBRARY = "azure-functions-runtime==1.3.*"
PYTHONS = ("3.13", "3.14")
NEWEST = RELEASES[-1]
pytestmark = pytest.mark.timeout(300)

Call = tuple[str, Mapping[str, tuple[str, Any]]]  # function, and what it is called with: parameter -> kind, value


@pytest.fixture(scope="module", params=PYTHONS)
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if (base := interpreter(request.param)) is None:
        pytest.skip(f"there is no Python {request.param} on this machine")
    return environment(tmp_path_factory.mktemp("environment") / request.param, base, ROOT / LOCK, LIBRARY)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayStack]:
    """SQL Server and an API, and no host."""
    relay = RelayStack(tmp_path)
    relay.stack.start("sql_server", "demo_api")
    relay.sql(relay.tables)
    relay.enable()
    server = SqlServer(to_odbc(relay.stack.sql_connection_string, find_driver([])))
    for configured in read_settings(settings_of(relay)).relays:
        start_trigger(server, configured, describe(server, configured.table), APP)
    server.close()
    yield relay
    relay.stop()


def settings_of(relay: RelayStack) -> dict[str, str]:
    return {**relay.settings, "API_URL": relay.stack.api_url, "SqlConnectionString": relay.stack.sql_connection_string}


def called(python: Path, folder: Path, calls: list[Call], settings: Mapping[str, str]) -> Any:
    """Let the library index the app and make the calls; return what it says."""
    done = subprocess.run(
        [python, PROGRAM],
        input=json.dumps({"app": str(ROOT), "calls": calls}),
        env={**os.environ, **with_a_driver(folder), **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_finds_every_function_that_the_stand_in_finds(python: Path, tmp_path: Path) -> None:
    with running_app() as app:
        expected = app.functions

    found = called(python, tmp_path, [], SETTINGS)["functions"]

    assert {name for name, bindings in found.items() if "orchestrationTrigger" in bindings} == set(
        expected["orchestrators"]
    )
    assert {name for name, bindings in found.items() if "activityTrigger" in bindings} == set(expected["activities"])
    assert {name for name, bindings in found.items() if "entityTrigger" in bindings} == set(expected["entities"])
    assert {name for name, bindings in found.items() if "sqlTrigger" in bindings} == {"relay_orders", "relay_customers"}


def test_orchestrators_and_entities_answer_as_in_the_stand_in(python: Path, tmp_path: Path) -> None:
    histories = [json.loads(path.read_text(encoding="utf-8")) for path in NEWEST.histories()]
    batches = json.loads((NEWEST.folder / "entities.json").read_text(encoding="utf-8"))
    with running_app() as app:
        expected = [app.answer(each["orchestrator"], each["request"]) for each in histories]
        states = [app.entity(each["request"]["self"]["name"], each["request"])["entityState"] for each in batches]
    calls: list[Call] = [
        *((each["orchestrator"], {"context": ("string", json.dumps(each["request"]))}) for each in histories),
        *((each["request"]["self"]["name"], {"context": ("string", json.dumps(each["request"]))}) for each in batches),
    ]

    answers = [json.loads(each["json"]) for each in called(python, tmp_path, calls, SETTINGS)["answers"]]

    assert answers[: len(histories)] == expected
    assert [each["entityState"] for each in answers[len(histories) :]] == states


def test_a_batch_of_the_trigger_reaches_the_endpoint_and_routes_answer(
    python: Path, relay: RelayStack, tmp_path: Path
) -> None:
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (1, N'new')")
    changes = [{"Operation": 0, "Item": {"OrderId": 1, "Status": "new", "Total": None, "PlacedAt": None, "Note": None}}]
    client = {
        "taskHubName": "hub",
        "creationUrls": {},
        "managementUrls": {},
        "baseUrl": "",
        "requiredQueryStringParameters": "",
    }
    calls: list[Call] = [
        ("relay_orders", {"changes": ("string", json.dumps(changes)), "client": ("string", json.dumps(client))}),
        ("relays", {"req": ("http", {"method": "GET", "url": "http://127.0.0.1/api/relays"})}),
        ("dead_letter", {"req": ("http", {"method": "GET", "url": "http://127.0.0.1/api/relays/orders/dead-letters/7", "params": {"name": "orders", "id": "7"}})}),
    ]  # fmt: skip

    batch, relays, letter = called(python, tmp_path, calls, settings_of(relay))["answers"]

    assert batch == {}
    assert relay.endpoint_rows("orders").keys() == {'{"OrderId": 1}'}
    assert (relays["status"], [each["relay"] for each in json.loads(relays["body"])["relays"]]) == (
        "200",
        ["orders", "lines"],
    )
    assert letter["status"] == "404"
