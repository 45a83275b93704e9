"""Fail, Retry and Catch: which errors are answered, when, and what follows."""

from datetime import timedelta
from typing import Any

import pytest

from asl.definition import Retrier
from asl.failures import StateFailure, answers_to
from asl.running.events import Raised
from asl.running.failing import delay_seconds
from tests.unit.asl.running import BEGINS_AT, Script, after, failure_of, one, output_of, passing, run, states_of

BOOM = Raised("Boom", "why")
END = {"Type": "Pass", "End": True}
AWAITED = {"Type": "Task", "Resource": "r.waitForTaskToken", "TimeoutSeconds": 60}


def retrying(*retriers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": "r", "Retry": list(retriers), **fields}


def test_a_fail_state_says_error_and_cause() -> None:
    assert failure_of(one({"Type": "Fail", "Error": "E", "Cause": "c"})) == Raised("E", "c")
    assert failure_of(one({"Type": "Fail"})) == Raised(None, None)
    computed = {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $$.State.Name)"}
    assert failure_of(one(computed), {"e": "E"}) == Raised("E", "First!")


def test_an_error_that_is_no_text_cannot_be_told() -> None:
    assert failure_of(one({"Type": "Fail", "ErrorPath": "$.e"}), {"e": 1}).error == "States.Runtime"


@pytest.mark.parametrize(
    ("names", "error", "answers"),
    [
        (["Boom"], "Boom", True),
        (["Bo"], "Boom", False),
        (["States.ALL"], "Boom", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.TaskFailed"], "Boom", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.HeartbeatTimeout"], "States.Timeout", False),
        (["States.ALL"], "States.Runtime", False),
        (["States.Runtime"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
        (["States.ALL"], None, True),
    ],
)
def test_which_errors_a_name_answers_to(names: list[str], error: str | None, answers: bool) -> None:
    assert answers_to(names, StateFailure(error, None)) is answers


@pytest.mark.parametrize("name", ["States.ALL", "States.TaskFailed", "States.DataLimitExceeded"])
@pytest.mark.parametrize("answer", ["x" * 262_144, Raised("States.DataLimitExceeded", "more than 256 KB")])
def test_a_resource_that_yields_too_much_is_caught_as_any_other_failure_of_it(name: str, answer: Any) -> None:
    state = {"Type": "Task", "Resource": "r", "Catch": [{"ErrorEquals": [name], "Next": "Saved"}]}

    assert output_of(one(state, Saved=END), {}, [answer])["Error"] == "States.DataLimitExceeded"


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Task", "Resource": "r", "ResultSelector": {"one.$": "$", "other.$": "$"}},
        {"Type": "Task", "Resource": "r", "Parameters": {"one.$": "$", "other.$": "$"}},
        {"Type": "Parallel", "Branches": [{"StartAt": "A", "States": {"A": END}}, {"StartAt": "B", "States": {"B": END}}]},
    ],
)  # fmt: skip
def test_what_grows_too_large_in_the_execution_is_caught_by_its_name_alone(state: dict[str, Any]) -> None:
    def caught_by(name: str) -> dict[str, Any]:
        return one({**state, "Catch": [{"ErrorEquals": [name], "Next": "Saved"}]}, Saved=END)

    assert output_of(caught_by("States.DataLimitExceeded"), "x" * 200_000)["Error"] == "States.DataLimitExceeded"
    assert failure_of(caught_by("States.ALL"), "x" * 200_000).error == "States.DataLimitExceeded"


@pytest.mark.parametrize(
    ("fields", "tries", "expected"),
    [
        ({}, 0, 1),
        ({}, 2, 4),
        ({"interval_seconds": 3, "backoff_rate": 1.5}, 1, 4.5),
        ({"interval_seconds": 3, "max_delay_seconds": 5}, 4, 5),
        ({"interval_seconds": 3, "has_full_jitter": True}, 1, 1.5),
        ({"backoff_rate": 10.0}, 10_000, 99_999_999),
    ],
)
def test_the_wait_before_another_try(fields: dict[str, Any], tries: int, expected: float) -> None:
    assert delay_seconds(Retrier(errors=("E",), **fields), tries, 0.25) == expected


def test_a_task_is_tried_again_after_ever_longer_waits() -> None:
    result = run(
        one(retrying({"ErrorEquals": ["Boom"], "IntervalSeconds": 2, "MaxAttempts": 3})), None, [BOOM, BOOM, "good"]
    )

    assert result.ended_at == BEGINS_AT + timedelta(seconds=2 + 4)


def test_each_try_is_the_same_step_and_knows_its_number() -> None:
    script = Script([BOOM, "good"])

    output_of(one(retrying({"ErrorEquals": ["Boom"]}, Parameters={"n.$": "$$.State.RetryCount"})), None, script)

    assert [(task.step_id, task.attempt, task.arguments) for task in script.asked] == [
        ("First/1", 0, {"n": 0}),
        ("First/1", 1, {"n": 1}),
    ]


def test_after_its_attempts_the_error_goes_on() -> None:
    script = Script([BOOM] * 3)

    assert failure_of(one(retrying({"ErrorEquals": ["Boom"], "MaxAttempts": 2})), None, script) == BOOM
    assert len(script.asked) == 3


def test_retriers_count_each_for_itself_and_the_first_that_answers_has_the_say() -> None:
    script = Script([BOOM, Raised("Other", None), BOOM, "never"])
    definition = one(
        retrying({"ErrorEquals": ["Boom"], "MaxAttempts": 1}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 9})
    )

    assert failure_of(definition, None, script) == BOOM
    assert len(script.asked) == 3


def test_a_new_visit_begins_to_count_anew() -> None:
    again = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 2, "Next": "End"}], "Default": "First"}
    script = Script([BOOM, {"n": 1}, BOOM, {"n": 2}])

    output_of(
        one(retrying({"ErrorEquals": ["Boom"], "MaxAttempts": 1}, Next="Again"), Again=again, End=END), None, script
    )

    assert [task.step_id for task in script.asked] == ["First/1", "First/1", "First/2", "First/2"]


def test_what_is_caught_goes_on_elsewhere_with_the_error() -> None:
    catching = {
        "Type": "Task",
        "Resource": "r",
        "Catch": [{"ErrorEquals": ["Boom"], "ResultPath": "$.error", "Next": "Saved"}],
    }
    definition = one(catching, Saved=END)

    assert output_of(definition, {"x": 1}, [BOOM]) == {"x": 1, "error": {"Error": "Boom", "Cause": "why"}}
    assert states_of(run(definition, {"x": 1}, [BOOM])) == ["First", "Saved"]


@pytest.mark.parametrize(
    ("answer", "caught"),
    [
        (Raised(None, None), {"Error": None, "Cause": None}),
        (Raised("Boom", None), {"Error": "Boom", "Cause": None}),
        (None, {"Error": "States.Timeout", "Cause": ""}),
    ],
)
def test_what_a_failure_does_not_have_is_null_but_for_the_cause_of_a_timeout(answer: Any, caught: Any) -> None:
    state = {**AWAITED, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Saved"}]}
    branch = {"StartAt": "Task", "States": {"Task": {**AWAITED, "End": True}}}
    around = {"Type": "Parallel", "Branches": [branch], "Catch": state["Catch"]}

    assert output_of(one(state, Saved=END), {}, [answer]) == caught
    assert output_of(one(around, Saved=END), {}, [answer]) == caught


def test_a_catcher_may_leave_the_error_out_and_keep_it_in_a_variable() -> None:
    catcher = {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Assign": {"e.$": "$.Error"}, "Next": "Saved"}
    definition = one(
        {"Type": "Task", "Resource": "r", "Catch": [catcher]}, Saved={**END, "Parameters": {"e.$": "$e", "in.$": "$"}}
    )

    assert output_of(definition, 1, [BOOM]) == {"e": "Boom", "in": 1}


def test_retriers_come_before_catchers() -> None:
    state = retrying(
        {"ErrorEquals": ["Boom"], "MaxAttempts": 1}, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Saved"}]
    )
    script = Script([BOOM, BOOM])

    assert output_of(one(state, Saved=END), None, script) == {"Error": "Boom", "Cause": "why"}
    assert len(script.asked) == 2


def test_a_mistake_of_the_definition_is_not_caught() -> None:
    state = {
        "Type": "Task",
        "Resource": "r",
        "OutputPath": "$.no",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Saved"}],
    }

    assert failure_of(one(state, Saved=END), None, [{}]).error == "States.Runtime"


def test_a_catcher_that_fails_itself_fails_the_execution() -> None:
    catcher = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.x", "Next": "Saved"}

    assert failure_of(one({"Type": "Task", "Resource": "r", "Catch": [catcher]}, Saved=END), "text", [BOOM]).error == (
        "States.ResultPathMatchFailure"
    )


@pytest.mark.parametrize(("seconds", "error"), [(4, None), (5, "States.Timeout")])
def test_a_task_has_its_time(seconds: int, error: str | None) -> None:
    outcome = run(one({"Type": "Task", "Resource": "r", "TimeoutSeconds": 5}), None, [after(seconds, "late")]).outcome

    assert getattr(outcome, "error", None) == error


def test_a_time_may_be_computed_and_begins_anew_with_each_try() -> None:
    state = retrying({"ErrorEquals": ["States.Timeout"]}, TimeoutSecondsPath="$.limit")
    result = run(one(state), {"limit": 10}, [None, after(9, "good")])

    assert result.ended_at == BEGINS_AT + timedelta(seconds=10 + 1 + 9)


def test_a_time_that_is_none_is_an_error() -> None:
    state = {"Type": "Task", "Resource": "r", "TimeoutSecondsPath": "$.limit"}

    assert [failure_of(one(state), {"limit": limit}).error for limit in (0, -1, 1.5, "x")] == ["States.Runtime"] * 4


@pytest.mark.parametrize("limit", [{"HeartbeatSeconds": 5}, {"HeartbeatSecondsPath": "$.beat"}])
def test_a_task_without_a_sign_of_life_has_timed_out(limit: dict[str, Any]) -> None:
    result = run(one({**AWAITED, **limit}), {"beat": 5}, [None])

    assert (result.outcome, result.ended_at) == (Raised("States.Timeout", None), BEGINS_AT + timedelta(seconds=5))


@pytest.mark.parametrize(
    ("name", "is_caught"),
    [
        ("States.HeartbeatTimeout", True),
        ("States.Timeout", True),
        ("States.ALL", True),
        ("States.TaskFailed", False),
        ("Boom", False),
    ],
)
def test_a_missed_sign_of_life_has_two_names_to_be_caught_by(name: str, is_caught: bool) -> None:
    state = {**AWAITED, "HeartbeatSeconds": 5, "Catch": [{"ErrorEquals": [name], "Next": "Saved"}]}
    result = run(one(state, Saved=END), None, [None])

    assert ("Saved" in states_of(result)) is is_caught
    assert getattr(result.outcome, "output", {}).get("Error", "States.Timeout") == "States.Timeout"


def test_a_missed_sign_of_life_is_tried_again_by_its_own_name() -> None:
    state = retrying({"ErrorEquals": ["States.HeartbeatTimeout"]}, **{**AWAITED, "HeartbeatSeconds": 5})

    assert output_of(one(state), None, [None, "answered"]) == "answered"


def test_a_task_whose_whole_time_is_over_did_not_miss_a_sign_of_life() -> None:
    catcher = {"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Saved"}
    state = {**AWAITED, "TimeoutSeconds": 4, "HeartbeatSecondsPath": "$.beat", "Catch": [catcher]}

    assert failure_of(one(state, Saved=END), {"beat": 5}, [None]).error == "States.Timeout"


def test_a_whole_execution_has_its_time() -> None:
    waiting = {"TimeoutSeconds": 5, **one({"Type": "Wait", "Seconds": 60})}
    result = run(waiting)

    assert (result.outcome, result.ended_at) == (Raised("States.Timeout", None), BEGINS_AT + timedelta(seconds=5))


def test_the_event_that_entered_a_state_is_named() -> None:
    definition = one({"Type": "Task", "Resource": "r", "Next": "B"}, B={**END, "InputPath": "$.no"})

    assert "entered at the event id #7)" in str(failure_of(definition, {}).cause)


def test_what_has_no_end_is_told() -> None:
    loop = one({"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": False, "Next": "End"}], "Default": "Back"},
               Back={"Type": "Pass", "Next": "First"}, End=END)  # fmt: skip

    assert "may enter 100000 states" in str(failure_of(loop).cause)
    assert passing()
