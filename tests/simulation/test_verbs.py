"""Each verb in a short story of its own: it has its effect, the promises hold around it, and a loss beside it is found."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.simulation.plan import Event, Plan, RelayPlan
from tests.simulation.story import Verdict, play
from tests.simulation.tables import Table

HOUR, DAY = 3600.0, 86_400.0
ORDERS = Table("Orders", "int")
NEW: Mapping[str, Any] = {"values": {"Status": "new", "Region": "SE"}}
RECOVERY = {
    "first_interval_seconds": 60,
    "coefficient": 2,
    "max_interval_seconds": 300,
    "window_hours": 24,
    "notify_after_rounds": 3,
    "dead_letters_every_minutes": 60,
}


def relay(name: str = "r0", **options: Any) -> RelayPlan:
    return RelayPlan(name, ORDERS, options, RECOVERY)


def plan(*events: Event, relays: tuple[RelayPlan, ...] = (), end_seconds: float = 2 * HOUR) -> Plan:
    return Plan(1, relays or (relay(),), 1, events, end_seconds)


def at(seconds: float, verb: str, **arguments: Any) -> Event:
    if "set" in verb or "column" in verb or verb in {"delete", "truncate", "untrack"}:
        arguments = {"table": "Orders", **arguments}
    return Event(seconds, verb, arguments)


def well(verdict: Verdict) -> Verdict:
    assert list(verdict.violations) == []
    return verdict


def test_what_a_truncation_hides_is_told_and_everything_later_arrives() -> None:
    told = well(play(plan(
        at(10, "set_many", keys=[1, 2, 3], **NEW),
        at(1800, "truncate"),
        at(1801, "set", key=2, **NEW),
        at(2400, "set", key=4, **NEW),
    )))  # fmt: skip

    assert told.hits["notice gap"] == 1
    assert told.hits["answer 200"] + told.hits["answer 201"] + told.hits["answer 204"] >= 6


def test_what_was_tried_in_vain_before_a_truncation_is_settled_after_it() -> None:
    told = well(play(plan(
        at(10, "set_many", keys=[1, 2], **NEW),
        at(1700, "weather", relay="r0", kind="503", lasts_seconds=HOUR),
        at(1710, "set_many", keys=[1, 2, 3], **NEW),
        at(1800, "truncate"),
        at(1801, "set", key=2, **NEW),
        relays=(relay(backfill_after_gap=False),),
    )))  # fmt: skip

    assert told.hits["notice gap"] == 1


def test_what_nobody_tracked_is_told_and_the_rows_that_are_there_arrive() -> None:
    told = well(play(plan(
        at(10, "set_many", keys=[1, 2, 3], **NEW),
        at(1790, "weather", relay="r1", kind="503", lasts_seconds=300),
        at(1792, "set", key=1, values={"Total": 6}),
        at(1800, "untrack", lasts_seconds=120),
        at(1850, "set", key=1, values={"Total": 7}),
        at(1860, "set", key=4, **NEW),
        at(1870, "delete", key=2),
        at(1950, "set", key=5, **NEW),
        relays=(relay(), relay("r1", backfill_after_gap=False)),
    )))  # fmt: skip

    assert (told.hits["notice halted"], told.hits["notice gap"]) == (2, 2)


def test_what_is_forgotten_while_the_hosts_are_stopped_is_told_and_the_rows_that_are_there_arrive() -> None:
    told = well(play(plan(
        at(10, "set_many", keys=[1, 2, 3], **NEW),
        at(1700, "forget_after", minutes=10, lasts_seconds=2 * HOUR),
        at(1800, "stop", lasts_seconds=1.5 * HOUR),
        at(1850, "set_many", keys=[2, 4], values={"Total": 7}),
        at(1860, "delete", key=3),
        at(2 * HOUR, "set", key=6, **NEW),
        end_seconds=3 * HOUR,
    )))  # fmt: skip

    assert (told.hits["changes forgotten"], told.hits["notice gap"]) == (2, 1)


@pytest.mark.parametrize(("number", "moment"), [(1205, "during"), (40613, "after"), (40501, "before"), (0, "login")])
def test_errors_of_the_database_lose_nothing(number: int, moment: str) -> None:
    told = well(play(plan(
        at(10, "set_many", keys=[1, 2, 3], **NEW),
        at(60, "weather", relay="r0", kind="flaky", lasts_seconds=600),
        *([at(69, "kill_sessions")] if moment == "login" else []),
        at(69, "sql_fails", number=number, moment=moment, lasts_seconds=300, times=9),
        at(70, "set_many", keys=[2, 3, 4], **NEW),
        at(72, "set", key=5, **NEW),
        end_seconds=900,
    )))  # fmt: skip

    assert told.hits[f"error {number} {moment}"] > 1


def test_killed_sessions_lose_nothing_and_snapshots_are_as_good_as_locks() -> None:
    events = [
        event for n in range(1, 9) for event in (at(20 * n, "set", key=n, **NEW), at(20 * n + 0.6, "kill_sessions"))
    ]

    told = well(play(replace(plan(*events, end_seconds=900), snapshots=True)))

    assert (told.hits["snapshots"], told.hits["verb kill_sessions"]) == (1, 8)


@pytest.mark.parametrize("ahead_seconds", [4 * HOUR, -300.0])
def test_a_database_whose_clock_jumps_loses_nothing_and_waits_for_nothing_for_ever(ahead_seconds: float) -> None:
    told = well(play(plan(
        at(10, "set_many", keys=[1, 2, 3], **NEW),
        at(60, "weather", relay="r0", kind="503", lasts_seconds=900),
        at(70, "set_many", keys=[2, 3], **NEW),
        at(100, "set", key=4, values={"Status": "poison"}),
        at(130, "database_clock_jumps", ahead_seconds=ahead_seconds),
        at(131, "set", key=5, **NEW),
        end_seconds=2000,
    )))  # fmt: skip

    assert told.hits["answer 503"] > 4
    assert told.hits["notice dead_letters"] == 1


def test_columns_that_come_and_grow_stop_nobody() -> None:
    told = well(play(plan(
        at(10, "set", key=1, **NEW),
        at(60, "weather", relay="r0", kind="503", lasts_seconds=300),
        at(70, "set_many", keys=[1, 2], values={"Total": 1}),
        at(90, "add_column"),
        at(95, "widen_column", column="Total"),
        at(400, "set", key=3, **NEW),
        relays=(relay(), relay("r1", send=["Id", "Total"])),
        end_seconds=900,
    )))  # fmt: skip

    assert told.hits["a new column arrives"] >= 3
    assert told.hits["notice halted"] == told.hits["notice gap"] == 0


def test_a_column_without_its_name_stops_the_relays_of_its_table_until_it_has_it_back() -> None:
    others = RelayPlan("r2", Table("Parcels", "int"), {}, RECOVERY)

    told = well(play(plan(
        at(10, "set", key=1, **NEW),
        at(300, "weather", relay="r0", kind="503", lasts_seconds=200),
        at(310, "set_many", keys=[1, 2], values={"Total": 1}),
        at(400, "rename_column", column="Total", lasts_seconds=200),
        at(500, "set", key=3, values={"Total": 2}),
        Event(500, "set", {"table": "Parcels", "key": 4, **NEW}),
        relays=(relay(), relay("r1", send=["Id", "Total"]), others),
        end_seconds=HOUR,
    )))  # fmt: skip

    assert told.hits["notice halted"] == 2, "one for each relay of that table"
    assert any("T00:08:2" in line and "Executed 'Functions.relay_r2' (Succeeded" in line for line in told.log)


def test_what_a_backfill_tries_again_after_change_tracking_has_forgotten_is_not_the_same_version() -> None:
    longest = replace(relay(), recovery={**RECOVERY, "max_interval_seconds": 7200})
    told = well(play(plan(
        at(5, "set_many", keys=[1, 2], **NEW),
        at(100, "weather", relay="r0", kind="500", lasts_seconds=3000.0),
        at(200, "operator", relay="r0", asks="backfill"),
        at(3000, "forget_after", minutes=10, lasts_seconds=2 * HOUR),
        at(3300, "set_many", keys=[1, 2], values={"Status": "paid"}),
        relays=(longest,), end_seconds=4 * HOUR,
    )))  # fmt: skip

    assert told.hits["changes forgotten"]


def test_people_hear_of_a_trigger_that_is_let_in_nowhere_and_what_waited_arrives_when_that_is_mended() -> None:
    told = well(play(plan(
        at(0, "bar_triggers", lasts_seconds=4 * HOUR),
        at(60, "set", key=1, **NEW),
        end_seconds=5 * HOUR,
    )))  # fmt: skip

    assert told.hits["notice silent"] == 1


def test_a_crowd_of_triggers_that_keep_their_lock_harms_nobody() -> None:
    told = well(play(plan(
        at(5, "set", key=1, **NEW),
        at(10, "weather", relay="r0", kind="500", lasts_seconds=600.0),
        at(20, "set", key=2, **NEW),
        at(640, "hold_trigger_lock", lasts_seconds=25.0),
    )))  # fmt: skip

    assert told.hits["trigger lock held"] == 1
