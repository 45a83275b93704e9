"""The recovery as an orchestration: 168 hours in a second, with the real SDK and a clock that can be moved."""

import json
from datetime import timedelta
from typing import Any

import pytest

from relay.backoff import Backoff
from relay.config.values import RecoveryPolicy
from relay.recovery.situation import Command
from tests.unit.orchestrators.world import World

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]

MINUTE = timedelta(minutes=1)


def policy(**differences: Any) -> RecoveryPolicy:
    return RecoveryPolicy(backoff=Backoff(jitter=0), **differences)


def occasions(world: World) -> list[str]:
    return [notice["occasion"] for notice in world.notices]


def test_nothing_open_ends_at_once() -> None:
    world = World()

    world.recover()

    assert world.round_times == []
    assert world.engine.instances["i"].status.name == "Completed"


def test_everything_is_delivered_once_the_endpoint_is_up() -> None:
    world = World(orphaned=set(range(120)), exhausted={500, 501}, up=lambda elapsed: elapsed > 30 * MINUTE)

    world.recover()

    assert world.delivered == {*range(120), 500, 501}
    assert world.row is None
    assert world.notices == []


def test_rounds_are_spaced_exponentially() -> None:
    world = World(orphaned={1}, up=lambda elapsed: elapsed > 60 * MINUTE)

    world.recover()

    minutes = [round(elapsed / MINUTE) for elapsed in world.round_times]
    assert minutes == [1, 3, 7, 15, 31, 63]


def test_a_dead_endpoint_is_asked_with_three_changes_a_round_and_no_more() -> None:
    world = World(orphaned=set(range(2000)), up=lambda elapsed: elapsed > 5 * MINUTE)

    world.recover()

    before = world.engine.runs[: world.engine.runs.index("recovery_list")]
    assert before.count("recovery_probe") == 3
    assert before.count("recovery_redeliver") == 0
    assert world.engine.runs.count("recovery_redeliver") == 10, "all the others at once, in slices, when it is back"


def test_people_are_told_once_after_ten_rounds_and_again_when_it_is_over() -> None:
    world = World(orphaned={1}, up=lambda elapsed: elapsed > timedelta(hours=60))

    world.recover()

    assert occasions(world) == ["long_outage", "recovered"]
    assert world.notices[0]["rounds"] == 10
    assert len(world.round_times) > 11


def test_after_168_hours_changes_become_dead_letters_and_people_are_told() -> None:
    world = World(orphaned={1, 2})

    world.recover()

    assert world.dead == {1, 2}
    assert world.elapsed > timedelta(hours=168)
    assert occasions(world) == ["long_outage", "dead_letters", "recovered"]
    assert world.notices[1]["dead_letters"] == 2


def test_the_endpoints_own_fault_is_told_at_once() -> None:
    world = World(orphaned={1}, status=401, up=lambda elapsed: elapsed > 10 * MINUTE)

    world.recover()

    assert occasions(world) == ["endpoint_fault", "recovered"]
    assert (world.notices[0]["rounds"], world.notices[0]["status"]) == (1, 401)


def test_dead_letters_of_the_fast_path_are_told_without_a_round() -> None:
    world = World(dead={7})

    world.recover()

    assert occasions(world) == ["dead_letters"]
    assert world.round_times == []


def test_of_more_dead_letters_people_are_told_together_an_hour_later() -> None:
    def on_round(world: World) -> None:
        if not world.up(world.elapsed):
            world.dead.add(100 + len(world.round_times))

    world = World(orphaned={1}, dead={7}, up=lambda elapsed: elapsed > 40 * MINUTE, on_round=on_round)

    world.recover()

    assert occasions(world) == ["dead_letters", "dead_letters"]
    assert [notice["dead_letters"] for notice in world.notices] == [1, 5]
    assert len({notice["mark"] for notice in world.notices}) == 2, "each is a notice of its own"
    assert world.told_dead == world.dead


def test_the_good_news_does_not_wait_for_the_next_time_that_people_are_told_of_dead_letters() -> None:
    def on_round(world: World) -> None:
        world.dead.add(len(world.round_times))

    world = World(orphaned={-1}, status=401, up=lambda elapsed: elapsed > 20 * MINUTE, on_round=on_round)

    world.recover()

    assert occasions(world) == ["endpoint_fault", "dead_letters", "dead_letters", "recovered"]
    assert world.elapsed < 40 * MINUTE


def test_dead_letters_that_are_told_in_a_long_wait_make_no_round() -> None:
    def on_round(world: World) -> None:
        if len(world.round_times) == 5:  # the next one is due 32 minutes later
            world.engine.start("operator", {"after_seconds": 600, "command": "dies"}, instance_id="operator")

    world = World(orphaned={1}, up=lambda elapsed: elapsed > 40 * MINUTE, on_round=on_round)

    world.recover()

    minutes = [round(elapsed / MINUTE) for elapsed in world.round_times]
    assert minutes == [1, 3, 7, 15, 31, 63]
    assert occasions(world) == ["dead_letters"]
    assert world.notices[0]["rounds"] == 5


def test_a_pause_that_the_endpoint_asks_for_is_kept_in_full() -> None:
    world = World(orphaned={1}, asks_for_seconds=200_000, up=lambda elapsed: elapsed > 5 * MINUTE)

    world.recover()

    first, second = world.round_times
    assert second - first >= timedelta(seconds=200_000)


def test_history_does_not_grow_over_500_rounds() -> None:
    world = World(
        policy=RecoveryPolicy(
            backoff=Backoff(first_interval_seconds=60, coefficient=1, jitter=0.1), notify_after_rounds=1000
        ),
        orphaned={1},
        up=lambda elapsed: elapsed > 540 * MINUTE,
    )

    world.recover()

    assert len(world.round_times) > 480
    assert len(world.engine.instances["i"].history) < 60


def test_retry_now_acts_at_once_in_the_middle_of_a_long_wait() -> None:
    def on_round(world: World) -> None:
        if len(world.round_times) == 5:  # the next one would be due 32 minutes later
            world.command_after(10 * MINUTE, Command.RETRY_NOW)

    world = World(orphaned={1}, up=lambda elapsed: elapsed > 40 * MINUTE, on_round=on_round)

    world.recover()

    minutes = [round(elapsed / MINUTE) for elapsed in world.round_times]
    assert minutes == [1, 3, 7, 15, 31, 41]


def test_giving_up_makes_dead_letters_of_everything() -> None:
    world = World(orphaned={1}, exhausted={2}, on_round=lambda world: world.command(Command.GIVE_UP))

    world.recover()

    assert world.dead == {1, 2}
    assert len(world.round_times) == 1
    assert "dead_letters" in occasions(world)


def test_a_database_that_is_away_for_hours_delays_rounds_and_ends_nothing() -> None:
    world = World(
        orphaned={1},
        sql_is_away=lambda elapsed: timedelta(minutes=2) < elapsed < timedelta(hours=9),
        up=lambda elapsed: elapsed > timedelta(hours=10),
    )

    world.recover()

    assert world.delivered == {1}
    assert len(world.engine.instances["i"].history) < 80


def test_the_custom_status_tells_what_it_waits_for_and_until_when() -> None:
    seen: list[dict[str, Any]] = []
    world = World(
        orphaned={1, 2},
        up=lambda elapsed: elapsed > 5 * MINUTE,
        on_wait_over=lambda world: seen.append(json.loads(world.engine.instances["i"].patch["CustomStatus"])),
    )

    world.recover()

    assert seen[0]["state"] == "waiting"
    assert seen[0]["until"].startswith("2026-01-01T00:01:0")
    assert (seen[1]["rounds"], seen[1]["open"], seen[1]["last_error"]) == (1, 2, "the endpoint answered 503")
