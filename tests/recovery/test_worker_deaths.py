"""Only the Python worker dies (a crash, memory, another call's time-out), in the midst of one of the app's durable functions.

The host lives on. An orchestrator function that ran in the worker makes its whole instance Failed for good, and Durable does not
repeat it: whoever started the instance has to look after it.
"""

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from functions_standin.worker.fatal_call import SETTING as DIES_AT
from tests.e2e.relay_stack import ONLY_BY_HAND, RELAYS, RelayStack, running
from tests.recovery.receiver import Receiver, receiving
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(420)
HOST = "functions_host"
FAST = (
    "recovery = { first_interval_seconds = 1, coefficient = 1.2, max_interval_seconds = 2, notify_after_rounds = 4 }\n"
)


class Scene:
    """A stack whose worker dies on order, and who is told."""

    def __init__(self, relay: RelayStack, receiver: Receiver, order: Path) -> None:
        self.relay = relay
        self.receiver = receiver
        self._order = order

    def die_in(self, function: str) -> None:
        """Let the worker die at the function's next call."""
        self._order.write_text(function, encoding="utf-8")

    def wait_for_the_death(self) -> None:
        wait_until(lambda: not self._order.exists(), description="the worker dies")

    def wait_for_the_failure_of(self, orchestrator: str) -> None:
        """Wait until an instance of the orchestrator has failed for good."""
        url = f"{self.relay.stack.host_url}/runtime/webhooks/durabletask/instances?runtimeStatus=Failed"

        def has_failed() -> bool:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return any(each["name"] == orchestrator for each in json.loads(answer.read()))

        wait_until(has_failed, description=f"{orchestrator} has failed")

    def insert(self, first: int, last: int) -> None:
        rows = ", ".join(f"({number}, N'new')" for number in range(first, last + 1))
        self.relay.sql(f"INSERT INTO dbo.Orders (OrderId, Status) VALUES {rows}")

    def have_arrived(self, first: int, last: int) -> bool:
        found = {entry["key"]["OrderId"] for entry in self.relay.accepted("orders")}
        return set(range(first, last + 1)) <= found

    def look_until(self, predicate: Callable[[], bool], *, description: str) -> None:
        """Let the watchdog look until it has come to this: what the trigger still tries at its first look is ours at a later one."""

        def has_looked_and_come_to_it() -> bool:
            self.relay.run_watchdog()
            return predicate()

        wait_until(has_looked_and_come_to_it, description=description)

    def ask(self, method: str, path: str) -> dict[str, Any]:
        url = f"{self.relay.stack.host_url}/api/relays/orders/{path}"
        request = urllib.request.Request(url, method=method, data=b"{}" if method == "POST" else None)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return dict(json.loads(answer.read()))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("deaths")
    with receiving() as receiver:
        text = RELAYS.replace("breaker_seconds = 1\n", "breaker_seconds = 1\n" + FAST)
        text += f'\n[[channel]]\nname = "people"\nkind = "webhook"\nurl = "{receiver.url}"\n'
        order = folder / "dies-at"
        with running(folder, relays_text=text, settings={DIES_AT: str(order), **ONLY_BY_HAND}) as relay:
            yield Scene(relay, receiver, order)


@pytest.fixture
def scene(stack: Scene) -> Scene:
    """A host that has not lost a worker yet: the third one would end it."""
    stack.relay.stack.restart(HOST)
    stack.relay.mode("ok")
    stack.receiver.notices.clear()
    return stack


def test_a_recovery_is_started_anew_by_the_watchdog(scene: Scene) -> None:
    scene.relay.mode("500")
    scene.die_in("recovery")
    scene.insert(1, 3)
    scene.wait_for_the_death()
    scene.wait_for_the_failure_of("recovery")
    scene.relay.mode("ok")

    scene.look_until(lambda: scene.have_arrived(1, 3), description="everything arrived")
    wait_until(lambda: scene.relay.ledger() == [], description="nothing is left in the ledger")


def test_changes_whose_delivery_was_cut_off_come_again_after_their_lease(scene: Scene) -> None:
    scene.die_in("relay_orders")
    scene.insert(11, 13)
    scene.wait_for_the_death()

    wait_until(lambda: scene.have_arrived(11, 13), description="everything arrived")


def test_people_are_told_of_a_long_outage_all_the_same(scene: Scene) -> None:
    scene.relay.mode("500")
    scene.die_in("notify_channel")
    scene.insert(21, 23)
    scene.wait_for_the_death()
    scene.wait_for_the_failure_of("notify_channel")

    scene.look_until(lambda: "long_outage" in scene.receiver.occasions(), description="people are told")


def test_a_replay_of_dead_letters_goes_on(scene: Scene) -> None:
    scene.relay.mode("422")
    scene.insert(31, 33)
    wait_until(lambda: dead(scene.relay) >= 3, description="the dead letters")
    scene.relay.mode("ok")
    scene.die_in("replay")
    scene.ask("POST", "dead-letters/replay")
    scene.wait_for_the_death()
    scene.wait_for_the_failure_of("replay")

    scene.look_until(lambda: dead(scene.relay) == 0, description="the replay is done")


def dead(relay: RelayStack) -> int:
    return int(relay.sql("SELECT COUNT(*) FROM relay.Ledger WHERE State = 'dead'")[0][0])
