"""A replay of dead letters as it stands in SQL Server."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from adapters.sql_server.replay import SqlReplays
from adapters.sql_server.table import RelayTable
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from relay.dead_letters.work import ReplayOrder, ReplayState
from relay.delivery.sent import Sent
from tests.contract.leases import APP
from tests.contract.relay_scene import Scene

Make = Callable[..., Scene]
CHOSEN = Selection(status=422, since="2026-01-02T03:04:05.000", after=10, upto=130)


@pytest.fixture
def store(scene: Make) -> SqlReplays:
    made = scene()
    return SqlReplays(RelayTable(made.app_server, APP, made.relay))


def standing(store: SqlReplays) -> ReplayOrder:
    order = store.state()
    assert order is not None
    return order


def slice_of(store: SqlReplays, ids: list[int], sent: Sent, due_in_seconds: float = 0.0) -> Replay:
    """Write a slice down as the activity does, twice; return the replay before it."""
    order = standing(store)
    for _ in range(2):
        store.advance(order.number, order.replay, order.replay.plus(ids, sent), due_in_seconds)
    return order.replay


def test_an_order_stands_with_its_selection_until_it_is_done(store: SqlReplays) -> None:
    assert store.state() is None

    assert store.begin(CHOSEN, 120)

    order = standing(store)
    assert (order.number, order.state, order.replay.selection, order.replay.total) == (
        1,
        ReplayState.RUNNING,
        CHOSEN,
        120,
    )
    assert (order.replay.done, order.replay.last_error, order.replay.asked_for_seconds) == (0, "", None)
    assert 0 <= order.late_seconds < 60
    assert not store.begin(CHOSEN, 120), "one at a time"


def test_each_slice_is_written_down_once_with_the_moment_of_the_next(store: SqlReplays) -> None:
    store.begin(CHOSEN, 120)

    slice_of(store, list(range(11, 61)), Sent(delivered=40, rejected=8))
    before = slice_of(store, list(range(61, 111)), Sent(failed=50, reason="down", asked_for_seconds=1.5), 7200.5)

    found = standing(store)
    assert found.replay == before.plus(list(range(61, 111)), Sent(failed=50, reason="down", asked_for_seconds=1.5))
    assert (found.replay.done, found.replay.delivered, found.replay.rejected, found.replay.failed) == (100, 40, 8, 50)
    assert (found.replay.selection, found.replay.step) == (replace(CHOSEN, after=110), 1)
    assert -7201 < found.late_seconds < -7100
    assert found.state is ReplayState.RUNNING


def test_the_last_slice_ends_it_and_the_next_order_begins_at_zero(store: SqlReplays) -> None:
    store.begin(CHOSEN, 20)
    slice_of(store, list(range(11, 31)), Sent(delivered=20))
    assert standing(store).state is ReplayState.DONE

    assert store.begin(Selection(upto=7), 3)

    order = standing(store)
    assert (order.number, order.replay.done, order.replay.selection) == (2, 0, Selection(upto=7))


@pytest.mark.parametrize("ends", [False, True])
def test_an_operator_pauses_resumes_and_cancels(store: SqlReplays, ends: bool) -> None:
    assert not store.command(ReplayState.PAUSED), "there is none"
    store.begin(CHOSEN, 120)

    assert store.command(ReplayState.PAUSED)
    slice_of(store, [11], Sent(delivered=1)) if ends else None  # the slice that was under way
    assert standing(store).state is (ReplayState.DONE if ends else ReplayState.PAUSED)
    assert store.command(ReplayState.RUNNING) is not ends
    assert store.command(ReplayState.CANCELLED) is not ends

    assert not store.command(ReplayState.RUNNING), "it is over"
    assert store.begin(CHOSEN, 120)


def test_what_a_cancelled_replay_still_sends_is_not_counted(store: SqlReplays) -> None:
    store.begin(CHOSEN, 120)
    store.command(ReplayState.CANCELLED)

    slice_of(store, list(range(11, 61)), Sent(delivered=50))

    assert (standing(store).state, standing(store).replay.done) == (ReplayState.CANCELLED, 0)


def test_a_slice_is_written_down_from_further_back_and_never_from_further_on(store: SqlReplays) -> None:
    store.begin(CHOSEN, 120)
    first = standing(store).replay
    second = first.plus(list(range(11, 61)), Sent(delivered=50))
    third = second.plus(list(range(61, 111)), Sent(delivered=50))

    store.advance(1, second, third, 0.0)  # an older release did the first slice, and wrote nothing down
    store.advance(1, first, second, 0.0)

    assert standing(store).replay == third
