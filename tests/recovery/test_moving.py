"""Other names, two slots, a restored database, a moved table: what happens if nobody does anything, and that docs/sql mends it."""

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyodbc
import pytest

from adapters.sql_server.connection_string import find_driver, to_odbc
from devstack.demo.audit import Entry
from mssql_standin.testing.microsoft_parser import syntax_errors
from relay.names import leases_table
from tests.e2e.relay_stack import APP as OLD_APP
from tests.e2e.relay_stack import RELAYS, ROOT, RelayStack, running, settings_of
from tests.recovery.receiver import Receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(400)
SCRIPTS = ROOT / "docs" / "sql"
HOST = "functions_host"


@pytest.fixture
def relay(tmp_path: Path, receiver: Receiver) -> Iterator[RelayStack]:
    channel = f'\n[[channel]]\nname = "people"\nkind = "webhook"\nurl = "{receiver.url}"\n'
    with running(tmp_path, relays_text=RELAYS + channel) as relay:
        yield relay


def script(name: str, /, **values: str) -> str:
    """A script of the documents, filled in as its first lines ask for."""
    text = (SCRIPTS / f"{name}.sql").read_text(encoding="utf-8")
    for variable, value in values.items():
        text, count = re.subn(
            rf"^(DECLARE @{variable} nvarchar\(\d+\) = )N'[^']*';$", rf"\1N'{value}';", text, flags=re.MULTILINE
        )
        assert count == 1, variable
    return text


def run_script(relay: RelayStack, name: str, /, **values: str) -> None:
    """As sqlcmd does it: the whole batch, to its end."""
    connection = pyodbc.connect(to_odbc(relay.stack.sql_connection_string, find_driver([])).text, autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute(script(name, **values))
        while cursor.nextset():
            pass
    connection.close()


def configure(relay: RelayStack, old: str, new: str) -> None:
    """Change relays.toml."""
    path = Path(relay.settings["RELAYS_FILE"])
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def insert(relay: RelayStack, *numbers: int, status: str = "new") -> None:
    for number in numbers:
        relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (?, ?)", number, status)


def arrivals(relay: RelayStack, number: int) -> list[Entry]:
    return [entry for entry in relay.log() if entry["accepted"] and entry["key"] == {"OrderId": number}]


def arrived(relay: RelayStack, *numbers: int, times: int = 1) -> None:
    wait_until(lambda: all(len(arrivals(relay, n)) >= times for n in numbers), description=f"{numbers} arrive")


def both_are_taken_up(relay: RelayStack) -> None:
    """A batch that comes again later holds the position back at its own changes, until there are others."""
    for name in ("orders", "lines"):
        relay.wait_until_taken_up(name)


def ask(relay: RelayStack, path: str, body: bytes | None = None) -> dict[str, Any]:
    with urllib.request.urlopen(
        urllib.request.Request(f"{relay.stack.host_url}/api/{path}", data=body), timeout=30
    ) as answer:
        return dict(json.loads(answer.read()))


def host_under(relay: RelayStack, app: str) -> None:
    relay.stack.restart(HOST, env=settings_of(app))


def some_history(relay: RelayStack) -> None:
    """Two orders that arrived, a dead letter, and a change that nobody has taken up yet; the app is stopped."""
    insert(relay, 1, 2)
    arrived(relay, 1, 2)
    relay.mode("reject-one-row", key={"OrderId": 3})
    insert(relay, 3)
    wait_until(lambda: ("orders", "[3]", "dead", 422) in relay.ledger(), description="order 3 is a dead letter")
    relay.mode("ok")
    relay.wait_until_taken_up()
    relay.stack.stop(HOST)
    relay.sql("UPDATE dbo.Orders SET Status = N'paid' WHERE OrderId = 1")


RENAMED = {"the app": ("e2e-renamed", "orders"), "the relay": (OLD_APP, "purchases")}


@pytest.mark.parametrize(("app", "name"), RENAMED.values(), ids=RENAMED)
def test_another_name_begins_anew_unless_the_place_is_carried_over(relay: RelayStack, app: str, name: str) -> None:
    some_history(relay)
    there = {"old_app": OLD_APP, "old_relay": "orders", "new_app": app, "new_relay": name, "table": "dbo.Orders"}
    back = {"old_app": app, "old_relay": name, "new_app": OLD_APP, "new_relay": "orders", "table": "dbo.Orders"}

    # Nobody carries anything over: everything is sent again, and nobody sees the dead letter.
    configure(relay, 'name = "orders"', f'name = "{name}"')
    host_under(relay, app)
    arrived(relay, 1, 2, times=2)
    relay.wait_until_taken_up(name, app=app)
    assert (len({entry["id"] for entry in arrivals(relay, 2)}) == 2) is (name != "orders"), (
        "ids are made of the relay's name"
    )
    assert ask(relay, f"relays/{name}/dead-letters")["count"] == 0

    # It is carried over after all: what the new names had begun gives way.
    relay.stack.stop(HOST)
    run_script(relay, "carry_over", **there)
    insert(relay, 4, 5)  # one batch: the position stays at order 4, and only a lease knows that order 5 is done
    relay.stack.restart(HOST)
    arrived(relay, 4, 5)
    relay.wait_until_taken_up(name, app=app)
    assert ask(relay, f"relays/{name}/dead-letters")["count"] == 1

    # Carried over before the start: what waits arrives once, what arrived does not come again.
    relay.stack.stop(HOST)
    relay.sql("UPDATE dbo.Orders SET Status = N'sent' WHERE OrderId = 4")
    run_script(relay, "carry_over", **back)
    before = len(relay.log())
    configure(relay, f'name = "{name}"', 'name = "orders"')
    host_under(relay, OLD_APP)
    arrived(relay, 4, times=2)
    relay.wait_until_taken_up()
    assert [(entry["key"], entry["data"]["Status"]) for entry in relay.log()[before:]] == [({"OrderId": 4}, "sent")]
    assert ask(relay, "relays/orders/dead-letters")["count"] == 1
    with pytest.raises(pyodbc.Error, match="51012"):
        run_script(relay, "carry_over", **back)


def test_what_change_tracking_forgot_during_a_move_is_lost_unless_the_place_is_carried_over(relay: RelayStack) -> None:
    insert(relay, 1)
    arrived(relay, 1)
    relay.wait_until_taken_up()
    relay.run_watchdog()
    relay.stack.stop(HOST)
    relay.sql("UPDATE dbo.Orders SET Status = N'paid' WHERE OrderId = 1")
    relay.sql("ALTER TABLE dbo.Orders DISABLE CHANGE_TRACKING")
    relay.sql("ALTER TABLE dbo.Orders ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")

    app = "e2e-renamed"
    host_under(relay, app)
    insert(relay, 2)
    arrived(relay, 2)
    relay.wait_until_taken_up(app=app)
    relay.run_watchdog()
    assert len(arrivals(relay, 1)) == 1, "under the new name nobody knows that there was anything"

    relay.stack.stop(HOST)
    names = {"old_app": OLD_APP, "old_relay": "orders", "new_app": app, "new_relay": "orders", "table": "dbo.Orders"}
    run_script(relay, "carry_over", **names)
    relay.stack.restart(HOST)
    relay.run_watchdog()
    arrived(relay, 1, times=2)
    assert arrivals(relay, 1)[-1]["data"]["Status"] == "paid", "the guard has found the gap"


def test_nothing_is_carried_over_while_the_app_runs(relay: RelayStack) -> None:
    relay.mode("slow", delay_seconds=30)
    insert(relay, 1)
    name = leases_table(OLD_APP, "orders")
    wait_until(lambda: relay.sql("SELECT 1 FROM sys.tables WHERE name = ?", name), description="the trigger has begun")
    leases = f"az_func.[{name}]"
    wait_until(lambda: relay.sql(f"SELECT 1 FROM {leases}"), description="the change is leased")

    with pytest.raises(pyodbc.Error, match="51013"):
        run_script(
            relay,
            "carry_over",
            old_app=OLD_APP,
            old_relay="orders",
            new_app="x",
            new_relay="orders",
            table="dbo.Orders",
        )

    assert relay.sql(f"SELECT 1 FROM {leases}"), "everything is as it was"
    relay.mode("ok")


def test_two_slots_on_one_database_both_deliver_until_the_functions_of_one_are_disabled(relay: RelayStack) -> None:
    insert(relay, 1)
    arrived(relay, 1)
    relay.start_host("functions_host_2")
    relay.stack.restart("functions_host_2", env=settings_of("e2e-app-staging"))
    insert(relay, 2)
    arrived(relay, 2, times=2)
    relay.wait_until_taken_up()
    relay.wait_until_taken_up(app="e2e-app-staging")
    assert len({entry["id"] for entry in arrivals(relay, 2)}) == 1, "an endpoint that looks at ids is not harmed"

    names = ("relay_orders", "relay_lines", "watchdog")
    relay.stack.restart("functions_host_2", env={f"AzureWebJobs.{name}.Disabled": "true" for name in names})
    before = len(relay.log())
    insert(relay, 3)
    arrived(relay, 3)
    relay.wait_until_taken_up()
    assert len(relay.log()) - before == 1

    # The swap: the slot that was disabled now runs the app under its name; nothing is lost and nothing repeated.
    relay.stack.stop("functions_host_2")
    relay.stack.stop(HOST)
    insert(relay, 4)
    relay.stack.restart(HOST)
    arrived(relay, 4)
    relay.wait_until_taken_up()
    assert len(relay.log()) - before == 2


def test_a_table_that_moves_to_another_schema_needs_only_its_new_name_in_relays_toml(relay: RelayStack) -> None:
    insert(relay, 1)
    arrived(relay, 1)
    relay.wait_until_taken_up()
    relay.stack.stop(HOST)
    relay.sql("UPDATE dbo.Orders SET Status = N'paid' WHERE OrderId = 1")
    relay.sql("CREATE SCHEMA sales")
    relay.sql("ALTER SCHEMA sales TRANSFER dbo.Orders")
    relay.stack.restart(HOST)
    relay.stack.wait_for_log(HOST, "Could not find table: 'dbo.Orders'")
    assert len(arrivals(relay, 1)) == 1, "under the old name nothing is delivered"

    configure(relay, 'table = "dbo.Orders"', 'table = "sales.Orders"')
    relay.stack.restart(HOST)
    arrived(relay, 1, times=2)
    relay.sql("UPDATE sales.Orders SET Status = N'sent' WHERE OrderId = 1")
    arrived(relay, 1, times=3)
    assert [entry["data"]["Status"] for entry in arrivals(relay, 1)] == ["new", "paid", "sent"]


def copy_database(relay: RelayStack, to: Path) -> None:
    relay.stack.stop("sql_server")
    shutil.copytree(relay.stack.data_dir / "sql_server", to)
    relay.stack.restart("sql_server")


def restore_database(relay: RelayStack, copy: Path) -> None:
    relay.stack.kill("sql_server")
    shutil.rmtree(relay.stack.data_dir / "sql_server")
    shutil.copytree(copy, relay.stack.data_dir / "sql_server")
    relay.stack.restart("sql_server")


def test_after_a_restore_versions_and_ids_are_used_anew_until_the_epoch_is_raised(
    relay: RelayStack, tmp_path: Path
) -> None:
    insert(relay, 1, 2)
    arrived(relay, 1, 2)
    relay.wait_until_taken_up()
    copy_database(relay, tmp_path / "copy")
    relay.sql("UPDATE dbo.Orders SET Status = N'lost' WHERE OrderId = 1")
    relay.sql("UPDATE dbo.Orders SET Status = N'lost too' WHERE OrderId = 2")
    arrived(relay, 1, 2, times=2)
    relay.wait_until_taken_up()
    relay.stack.stop(HOST)
    restore_database(relay, tmp_path / "copy")
    relay.sql("UPDATE dbo.Orders SET Status = N'after the restore' WHERE OrderId = 1")
    relay.stack.restart(HOST)
    arrived(relay, 1, times=3)
    relay.wait_until_taken_up()

    lost, anew = arrivals(relay, 1)[1:]
    assert (lost["id"], lost["version"]) == (anew["id"], anew["version"]), "the endpoint takes it for a repetition"
    assert lost["data"] != anew["data"]
    assert relay.endpoint_rows("orders")['{"OrderId": 2}']["Status"] == "lost too", (
        "and keeps what the database has not"
    )

    configure(relay, 'endpoint = "%API_URL%/orders"', 'endpoint = "%API_URL%/orders"\nepoch = 1')
    relay.stack.restart(HOST)
    before = len(relay.log())
    ask(relay, "relays/orders/backfill", b"{}")
    wanted = {'{"OrderId": 1}': "after the restore", '{"OrderId": 2}': "new"}
    wait_until(
        lambda: {key: row and row["Status"] for key, row in relay.endpoint_rows("orders").items()} == wanted,
        description="the endpoint holds what the database holds",
    )
    assert not {entry["id"] for entry in relay.log()[before:]} & {entry["id"] for entry in relay.log()[:before]}


def test_a_position_ahead_of_a_restored_database_is_told_once_and_can_be_brought_back(
    relay: RelayStack, receiver: Receiver, tmp_path: Path
) -> None:
    insert(relay, 1)
    relay.sql("INSERT INTO dbo.[Order Lines] VALUES (1, N'a', 1)")
    arrived(relay, 1)
    wait_until(lambda: relay.accepted("lines"), description="the line arrives")
    both_are_taken_up(relay)
    relay.run_watchdog()
    copy_database(relay, tmp_path / "copy")
    [[copied]] = relay.sql("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
    insert(relay, *range(30, 40))
    for line in "bcdefghijk":
        relay.sql("INSERT INTO dbo.[Order Lines] VALUES (1, ?, 1)", line)
    arrived(relay, *range(30, 40))
    wait_until(lambda: len(relay.accepted("lines")) >= 11, description="the lines arrive")
    both_are_taken_up(relay)
    insert(relay, 40)
    relay.sql("INSERT INTO dbo.[Order Lines] VALUES (1, N'l', 1)")
    wait_until(
        lambda: relay.sql("SELECT MIN(LastSyncVersion) FROM az_func.GlobalState")[0][0] > copied + 2,
        description="the positions of both are beyond what the copy will have with two changes more",
    )
    relay.stack.stop(HOST)
    positions = relay.sql("SELECT UserFunctionID, UserTableID, LastSyncVersion FROM az_func.GlobalState")
    restore_database(relay, tmp_path / "copy")
    # Somebody puts position and leases of the newer database in place of those of the copy.
    relay.sql(f"INSERT INTO az_func.[{leases_table(OLD_APP, 'orders')}] VALUES (5, 1000000, 0, NULL)")
    for function, table, version in positions:
        relay.sql(
            "UPDATE az_func.GlobalState SET LastSyncVersion = ? WHERE UserFunctionID = ? AND UserTableID = ?",
            version,
            function,
            table,
        )
    before = len(relay.log())
    insert(relay, 5)
    relay.sql("INSERT INTO dbo.[Order Lines] VALUES (5, N'a', 1)")
    relay.stack.restart(HOST)

    def told() -> list[str]:
        return sorted(notice["relay"] for notice in receiver.notices if notice["occasion"] == "ahead")

    relay.run_watchdog()
    wait_until(lambda: told() == ["lines", "orders"], description="people are told")
    tracking = ask(relay, "relays/orders")["tracking"]
    assert tracking["position_is_ahead"]
    assert tracking["pending"]
    assert ask(relay, "health")["relays"]["orders"] == "behind"
    assert relay.log()[before:] == [], "the trigger sees nothing"

    # "orders" is mended, "lines" is not; then the versions grow past both positions.
    relay.stack.stop(HOST)
    run_script(relay, "position_ahead", app=OLD_APP, relay="orders", table="dbo.Orders")
    configure(relay, 'endpoint = "%API_URL%/orders"', 'endpoint = "%API_URL%/orders"\nepoch = 1')
    for number in range(40, 80):
        insert(relay, number)
    relay.sql("INSERT INTO dbo.[Order Lines] VALUES (6, N'a', 1)")
    relay.stack.restart(HOST)
    arrived(relay, 5, *range(40, 80))
    relay.wait_until_taken_up()
    wait_until(
        lambda: [e["key"] for e in relay.log()[before:] if e["relay"] == "lines"] == [{"OrderId": 6, "Line": "a"}],
        description="of the lines the newest arrives, those before it never do",
    )
    relay.run_watchdog()
    assert told() == ["lines", "orders"], "it was told once"
    assert ask(relay, "relays/orders")["tracking"]["position_is_ahead"] is False
    with pytest.raises(pyodbc.Error, match="51015"):
        run_script(relay, "position_ahead", app=OLD_APP, relay="orders", table="dbo.Orders")


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.sql")), ids=lambda path: path.stem)
def test_microsofts_parser_accepts_the_script(path: Path) -> None:
    assert not syntax_errors([path.read_text(encoding="utf-8")])
