"""Restarts: at once, then doubling to an hour; the third without progress is told. When backfills and replays are work, and late."""

from typing import Any

import pytest

from relay.backfill.values import BackfillState, Pages
from relay.backfill.work import backfill_work, due_in_seconds
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from relay.dead_letters.work import ReplayOrder, ReplayState, replay_work
from relay.work.decisions import Action, decide, is_stuck, pause_seconds
from relay.work.values import Restarts, Work
from tests.unit.relay.test_backfill import backfill


@pytest.mark.parametrize(
    ("count", "seconds"), [(0, 0), (1, 60), (2, 120), (3, 240), (6, 1920), (7, 3600), (8, 3600), (10_000, 3600)]
)
def test_a_start_waits_twice_as_long_as_the_one_before_and_an_hour_at_most(count: int, seconds: float) -> None:
    assert pause_seconds(Restarts(count=count)) == seconds
    assert pause_seconds(Restarts(count=count, seconds_ago=seconds)) == 0
    assert pause_seconds(Restarts(count=count, seconds_ago=1e9)) == 0


@pytest.mark.parametrize("can_be_woken", [False, True])
def test_who_hears_no_call_is_not_called(can_be_woken: bool) -> None:
    late = Work(
        orchestration="x",
        instance_id="x",
        request={},
        relay="orders",
        mark="",
        quiet_seconds=200.0,
        can_be_woken=can_be_woken,
    )

    assert decide(late, "Running") is (Action.WAKE if can_be_woken else Action.NOTHING)


@pytest.mark.parametrize(("count", "told"), [(0, False), (2, False), (3, True), (4, True)])
def test_people_are_told_of_three_starts_without_progress(count: int, told: bool) -> None:
    some_work = Work(orchestration="x", instance_id="x", request={}, relay="orders", mark="")

    assert is_stuck(some_work, Restarts(count=count)) is told


def order(state: ReplayState = ReplayState.RUNNING, **differences: Any) -> ReplayOrder:
    replay = Replay(relay="orders", selection=Selection(after=50, upto=120), total=120, done=50)
    return ReplayOrder(number=3, state=state, replay=replay, started_at="", **differences)


@pytest.mark.parametrize("state", [ReplayState.PAUSED, ReplayState.DONE, ReplayState.CANCELLED])
def test_a_replay_that_does_not_run_is_no_work(state: ReplayState) -> None:
    assert replay_work(order(state), "shop") is None


@pytest.mark.parametrize("state", [BackfillState.PAUSED, BackfillState.DONE, BackfillState.CANCELLED])
def test_a_backfill_that_does_not_run_is_no_work(state: BackfillState) -> None:
    assert backfill_work(backfill(state=state), "shop", "orders") is None


def test_a_replay_goes_on_from_its_cursor() -> None:
    work = replay_work(order(), "shop")

    assert work is not None
    assert work.instance_id == "replay-shop-orders"
    again = Replay.from_dict(work.request["replay"])
    assert (work.request["number"], again.selection, again.done) == (3, Selection(after=50, upto=120), 50)


@pytest.mark.parametrize(
    ("late_seconds", "action"),
    [(-3600.0, Action.NOTHING), (60.0, Action.NOTHING), (200.0, Action.WAKE), (2000.0, Action.REPLACE)],
)
def test_late_is_what_is_late_by_the_moment_that_was_written_down(late_seconds: float, action: Action) -> None:
    replay = replay_work(order(late_seconds=late_seconds), "shop")
    filling = backfill_work(backfill(late_seconds=late_seconds), "shop", "orders")

    assert replay is not None
    assert filling is not None
    assert [decide(replay, "Running"), decide(filling, "Running")] == [action, action]


@pytest.mark.parametrize(
    ("pages", "seconds"),
    [
        (Pages(), 300.0),
        (Pages(wait_seconds=20.0), 320.0),
        (Pages(failed="down"), 4260.0),
        (Pages(failed="down", asked_for_seconds=10_000.0), 11_300.0),
    ],
)
def test_a_backfill_shows_until_when_it_may_wait(pages: Pages, seconds: float) -> None:
    assert due_in_seconds(pages) == pytest.approx(seconds)
