"""Tables that change while the app runs: what stands still or gets lost, who is told, and how it goes on."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyodbc
import pytest

from adapters.sql_server.connection_string import find_driver, to_odbc
from tests.e2e.relay_stack import RELAYS, ROOT, RelayStack, running
from tests.recovery.receiver import Receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(400)
HOST = "functions_host"
# "orders" sends what relays.toml names and is repaired after a gap, "lines" sends everything and is not.
UNREPAIRED = 'endpoint = "%API_URL%/lines"\nbackfill_after_gap = false\n'


@pytest.fixture
def relay(tmp_path: Path, receiver: Receiver) -> Iterator[RelayStack]:
    text = RELAYS.replace('endpoint = "%API_URL%/lines"\n', UNREPAIRED)
    text += f'\n[[channel]]\nname = "people"\nkind = "webhook"\nurl = "{receiver.url}"\n'
    with running(tmp_path, relays_text=text) as relay:
        yield relay


def insert(relay: RelayStack, *numbers: int) -> None:
    for number in numbers:
        relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (?, N'new')", number)
        relay.sql("INSERT INTO dbo.[Order Lines] (OrderId, Line) VALUES (?, N'a')", number)


def rows(relay: RelayStack, name: str) -> dict[int, Any]:
    """What the endpoint holds at last, by order."""
    return {data["OrderId"]: data for data in relay.endpoint_rows(name).values() if data is not None}


def all_is_well(relay: RelayStack, *numbers: int) -> None:
    """Insert rows, see them arrive, and let the guard see that nothing waits."""
    insert(relay, *numbers)

    def well() -> bool:
        relay.run_watchdog()
        trackings = [relay.ask(f"relays/{name}")["tracking"] for name in ("orders", "lines")]
        return all(tracking and not tracking["lag_versions"] for tracking in trackings)

    wait_until(
        lambda: set(numbers) <= rows(relay, "orders").keys() & rows(relay, "lines").keys(), description="rows arrive"
    )
    wait_until(well, description="the guard has seen that all is well")


def people_hear(relay: RelayStack, receiver: Receiver, occasion: str, *relays: str) -> None:
    """The watchdog looks three times, people are told once."""
    for _ in range(3):
        relay.run_watchdog()
    wait_until(lambda: receiver.told(occasion) == sorted(relays), description=f"people are told: {occasion}")


def reason(receiver: Receiver, name: str) -> str:
    [notice] = [each for each in receiver.notices if (each["occasion"], each["relay"]) == ("halted", name)]
    return str(notice["last_error"])


def run_script(relay: RelayStack, /, **values: str) -> None:
    """Run docs/sql/new_key.sql as sqlcmd does it, filled in as its first lines ask for."""
    text = (ROOT / "docs" / "sql" / "new_key.sql").read_text(encoding="utf-8")
    for variable, value in values.items():
        text, count = re.subn(
            rf"^(DECLARE @{variable} nvarchar\(\d+\) = )N'[^']*';$", rf"\1N'{value}';", text, flags=re.MULTILINE
        )
        assert count == 1, variable
    connection = pyodbc.connect(to_odbc(relay.stack.sql_connection_string, find_driver([])).text, autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute(text)
        while cursor.nextset():
            pass
    connection.close()


def test_a_new_column_arrives_without_anybody_doing_anything(relay: RelayStack, receiver: Receiver) -> None:
    all_is_well(relay, 1)

    relay.sql("ALTER TABLE dbo.[Order Lines] ADD Colour nvarchar(20) NULL")
    relay.sql("ALTER TABLE dbo.[Order Lines] ALTER COLUMN Quantity bigint NULL")
    relay.sql("UPDATE dbo.[Order Lines] SET Colour = N'blue', Quantity = 9007199254740993")

    blue = {"OrderId": 1, "Line": "a", "Quantity": 9007199254740993, "Colour": "blue"}
    wait_until(lambda: rows(relay, "lines")[1] == blue, description="the new column arrives")
    people_hear(relay, receiver, "halted")


def test_a_dropped_column_stops_its_relay_alone_until_the_app_is_restarted(
    relay: RelayStack, receiver: Receiver
) -> None:
    all_is_well(relay, 1)

    relay.sql("ALTER TABLE dbo.[Order Lines] DROP COLUMN Quantity")
    insert(relay, 2)

    relay.stack.wait_for_log(HOST, "Failed to check for changes in table 'dbo.Order Lines' due to exception")
    people_hear(relay, receiver, "halted", "lines")
    assert "'Quantity'" in reason(receiver, "lines")
    assert "Restart the app" in reason(receiver, "lines")
    assert relay.ask("relays/lines")["tracking"]["halted"] == [reason(receiver, "lines")]
    healths = {line["relay"]: (line["health"], line["reason"]) for line in relay.ask("relays")["relays"]}
    assert healths == {"orders": ("ok", ""), "lines": ("broken", reason(receiver, "lines"))}
    wait_until(lambda: 2 in rows(relay, "orders"), description="the other relay goes on")
    assert 2 not in rows(relay, "lines"), "nobody delivers what the trigger does not take up"

    relay.stack.restart(HOST)
    wait_until(lambda: rows(relay, "lines").get(2) == {"OrderId": 2, "Line": "a"}, description="nothing was lost")
    assert relay.ask("relays/lines")["tracking"]["halted"] == []


def test_a_relay_that_names_a_renamed_column_keeps_its_changes_until_it_is_mended(
    relay: RelayStack, receiver: Receiver
) -> None:
    all_is_well(relay, 1)
    relay.sql("EXEC sp_rename N'dbo.Orders.Total', N'Amount', N'COLUMN'")
    relay.stack.restart(HOST)  # now the trigger goes on, and the relay cannot

    insert(relay, 2)
    [leases] = [row[0] for row in relay.sql("SELECT name FROM sys.tables WHERE name LIKE 'Leases[_]%[_]orders'")]
    attempts = f"SELECT MAX(_az_func_AttemptCount) FROM az_func.[{leases}]"
    wait_until(lambda: relay.sql(attempts)[0][0] == 5, description="the trigger's attempts run out")
    people_hear(relay, receiver, "halted", "orders")
    assert "send: " in reason(receiver, "orders")
    assert "'Total'" in reason(receiver, "orders")
    wait_until(lambda: 2 in rows(relay, "lines"), description="the other relay goes on")
    assert 2 not in rows(relay, "orders")

    path = Path(relay.settings["RELAYS_FILE"])
    path.write_text(path.read_text(encoding="utf-8").replace('"Total"', '"Amount"'), encoding="utf-8")
    relay.stack.restart(HOST)
    relay.run_watchdog()

    wait_until(  # up to a minute from now the app takes the change for the trigger's
        lambda: 2 in rows(relay, "orders"), description="nothing was lost", patience_seconds=150
    )
    assert rows(relay, "orders")[2]["Status"] == "new"


def test_what_a_truncation_hides_is_told_and_the_rows_are_sent_anew(relay: RelayStack, receiver: Receiver) -> None:
    all_is_well(relay, 1, 2)

    relay.sql("TRUNCATE TABLE dbo.Orders")
    relay.sql("TRUNCATE TABLE dbo.[Order Lines]")
    insert(relay, 2)

    people_hear(relay, receiver, "gap", "lines", "orders")
    wait_until(
        lambda: (
            [tuple(row) for row in relay.sql("SELECT Relay, Reason, State FROM relay.Backfill")]
            == [("orders", "gap", "done")]
        ),
        description="the backfill is done",
    )
    orchestrations = relay.ask("relays/orders")["orchestrations"]
    assert (orchestrations["backfill"] in {"Running", "Completed"}, orchestrations["replay"]) == (True, None)
    assert {1, 2} == rows(relay, "orders").keys() == rows(relay, "lines").keys(), (
        "nobody says that 1 is gone: people are told"
    )


def test_a_table_made_anew_is_watched_again_after_a_restart_and_its_rows_are_sent(
    relay: RelayStack, receiver: Receiver
) -> None:
    all_is_well(relay, 1)
    for table in ("dbo.Orders", "dbo.[Order Lines]"):
        relay.sql(f"DROP TABLE {table}")
    people_hear(relay, receiver, "halted", "lines", "orders")
    assert "does not exist any more" in reason(receiver, "orders")

    relay.sql(
        "CREATE TABLE dbo.Orders (OrderId int NOT NULL PRIMARY KEY, Status nvarchar(20), Total int, PlacedAt date)"
    )
    relay.sql(
        "CREATE TABLE dbo.[Order Lines] (OrderId int NOT NULL, Line nvarchar(40) NOT NULL, PRIMARY KEY (OrderId, Line))"
    )
    insert(relay, 7)  # before change tracking sees it
    relay.enable()
    relay.stack.restart(HOST)
    insert(relay, 8)

    def all_is_sent() -> bool:
        relay.run_watchdog()
        return rows(relay, "orders").keys() >= {7, 8}

    wait_until(all_is_sent, description="what the new table has is sent")
    wait_until(lambda: 8 in rows(relay, "lines"), description="changes of the other one flow too")
    people_hear(relay, receiver, "gap", "lines", "orders")
    assert 7 not in rows(relay, "lines"), "without the backfill it is lost"


def test_change_tracking_that_is_switched_off_is_told_and_repaired(relay: RelayStack, receiver: Receiver) -> None:
    all_is_well(relay, 1)
    for table in ("dbo.Orders", "dbo.[Order Lines]"):
        relay.sql(f"ALTER TABLE {table} DISABLE CHANGE_TRACKING")
    insert(relay, 2)
    people_hear(relay, receiver, "halted", "lines", "orders")
    assert "./dev sql enable" in reason(receiver, "lines")

    relay.enable()
    insert(relay, 3)

    wait_until(lambda: 3 in rows(relay, "lines"), description="changes flow again, without a restart")
    people_hear(relay, receiver, "gap", "lines", "orders")
    wait_until(
        lambda: {1, 2, 3} == rows(relay, "orders").keys(), description="the backfill sends what nobody had marked"
    )
    assert 2 not in rows(relay, "lines"), "without the backfill it is lost"


def test_another_primary_key_stops_its_relay_until_the_script_has_run(relay: RelayStack, receiver: Receiver) -> None:
    all_is_well(relay, 1)
    [[name]] = relay.sql("SELECT name FROM sys.key_constraints WHERE parent_object_id = OBJECT_ID(N'dbo.Orders')")
    relay.sql("ALTER TABLE dbo.Orders DISABLE CHANGE_TRACKING")
    relay.sql(f"ALTER TABLE dbo.Orders DROP CONSTRAINT [{name}]")
    relay.sql("ALTER TABLE dbo.Orders ADD Shop int NOT NULL DEFAULT 1")
    relay.sql("ALTER TABLE dbo.Orders ADD PRIMARY KEY (Shop, OrderId)")
    relay.enable()
    relay.sql("INSERT INTO dbo.Orders (Shop, OrderId, Status) VALUES (2, 1, N'another')")
    people_hear(relay, receiver, "halted", "orders")
    assert "is now Shop, OrderId" in reason(receiver, "orders")
    relay.stack.restart(HOST)
    insert(relay, 2)
    wait_until(lambda: 2 in rows(relay, "lines"), description="the other relay goes on")
    assert relay.ask("relays/orders")["tracking"]["halted"], "a restart alone does not help"

    relay.stack.stop(HOST)
    run_script(relay, app=relay.settings["WEBSITE_SITE_NAME"], relay="orders", table="dbo.Orders")
    relay.stack.restart(HOST)
    expected = {(1, 1), (2, 1), (1, 2)}

    def arrived() -> bool:
        relay.run_watchdog()
        keys = [entry["key"] for entry in relay.accepted("orders") if "Shop" in entry["key"]]
        return {(key["Shop"], key["OrderId"]) for key in keys} == expected

    wait_until(arrived, description="every row arrives under its new key")
    assert relay.ask("relays/orders")["tracking"]["halted"] == []
