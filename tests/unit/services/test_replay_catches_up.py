"""A replay that a release before 0.3 beside this one works at too: it keeps no number of the order, and writes nothing down."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from adapters.durable.instances import DurableInstances
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from relay.dead_letters.work import ReplayOrder, ReplayState
from relay.delivery.sent import Sent
from services import replay
from services.replay import catch_up, deliver_slice
from tests.fake_tables import FakeReplays
from tests.fakes import FakeDurableClient, an_outside

INSTANCE = "replay-shop-orders"


class Ordered(FakeReplays):
    """An order of 120 dead letters, at its beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.begin(Selection(status=422, upto=120), 120)

    @property
    def stands(self) -> ReplayOrder:
        assert self.order is not None
        return self.order

    def caught_up(self, status: str, request: Any, output: Any = None) -> ReplayOrder:
        """Return where it stands after a look at an instance: its status, its last generation's input, its output."""
        client = FakeDurableClient(replay_shop_orders=status)
        client.inputs[INSTANCE], client.output = request, output
        instance = asyncio.run(DurableInstances(client).look(INSTANCE))
        found = asyncio.run(catch_up(self.order, instance, an_outside(replays=self)))
        assert found is not None
        assert (found.state, found.replay) == (self.stands.state, self.stands.replay), "as it is written down"
        return found


@pytest.fixture
def ordered() -> Ordered:
    return Ordered()


def after(before: Replay, ids: Sequence[int], **differences: Any) -> dict[str, Any]:
    """The input of a generation after that slice."""
    return {"replay": before.plus(ids, Sent(delivered=len(ids))).to_dict(), "wait_seconds": 1.0, **differences}


@pytest.mark.parametrize("status", ["Running", "Suspended", "Failed"])
def test_what_it_did_is_written_down_at_the_next_look(ordered: Ordered, status: str) -> None:
    request = after(ordered.stands.replay, range(1, 51))

    found = ordered.caught_up(status, json.dumps(json.dumps(request)))  # as Durable keeps it

    assert (found.state, found.replay.done, found.replay.selection.after) == (ReplayState.RUNNING, 50, 50)


def test_a_slice_after_one_that_was_not_written_down_is(ordered: Ordered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "redeliver_dead", lambda ids, _: Sent(delivered=len(ids)))
    before = ordered.stands.replay.plus(range(1, 51), Sent(delivered=40, rejected=10))

    deliver_slice(range(51, 101), 1, before, an_outside(replays=ordered))

    now = ordered.stands.replay
    assert (now.done, now.selection.after, now.delivered, now.rejected) == (100, 100, 90, 10)


def test_an_order_that_it_has_ended_is_done(ordered: Ordered) -> None:
    begun = ordered.stands.replay
    output = begun.plus(range(1, 51), Sent(delivered=50)).plus(range(51, 53), Sent(rejected=2)).status("done")

    found = ordered.caught_up("Completed", after(begun, range(1, 51)), output)

    assert found.state is ReplayState.DONE
    assert (found.replay.done, found.replay.delivered, found.replay.rejected) == (52, 50, 2)


@pytest.mark.parametrize(
    ("reason", "state"),
    [("cancelled by an operator", ReplayState.CANCELLED), ("somebody cleans up", ReplayState.RUNNING)],
)
def test_an_order_that_an_operator_cancels_at_its_route_is_cancelled(
    ordered: Ordered, reason: str, state: ReplayState
) -> None:
    assert ordered.caught_up("Terminated", ordered.stands.request(), reason).state is state


def test_an_order_whose_state_is_final_stays_so(ordered: Ordered) -> None:
    request = after(ordered.stands.replay, range(1, 51))
    ordered.command(ReplayState.CANCELLED)

    assert ordered.caught_up("Running", request).replay.done == 0


@pytest.mark.parametrize(
    "differences",
    [
        pytest.param({"number": 7}, id="of another order"),
        pytest.param({"replay": Replay(relay="orders", selection=Selection(status=400, upto=120), total=9, done=9).to_dict()}, id="for others"),
        pytest.param({"replay": Replay(relay="orders", selection=Selection(status=422, upto=90), total=9, done=9).to_dict()}, id="for fewer"),
    ],
)  # fmt: skip
def test_an_instance_that_was_begun_for_something_else_says_nothing_of_the_order(
    ordered: Ordered, differences: dict[str, Any]
) -> None:
    before = ordered.stands
    request = after(before.replay, range(1, 51), **differences)

    assert ordered.caught_up("Completed", request, before.replay.status("done")) == before
    assert ordered.caught_up("Running", request) == before
