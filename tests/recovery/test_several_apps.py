"""Two relays of one app and one of another app, all on one table: trouble of one endpoint or one app is nobody else's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.relay_stack import RelayStack, running
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(420)
RELAY = """
[[relay]]
name = "{name}"
table = "dbo.Orders"
endpoint = "%API_URL%/{stream}"
breaker_seconds = 1
recovery = {{ first_interval_seconds = 1, coefficient = 1.2, max_interval_seconds = 2 }}
"""
APP, OTHER_APP = "e2e-app", "e2e-other"


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayStack]:
    two = RELAY.format(name="orders", stream="orders") + RELAY.format(name="copies", stream="copies")
    with running(tmp_path, relays_text=two) as relay:
        others = tmp_path / "other.toml"
        others.write_text(RELAY.format(name="orders", stream="other"), encoding="utf-8")
        relay.start_host("functions_host_2", {"WEBSITE_SITE_NAME": OTHER_APP, "RELAYS_FILE": str(others)})
        yield relay


def insert(relay: RelayStack, first: int, last: int) -> None:
    rows = ", ".join(f"({number}, N'new')" for number in range(first, last + 1))
    relay.sql(f"INSERT INTO dbo.Orders (OrderId, Status) VALUES {rows}")


def arrived(relay: RelayStack, stream: str) -> set[int]:
    return {e["key"]["OrderId"] for e in relay.log() if e["accepted"] and e["stream"].strip("/") == stream}


def wait_for(relay: RelayStack, stream: str, last: int) -> None:
    wait_until(
        lambda: arrived(relay, stream) == set(range(1, last + 1)),
        description=f"{last} rows arrive at {stream}",
        patience_seconds=150,
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
    assert [tuple(row) for row in relay.sql(entries)] == [(APP, "copies", 20)]

    relay.stack.kill("functions_host")
    insert(relay, 21, 30)
    wait_for(relay, "other", 30)
    assert arrived(relay, "copies") == set()

    relay.stack.restart("functions_host")
    wait_for(relay, "orders", 30)
    relay.mode("ok", stream="/copies")
    wait_for(relay, "copies", 30)
    wait_until(lambda: relay.sql("SELECT Id FROM relay.Ledger") == [], description="the ledger is empty")
    wait_until(lambda: recoveries(relay) == [], description="the recovery is over")
