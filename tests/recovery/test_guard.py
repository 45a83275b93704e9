"""What change tracking forgets, and a trigger that takes nothing up: with the protection, and without it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.relay_stack import RELAYS, RelayStack, running
from tests.recovery.receiver import Receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(420)
# The relay "orders" is protected, "lines" is not.
PROTECTED, UNPROTECTED = (
    'endpoint = "%API_URL%/orders"\nsilent_after_minutes = 0.001\n',
    'endpoint = "%API_URL%/lines"\nsilent_after_minutes = 0\nbackfill_after_gap = false\n',
)


@pytest.fixture
def relay(tmp_path: Path, receiver: Receiver) -> Iterator[RelayStack]:
    text = RELAYS.replace('endpoint = "%API_URL%/orders"\n', PROTECTED)
    text = text.replace('endpoint = "%API_URL%/lines"\n', UNPROTECTED)
    text += f'\n[[channel]]\nname = "people"\nkind = "webhook"\nurl = "{receiver.url}"\n'
    with running(tmp_path, relays_text=text) as relay:
        yield relay


def insert(relay: RelayStack, *numbers: int) -> None:
    for number in numbers:
        relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (?, N'new')", number)
        relay.sql("INSERT INTO dbo.[Order Lines] (OrderId, Line) VALUES (?, N'a')", number)


def arrived(relay: RelayStack, name: str) -> set[int]:
    return {entry["key"]["OrderId"] for entry in relay.accepted(name)}


def caught_up(relay: RelayStack) -> bool:
    relay.run_watchdog()
    [[version]] = relay.sql("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
    return [row[0] for row in relay.sql("SELECT CaughtUpTo FROM relay.Position")] == [version, version]


def test_what_change_tracking_forgot_is_told_and_sent_anew(relay: RelayStack, receiver: Receiver) -> None:
    insert(relay, 1)
    wait_until(lambda: arrived(relay, "orders") == arrived(relay, "lines") == {1}, description="all is well")
    wait_until(lambda: caught_up(relay), description="the guard has seen that all is well")
    relay.stack.kill("functions_host")
    insert(relay, *range(2, 20))
    for table in ("dbo.Orders", "dbo.[Order Lines]"):
        relay.sql(f"ALTER TABLE {table} DISABLE CHANGE_TRACKING")
        relay.sql(f"ALTER TABLE {table} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")

    relay.stack.restart("functions_host")
    relay.run_watchdog()

    wait_until(lambda: receiver.told("gap") == ["lines", "orders"], description="people are told")
    wait_until(lambda: arrived(relay, "orders") == set(range(1, 20)), description="the backfill has sent everything")
    assert arrived(relay, "lines") == {1}, "without the backfill the changes are lost"
    assert [tuple(row) for row in relay.sql("SELECT Relay, Reason FROM relay.Backfill")] == [("orders", "gap")]

    relay.run_watchdog()
    insert(relay, 20)
    wait_until(lambda: 20 in arrived(relay, "orders"), description="changes flow again")
    assert receiver.told("gap") == ["lines", "orders"], "it is told once"


def test_a_trigger_that_takes_nothing_up_is_told(relay: RelayStack, receiver: Receiver) -> None:
    insert(relay, 1)
    wait_until(lambda: arrived(relay, "orders") == arrived(relay, "lines") == {1}, description="all is well")
    wait_until(lambda: caught_up(relay), description="the guard has seen that all is well")
    disabled = {f"AzureWebJobs.relay_{name}.Disabled": "true" for name in ("orders", "lines")}
    relay.stack.restart("functions_host", env=disabled)
    insert(relay, 2)

    def seen() -> bool:
        relay.run_watchdog()
        return bool(receiver.told("silent"))

    wait_until(seen, description="people are told")
    assert set(receiver.told("silent")) == {"orders"}, "without the limit nobody hears of it"
    assert arrived(relay, "orders") == {1}
