"""Workflows in short stories of their own: each verb has its effect, the promises hold around it, and what breaks one is found."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.simulation.errand import STEPS
from tests.simulation.executed import Executed
from tests.simulation.network import Request
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Event, Plan, RelayPlan
from tests.simulation.story import Verdict, play
from tests.simulation.tables import Table

HOUR = 3600.0
ORDERS = Table("Orders", "int")
RECOVERY = {
    "first_interval_seconds": 60,
    "coefficient": 2,
    "max_interval_seconds": 300,
    "window_hours": 24,
    "notify_after_rounds": 3,
    "dead_letters_every_minutes": 60,
}


def plan(*events: Event, on_newer: str = "queue") -> Plan:
    return Plan(1, [RelayPlan("w0", ORDERS, {"on_newer": on_newer}, RECOVERY)], 1, events, HOUR)


def at(seconds: float, verb: str, **arguments: Any) -> Event:
    return Event(seconds, verb, arguments)


def write(seconds: float, key: int, total: int) -> Event:
    return at(seconds, "set", table="Orders", key=key, values={"Total": total})


def well(verdict: Verdict) -> Mapping[str, int]:
    assert list(verdict.violations) == []
    return verdict.hits


def test_each_change_is_done_once_and_what_people_start_too() -> None:
    hits = well(play(plan(
        write(10, 1, 1), write(11, 2, 2), write(12, 3, 3), write(13, 4, 4), write(20, 1, 5),
        at(30, "start_by_hand", relay="w0", number=0),
        at(40, "start_by_hand", relay="w0", number=0),
        at(50, "lose_hub"),
    )))  # fmt: skip

    assert hits["execution completed"] == 6


def test_an_event_that_people_post_is_taken() -> None:
    hits = well(play(plan(
        at(10, "start_by_hand", relay="w0", number=3),
        at(60, "post_event", number=1),
        at(90, "operate_execution", asks="stop", number=0),
    )))  # fmt: skip

    assert (hits["executions GET 200"], hits["execution completed"]) == (2, 1)


def test_what_people_stop_is_stopped_and_what_has_failed_goes_on_when_they_say_so() -> None:
    hits = well(play(plan(
        at(5, "weather", relay="w0", kind="422", lasts_seconds=60),
        at(10, "start_by_hand", relay="w0", number=4),
        at(100, "operate_execution", asks="resume", number=0),
        at(120, "start_by_hand", relay="w0", number=3),
        at(150, "operate_execution", asks="stop", number=0),
    )))  # fmt: skip

    assert (hits["execution completed"], hits["execution stopped"]) == (1, 1)


@pytest.mark.parametrize(
    ("on_newer", "others"), [("queue", "completed"), ("replace", "replaced"), ("ignore", "ignored")]
)
def test_a_newer_change_of_a_row_does_with_the_one_that_runs_what_the_relay_says(on_newer: str, others: str) -> None:
    slow = at(5, "weather", relay="w0", kind="hang", lasts_seconds=60)

    hits = well(play(plan(slow, write(10, 1, 1), write(20, 1, 2), write(30, 1, 3), on_newer=on_newer)))

    assert hits[f"execution {others}"] >= 2


def test_what_comes_no_further_is_told_and_people_let_it_go_on() -> None:
    hits = well(play(plan(
        at(1, "sql_fails", number=1205, moment="before", text="The first thing that an orchestration does", times=9999,
           lasts_seconds=6 * HOUR),
        write(10, 1, 1),
    )))  # fmt: skip

    assert hits["notice execution_stuck"] >= 1
    assert hits["execution completed"] == 1


class Rows:
    """What the app has written down, as far as a judge asks."""

    seconds = 0.0

    def __init__(self) -> None:
        self.execution, self.done = ("running", 1), False

    def look(self, sql: str, *_: Any) -> list[tuple[Any, ...]]:
        if "ExecutionStep" in sql:
            return [(1,)] if self.done else []
        return [self.execution]


def judging(rows: Rows, on_newer: str = "queue") -> tuple[Executed, Oracle]:
    relays = [RelayPlan("w0", ORDERS, {"on_newer": on_newer}, RECOVERY)]
    oracle = Oracle(relays, {})
    return Executed(relays, oracle, rows), oracle  # type: ignore[arg-type]


def ask(judge: Executed, execution: str = "e", version: int = 1, epoch: int = 1, key: str = "k", **more: Any) -> None:
    wanted = {"relay": "w0", "key": {"Id": 1}, "version": version}
    content = {"execution": execution, "step": STEPS[0], "visit": 1, "wanted": wanted, **more}
    request = Request("w0", "/", {"idempotency-key": key, "x-epoch": str(epoch)}, str(content).encode())
    judge.hears(request, [content], 200, kept=True, asked=None)


def test_the_judge_finds_a_step_of_an_execution_that_has_ended() -> None:
    rows = Rows()
    judge, oracle = judging(rows)
    rows.execution = ("replaced", 1)

    ask(judge)

    assert "stands so" in oracle.violations[0]


def test_the_judge_finds_a_step_that_is_done_again() -> None:
    rows = Rows()
    judge, oracle = judging(rows)
    ask(judge)
    oracle.crashes()
    rows.done = True

    ask(judge)

    assert "though it had reported" in oracle.violations[0]


@pytest.mark.parametrize(
    ("second", "found"),
    [
        ({"key": "other"}, "not the same"),
        ({"execution": "f", "epoch": 2}, "has the idempotency key of"),
        ({"data": {}}, "not the same"),
    ],
    ids=["another key", "another's key", "another body"],
)
def test_the_judge_finds_another_key_or_body_of_a_step(second: Mapping[str, Any], found: str) -> None:
    rows = Rows()
    judge, oracle = judging(rows)
    oracle.crashes()
    ask(judge)
    rows.execution = ("running", second.get("epoch", 1))

    ask(judge, **second)

    assert found in oracle.violations[0]


def test_the_judge_finds_an_older_version_that_follows_a_newer_one() -> None:
    rows = Rows()
    judge, oracle = judging(rows)
    ask(judge, version=2)
    rows.execution = ("running", 2)

    ask(judge, "f", version=1, epoch=2, key="other")

    assert "version 2 had begun" in oracle.violations[0]


def test_the_judge_finds_two_starts_at_work_for_one_row() -> None:
    judge, oracle = judging(Rows())
    wanted = {"relay": "w0", "key": {"Id": 1}, "version": 1}
    judge.begins(("e", STEPS[0], 1), 1, wanted)
    judge.begins(("e", STEPS[1], 1), 1, wanted)

    judge.begins(("f", STEPS[0], 1), 2, wanted)

    assert len(oracle.violations) == 1
    assert "there is at work" in oracle.violations[0]
