"""Many relays on one database, two relays and two apps on one table: trouble of one endpoint or one app is nobody else's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.relay_stack import RelayStack, running, settings_of
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(900)
RELAY = """
[[relay]]
name = "{name}"
table = "{table}"
endpoint = "%API_URL%/{stream}"
breaker_seconds = 1
recovery = {{ first_interval_seconds = 1, coefficient = 1.2, max_interval_seconds = 2 }}
"""
APP, OTHER_APP = "e2e-app", "e2e-other"
MANY = 15
PATIENCE_SECONDS = 330  # a message that a killed host had taken out is hidden for five minutes


def a_relay(name: str, stream: str, table: str = "dbo.Orders") -> str:
    return RELAY.format(name=name, stream=stream, table=table)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayStack]:
    two = a_relay("orders", "orders") + a_relay("copies", "copies")
    with running(tmp_path, relays_text=two) as relay:
        others = tmp_path / "other.toml"
        others.write_text(a_relay("orders", "other"), encoding="utf-8")
        relay.start_host("functions_host_2", {**settings_of(OTHER_APP), "RELAYS_FILE": str(others)})
        yield relay


def insert(relay: RelayStack, first: int, last: int, table: str = "dbo.Orders") -> None:
    rows = ", ".join(f"({number}, N'new')" for number in range(first, last + 1))
    relay.sql(f"INSERT INTO {table} (OrderId, Status) VALUES {rows}")


def arrived(relay: RelayStack, stream: str) -> set[int]:
    return {e["key"]["OrderId"] for e in relay.log() if e["accepted"] and e["stream"].strip("/") == stream}


def wait_for(relay: RelayStack, stream: str, last: int) -> None:
    wait_until(
        lambda: arrived(relay, stream) == set(range(1, last + 1)),
        description=f"{last} rows arrive at {stream}",
        patience_seconds=PATIENCE_SECONDS,
    )


def recoveries(relay: RelayStack) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in relay.sql("SELECT App, Relay FROM relay.Recovery")]


def test_an_endpoint_that_is_down_and_an_app_that_is_killed_hold_up_nobody_else(relay: RelayStack) -> None:
    relay.mode("500", stream="/copies")
    insert(relay, 1, 20)
    for stream in ("orders", "other"):
        wait_for(relay, stream, 20)
    wait_until(lambda: recoveries(relay) == [(APP, "copies")], description="one recovery, of the one that has trouble")
    entries = "SELECT App, Relay, COUNT(*) FROM relay.Ledger GROUP BY App, Relay"
    wait_until(
        lambda: [tuple(row) for row in relay.sql(entries)] == [(APP, "copies", 20)],
        description="what failed is in the ledger, and nothing else",
    )

    relay.stack.kill("functions_host")
    insert(relay, 21, 30)
    wait_for(relay, "other", 30)
    assert arrived(relay, "copies") == set()

    relay.stack.restart("functions_host")
    wait_for(relay, "orders", 30)
    relay.mode("ok", stream="/copies")
    wait_for(relay, "copies", 30)
    wait_until(lambda: relay.sql("SELECT Id FROM relay.Ledger") == [], description="the ledger is empty")


def test_fifteen_relays_of_one_database_all_deliver_though_the_host_is_killed_and_one_endpoint_is_down(
    tmp_path: Path,
) -> None:
    names = [f"many{number}" for number in range(MANY)]
    tables = " ".join(
        f"CREATE TABLE dbo.{name} (OrderId int NOT NULL PRIMARY KEY, Status nvarchar(20) NULL);" for name in names
    )
    with running(tmp_path, tables=tables, relays_text="".join(a_relay(n, n, f"dbo.{n}") for n in names)) as relay:
        relay.mode("500", stream=f"/{names[0]}")
        for name in names:
            insert(relay, 1, 20, f"dbo.{name}")
        wait_until(lambda: arrived(relay, names[1]), description="the first changes arrive")
        relay.stack.kill("functions_host")
        for name in names:
            insert(relay, 21, 30, f"dbo.{name}")
        relay.stack.restart("functions_host")

        for name in names[1:]:
            wait_for(relay, name, 30)
        assert arrived(relay, names[0]) == set()
        wait_until(lambda: recoveries(relay) == [(APP, names[0])], description="one recovery, of the relay in trouble")

        relay.mode("ok", stream=f"/{names[0]}")
        wait_for(relay, names[0], 30)
        wait_until(lambda: relay.sql("SELECT Id FROM relay.Ledger") == [], description="the ledger is empty")
