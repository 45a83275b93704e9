"""Executions in SQL Server: registered once, claimed by one start, steps done once, those of one row one after the other."""

from collections.abc import Callable
from typing import Any

import pytest

from services import executions
from services.executions import CLAIM_SECONDS
from tests.contract.execution_scene import Executions, does
from tests.contract.relay_scene import Scene
from workflows.execution.values import Refused, Step, TryLater

Make = Callable[..., Scene]
DAY_MS = 86_400_000


@pytest.fixture
def made(scene: Make) -> Executions:
    return Executions(scene())


def test_the_same_id_is_registered_once(made: Executions) -> None:
    assert [made.register("a", 1), made.register("a", 1)] == ["ready", "ready"]
    assert made.ready() == ["a"]
    assert made.ready() == []  # somebody starts it


def test_what_was_taken_and_not_begun_is_taken_again(made: Executions) -> None:
    made.register("a")
    made.ready()
    made.let_time_pass(61)

    assert made.ready() == ["a"]

    made.begin("a")
    made.let_time_pass(61)
    assert made.ready() == []


def test_an_execution_begins_with_its_input_and_what_its_steps_have_come_to(made: Executions) -> None:
    made.register("a", 7)

    assert made.begin("a")["input"] == {"version": 7}
    made.step("a", "reserve", lambda value, _: {"got": value})
    again = made.begin("a")

    assert again["results"] == {"reserve#1": {"value": {"got": 1}}}


def test_a_start_that_is_not_the_executions_own_begins_nothing(made: Executions) -> None:
    made.register("a")

    assert "over" in made.begin("a", epoch=2)


def test_a_step_is_done_once_and_again_at_the_next_visit(made: Executions) -> None:
    made.register("a")
    made.begin("a")
    done: list[Step] = []

    def body(_: Any, step: Step) -> int:
        done.append(step)
        return len(done)

    found = [made.step("a", "charge", body), made.step("a", "charge", body), made.step("a", "charge", body, visit=2)]

    assert found == [{"done": 1}, {"done": 1}, {"done": 2}]
    assert len({step.idempotency_key for step in done}) == 2


def test_a_step_that_fails_is_claimed_no_longer(made: Executions) -> None:
    made.register("a")
    made.begin("a")

    def fails(*_: Any) -> None:
        raise ValueError("no connection\nand more")

    def later(*_: Any) -> None:
        raise TryLater("busy", 30)

    def refused(*_: Any) -> None:
        raise Refused("no such card")

    assert made.step("a", "charge", fails) == {"failed": "ValueError: no connection"}
    assert made.step("a", "charge", later) == {"failed": "busy", "asked_for_seconds": 30}
    assert made.step("a", "charge", refused) == {"refused": "no such card"}
    assert made.step("a", "charge", does(5)) == {"done": 5}


def test_a_result_that_is_too_large_is_refused(made: Executions) -> None:
    made.register("a")
    made.begin("a")

    found = made.step("a", "read", does("x" * 300_000))

    assert "bytes" in found["refused"]


def test_executions_of_one_row_follow_each_other_in_the_order_of_their_versions(made: Executions) -> None:
    states = [
        made.register("v1", 1),
        made.register("v3", 3),
        made.register("v2", 2),
        made.register("other", 1, subject="other"),
    ]
    assert states == ["ready", "waiting", "waiting", "ready"]
    made.begin("v1")

    assert made.end("v1") == ["v2"]
    assert (made.state("v1"), made.state("v2"), made.state("v3")) == ("completed", "ready", "waiting")
    assert made.epoch("v2") > made.epoch("v1")
    made.begin("v2")
    assert made.end("v2", "failed") == ["v3"]


def test_what_waits_behind_an_execution_is_started_by_who_finds_it(made: Executions) -> None:
    """The orchestration that ends the one before may die before it starts the next."""
    made.register("v1", 1)
    made.register("v2", 2)
    made.ready()
    made.begin("v1")
    made.end("v1")

    assert made.ready() == []
    made.let_time_pass(61)
    assert made.ready() == ["v2"]


def test_ended_twice_it_is_ended_once(made: Executions) -> None:
    made.register("v1", 1)
    made.register("v2", 2)
    made.begin("v1")

    assert [made.end("v1"), made.end("v1", "failed")] == [["v2"], []]
    assert made.state("v1") == "completed"


def test_a_newer_version_is_ignored_while_one_runs(made: Executions) -> None:
    made.register("v1", 1, on_newer="ignore")

    assert made.register("v2", 2, on_newer="ignore") == "ignored"
    assert made.register("v2", 2, on_newer="ignore") == "ignored"
    made.begin("v1")
    made.end("v1")
    assert made.register("v3", 3, on_newer="ignore") == "ready"


def test_a_newer_version_replaces_and_an_older_one_does_not(made: Executions) -> None:
    made.register("v2", 2, on_newer="replace")
    made.begin("v2")

    assert made.register("v1", 1, on_newer="replace") == "replaced"
    assert made.state("v2") == "running"
    assert made.register("v3", 3, on_newer="replace") == "ready"
    assert made.state("v2") == "replaced"
    assert made.epoch("v3") > made.epoch("v2")
    assert "over" in made.step("v2", "charge", does(1))
    assert made.end("v2") == []


def test_the_first_step_of_who_replaces_waits_until_the_claimed_one_has_reported(made: Executions) -> None:
    made.register("v1", 1, on_newer="replace")
    made.begin("v1")
    seen: list[dict[str, Any]] = []

    def charging(*_: Any) -> str:
        made.register("v2", 2, on_newer="replace")
        made.begin("v2")
        seen.append(made.step("v2", "charge", does("too early")))
        return "charged"

    old = made.step("v1", "charge", charging)

    assert "over" in old  # it has charged, and its workflow goes no further
    assert 0 < seen[0]["wait_seconds"] <= CLAIM_SECONDS + 2
    assert made.step("v2", "charge", does("now")) == {"done": "now"}


def test_a_claim_that_was_never_reported_runs_out(made: Executions) -> None:
    made.register("v1", 1, on_newer="replace")
    made.begin("v1")
    made.ask(
        "execution/claim", execution="v1", epoch=1, step="charge", visit=1, claim_seconds=CLAIM_SECONDS
    )  # and dies
    made.register("v2", 2, on_newer="replace")
    made.begin("v2")

    assert "wait_seconds" in made.step("v2", "charge", does(1))
    made.let_time_pass(CLAIM_SECONDS + 1)
    assert made.step("v2", "charge", does(1)) == {"done": 1}


def test_another_start_takes_over_and_the_one_before_is_refused(made: Executions) -> None:
    made.register("a")
    made.begin("a")
    made.step("a", "reserve", does("once"))

    [[anew]] = made.ask("execution/start_anew", execution="a", epoch=1, again_in_seconds=60)

    assert (anew["epoch"], made.state("a")) == (2, "ready")
    assert "over" in made.step("a", "charge", does(1), epoch=1)
    assert made.begin("a")["results"] == {"reserve#1": {"value": "once"}}
    assert made.ask("execution/start_anew", execution="a", epoch=1, again_in_seconds=60) == [[]]


def test_what_is_remembered_first_stays(made: Executions) -> None:
    made.register("a")
    made.begin("a")
    place = {"execution": "a", "epoch": 1, "step": "deadline", "visit": 1}

    first = executions.remember({**place, "result": {"value": "monday"}}, made.tables)
    second = executions.remember({**place, "result": {"value": "friday"}}, made.tables)

    assert first == second == {"kept": {"value": "monday"}}


def test_events_are_taken_once_each_the_oldest_first(made: Executions) -> None:
    made.register("a")
    made.begin("a")

    def post(key: str, body: str) -> None:
        made.ask("execution/post_event", execution="a", name="paid", event_key=key, body=body)

    def take(visit: int) -> dict[str, Any]:
        request = {"execution": "a", "epoch": 1, "name": "paid", "visit": visit, "due_in_ms": DAY_MS}
        return executions.take_event(request, made.tables)

    assert take(1) == {}
    post("k1", '{"n": 1}')
    post("k1", '{"n": 99}')  # the same one again
    post("k2", '{"n": 2}')

    first, second = {"event": {"n": 1}, "visit": 1}, {"event": {"n": 2}, "visit": 2}
    assert [take(1), take(1), take(2), take(3), take(1)] == [first, first, second, {}, first]


def test_an_event_makes_a_look_due_at_who_waits_for_long(made: Executions) -> None:
    made.register("a")
    made.begin("a")
    executions.rest({"execution": "a", "epoch": 1, "due_in_ms": 3 * DAY_MS}, made.tables)
    late = {"limit": 10, "again_in_seconds": 60}
    made.let_time_pass(61)
    assert made.ask("execution/late", **late) == [[]]

    made.ask("execution/post_event", execution="a", name="paid", event_key="k", body="{}")
    made.let_time_pass(61)

    [[row]] = made.ask("execution/late", **late)
    assert (row["id"], row["late_seconds"] < 0) == ("a", True)
    assert made.ask("execution/late", **late) == [[]]


def test_who_has_taken_an_event_is_missed_as_soon_as_one_who_works(made: Executions) -> None:
    made.register("a")
    made.begin("a")
    request = {"execution": "a", "epoch": 1, "name": "paid", "visit": 1, "due_in_ms": 3 * DAY_MS}
    made.ask("execution/post_event", execution="a", name="paid", event_key="k", body="{}")

    assert executions.take_event(request, made.tables)["event"] == {}
    made.let_time_pass(executions.CLAIM_SECONDS + 1)

    [[row]] = made.ask("execution/late", limit=10, again_in_seconds=60)
    assert row["id"] == "a"


def test_stopped_by_a_person_it_starts_what_waits(made: Executions) -> None:
    made.register("v1", 1)
    made.register("v2", 2)

    [[stopped], [following], *_] = made.ask(
        "execution/stop", execution="v1", error="stopped by an operator", result=None
    )

    assert (stopped["stopped"], following["id"], made.state("v1")) == (1, "v2", "stopped")
    [[again], nothing, *_] = made.ask("execution/stop", execution="v1", error="stopped by an operator", result=None)
    assert (again["stopped"], list(nothing)) == (0, [])


def test_a_person_resumes_what_rests_or_has_failed(made: Executions) -> None:
    made.register("a")
    made.begin("a")
    made.step("a", "reserve", does(1))
    place = {"execution": "a", "epoch": 1, "step": "charge", "visit": 1}
    executions.remember({**place, "result": {"failed": "no such card"}}, made.tables)
    assert made.ask("execution/resume", execution="a")[0][0]["resumed"] == 0
    made.end("a", "failed")

    [[row]] = made.ask("execution/resume", execution="a")

    assert (row["resumed"], row["epoch"], made.state("a")) == (1, 2, "ready")
    assert made.begin("a")["results"] == {"reserve#1": {"value": 1}}
    made.ask("execution/rests", execution="a", epoch=2, error="five times")
    assert made.state("a") == "stuck"
    assert made.ask("execution/resume", execution="a")[0][0]["epoch"] == 3


@pytest.mark.parametrize("result", [{1, 2}, float("nan"), {"at": float("inf")}, {("a", 1): 2}])
def test_a_step_whose_result_json_cannot_hold_is_refused_and_not_done_again(made: Executions, result: Any) -> None:
    made.register("a")
    made.begin("a")

    assert "nothing that JSON can hold" in made.step("a", "reserve", lambda *_: result)["refused"]


def test_a_person_resumes_an_execution_that_remembers_what_is_no_number(made: Executions) -> None:
    made.register("a")
    made.begin("a")
    place = {"execution": "a", "epoch": 1, "visit": 1}
    executions.remember({**place, "step": "rate", "result": {"value": float("nan")}}, made.tables)
    executions.remember({**place, "step": "charge", "result": {"failed": "no such card"}}, made.tables)
    made.end("a", "failed")

    assert made.ask("execution/resume", execution="a")[0][0]["resumed"] == 1

    assert list(made.begin("a")["results"]) == ["rate#1"]


def test_nothing_is_resumed_while_another_one_runs_for_its_row(made: Executions) -> None:
    made.register("v1", 1)
    made.register("v2", 2)
    made.begin("v1")
    made.end("v1", "failed")

    assert made.ask("execution/resume", execution="v1")[0][0]["resumed"] == 0


def test_what_ended_long_ago_is_forgotten(made: Executions) -> None:
    made.register("a")
    made.begin("a")
    made.step("a", "reserve", does(1))
    made.end("a")
    assert made.ask("execution/old", days=30, limit=10) == [[]]
    made.let_time_pass(31 * 86_400)

    [[old]] = made.ask("execution/old", days=30, limit=10)
    made.ask("execution/forget", execution=old["id"])

    assert made.ask("execution/one", execution="a") == [[], [], []]


def test_orchestrations_of_replaced_executions_are_told_once(made: Executions) -> None:
    made.register("v1", 1, on_newer="replace")
    made.register("v2", 2, on_newer="replace")

    assert [row["id"] for row in made.ask("execution/replaced", limit=10)[0]] == ["v1"]
    assert made.ask("execution/replaced", limit=10) == [[]]


def test_those_that_rest_are_counted(made: Executions) -> None:
    for number in range(3):
        made.register(f"v{number}", 1, subject=f"row {number}")
    for number in range(2):
        made.ask("execution/rests", execution=f"v{number}", epoch=1, error="no")

    [rows] = made.ask("execution/counts")

    assert [(row["workflow"], row["executions"]) for row in rows] == [("order", 2)]
