"""A slice of a replay: taken while the order stands, written down where it stands, and only once."""

from collections.abc import Sequence

import pytest

from relay.dead_letters.replay import PROBE, SLICE, Replay
from relay.dead_letters.values import DeadLetter, Selection
from relay.dead_letters.work import ReplayState
from relay.delivery.sent import Sent
from services import replay
from services.outside import Outside
from services.replay import deliver_slice, list_slice
from tests.fake_tables import FakeReplays
from tests.fakes import an_outside
from tests.unit.triggers.test_dead_letters import letter

ALL = Selection(upto=3)


class DeadLetters:
    """Three of them."""

    def page(self, selection: Selection, limit: int) -> Sequence[DeadLetter]:
        return [letter(number) for number in (1, 2, 3) if number > selection.after][:limit]


@pytest.fixture(autouse=True)
def everything_is_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "redeliver_dead", lambda ids, _: Sent(delivered=len(ids)))


@pytest.fixture
def ordered() -> tuple[FakeReplays, Outside]:
    replays = FakeReplays()
    replays.begin(ALL, 3)
    return replays, an_outside(replays=replays, dead_letters=DeadLetters())


Ordered = tuple[FakeReplays, Outside]


def test_a_slice_of_an_order_that_runs_is_listed(ordered: Ordered) -> None:
    assert list_slice(ALL, 2, 1, ordered[1]) == [1, 2]


@pytest.mark.parametrize("state", [ReplayState.PAUSED, ReplayState.CANCELLED])
def test_an_order_that_does_not_run_stops_it(ordered: Ordered, state: ReplayState) -> None:
    ordered[0].command(state)

    assert list_slice(ALL, 2, 1, ordered[1]) == {"stopped": state.value}


def test_an_instance_of_an_earlier_order_is_stopped(ordered: Ordered) -> None:
    ordered[0].command(ReplayState.CANCELLED)
    ordered[0].begin(ALL, 3)

    assert list_slice(ALL, 2, 1, ordered[1]) == {"stopped": "cancelled"}


def so_far(ordered: Ordered) -> Replay:
    assert ordered[0].order is not None
    return ordered[0].order.replay


def test_what_an_older_release_has_begun_goes_on_and_stands_nowhere(ordered: Ordered) -> None:
    assert list_slice(ALL, 2, None, ordered[1]) == [1, 2]
    assert deliver_slice([1, 2], None, None, ordered[1]).delivered == 2
    assert ordered[0].order is not None
    assert ordered[0].order.replay.done == 0


def test_a_slice_is_written_down_with_the_cursor_once(ordered: Ordered) -> None:
    replays, outside = ordered
    before = so_far(ordered)

    for _ in range(2):  # every activity may run twice
        deliver_slice([1, 2], 1, before, outside)
    assert replays.order is not None
    assert (replays.order.replay.done, replays.order.state) == (2, ReplayState.DONE)
    assert replays.order.replay.delivered == 2


def test_a_slice_of_an_earlier_order_is_not_counted(ordered: Ordered) -> None:
    before = so_far(ordered)
    ordered[0].command(ReplayState.CANCELLED)
    ordered[0].begin(ALL, 3)

    deliver_slice([1, 2], 1, before, ordered[1])

    assert ordered[0].order is not None
    assert ordered[0].order.replay.done == 0


def test_a_short_slice_after_a_stumble_is_not_taken_for_the_last() -> None:
    replays = FakeReplays()
    replays.begin(Selection(upto=SLICE), SLICE)
    assert replays.order is not None
    stumbled = replays.order.replay.stumbled("SQL Server is away")
    outside = an_outside(replays=replays)

    deliver_slice(list(range(1, PROBE + 1)), 1, stumbled, outside)

    assert (replays.order.state, replays.order.replay.done) == (ReplayState.RUNNING, PROBE)
