"""The recovery end to end: the trap of the deleted lease rows, an operator who looks, hurries it on or gives up.

The long outage with a killed host and notices is in test_demo.py and test_proof_outages.py.
"""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.relay_stack import RELAYS, RelayStack, running
from tests.recovery.receiver import Receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(420)
FAST = (
    "recovery = { first_interval_seconds = 1, coefficient = 1.2, max_interval_seconds = 2, notify_after_rounds = 4 }\n"
)


def relays_with(receiver: Receiver) -> str:
    text = RELAYS.replace("breaker_seconds = 1\n", "breaker_seconds = 1\n" + FAST)
    return f'{text}\n[[channel]]\nname = "people"\nkind = "webhook"\nurl = "{receiver.url}"\n'


@pytest.fixture
def relay(tmp_path: Path, receiver: Receiver) -> Iterator[RelayStack]:
    with running(tmp_path, relays_text=relays_with(receiver)) as relay:
        yield relay


def ask(relay: RelayStack, method: str, path: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{relay.stack.host_url}/api/{path}", method=method, data=b"" if method == "POST" else None
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.loads(answer.read()))


def rounds(relay: RelayStack) -> int:
    found = relay.sql("SELECT Rounds FROM relay.Recovery WHERE Relay = N'orders'")
    return int(found[0][0]) if found else 0


def insert(relay: RelayStack, first: int, last: int) -> None:
    rows = ", ".join(f"({number}, N'new')" for number in range(first, last + 1))
    relay.sql(f"INSERT INTO dbo.Orders (OrderId, Status) VALUES {rows}")


def all_arrived(relay: RelayStack, first: int, last: int) -> bool:
    arrived = {entry["key"]["OrderId"] for entry in relay.accepted("orders")}
    return set(range(first, last + 1)) <= arrived


def test_the_trap_newer_changes_succeed_and_the_trigger_deletes_the_exhausted_leases(relay: RelayStack) -> None:
    relay.mode("reject-one-row", key={"OrderId": -1})
    relay.mode("500", stream="/orders")
    insert(relay, 1, 20)
    wait_until(
        lambda: ask(relay, "GET", "relays/orders")["situation"]["exhausted"] == 20, description="attempts are used up"
    )

    relay.mode("ok", stream="/orders")
    insert(relay, 101, 101)

    wait_until(lambda: all_arrived(relay, 101, 101), description="the newer change arrived")
    wait_until(lambda: all_arrived(relay, 1, 20), description="the older ones arrived too")
    wait_until(lambda: relay.ledger() == [], description="nothing is left in the ledger")


def test_an_operator_sees_the_recovery_and_sends_it_off_at_once(relay: RelayStack) -> None:
    relay.mode("500")
    insert(relay, 1, 3)
    wait_until(lambda: rounds(relay) >= 1, description="the recovery does its rounds")

    state = ask(relay, "GET", "relays/orders")
    assert state["situation"]["open"] == 3
    assert state["recovery"]["status"] == "Running"
    assert state["breaker"]["reason"]
    assert state["tracking"]["retention_hours_left"] > 0
    assert ask(relay, "GET", "relays")["relays"][0]["health"] == "recovering"
    assert ask(relay, "GET", "health") == {"status": "degraded", "relays": {"orders": "recovering", "lines": "ok"}}

    relay.mode("ok")
    assert ask(relay, "POST", "relays/orders/retry-now")["command"] == "retry_now"
    wait_until(lambda: all_arrived(relay, 1, 3), description="everything arrived")


def test_giving_up_makes_dead_letters_and_newer_changes_flow(relay: RelayStack, receiver: Receiver) -> None:
    relay.mode("500")
    insert(relay, 1, 2)
    wait_until(
        lambda: ask(relay, "GET", "relays/orders")["situation"]["exhausted"] == 2, description="attempts are used up"
    )

    ask(relay, "POST", "relays/orders/give-up")
    wait_until(lambda: "dead_letters" in receiver.occasions(), description="people are told")
    assert [row[2] for row in relay.ledger()] == ["dead", "dead"]

    relay.mode("ok")
    relay.sql("UPDATE dbo.Orders SET Status = N'paid' WHERE OrderId = 1")
    wait_until(lambda: all_arrived(relay, 1, 1), description="the newer state arrives")
    wait_until(lambda: [row[1] for row in relay.ledger()] == ["[2]"], description="its dead letter is superseded")
