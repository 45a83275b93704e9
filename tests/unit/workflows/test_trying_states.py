"""One state, tried: what it would do, and what comes of it with a mock."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from relay.errors import InputError
from workflows.definitions.reading import read_definition
from workflows.definitions.trying import MOST_SHOWN, trial_of, try_out

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MACHINE = read_definition(
    json.dumps(
        {
            "StartAt": "Check",
            "States": {
                "Check": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Ask"}],
                    "Default": "Pay",
                },
                "Ask": {"Type": "Task", "Resource": "relay:approve.waitForTaskToken", "Parameters": {"token.$": "$$.Task.Token"}, "TimeoutSeconds": 60, "Next": "Pay"},
                "Pay": {
                    "Type": "Task",
                    "Resource": "relay:http",
                    "Parameters": {"who.$": "$$.Execution.Name", "what.$": "$.id"},
                    "ResultPath": "$.paid",
                    "Assign": {"last.$": "$.code"},
                    "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 5}],
                    "Catch": [{"ErrorEquals": ["Refused"], "ResultPath": "$.why", "Next": "Rest"}],
                    "Next": "Both",
                },
                "Rest": {"Type": "Wait", "Seconds": 10, "Next": "Both"},
                "Both": {
                    "Type": "Parallel",
                    "Branches": [{"StartAt": "One", "States": {"One": {"Type": "Succeed"}}}, {"StartAt": "Two", "States": {"Two": {"Type": "Fail", "Error": "No", "Cause": "it is so"}}}],
                    "Next": "Each",
                },
                "Each": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {"StartAt": "Item", "States": {"Item": {"Type": "Succeed"}}}, "ToleratedFailurePercentage": 100, "End": True},
            },
        }
    )
).machine  # fmt: skip


def tried(state: str, data: Any = None, **more: Any) -> dict[str, Any]:
    body = {"state": state, **({} if data is None else {"input": data}), **more}
    return try_out(MACHINE, "order", trial_of(body), NOW)


def test_a_choice_says_where_it_goes() -> None:
    assert tried("Check", {"total": 101}) == {
        "state": "Check", "effect": "enter", "next": "Ask", "output": {"total": 101}, "variables": {},
    }  # fmt: skip
    assert tried("Check", {"total": 1})["next"] == "Pay"


def test_a_task_says_what_it_would_have_done_and_nothing_is_done() -> None:
    assert tried("Ask") == {
        "state": "Ask", "effect": "task", "resource": "relay:approve.waitForTaskToken", "arguments": {"token": "token"},
        "due_at": "2026-01-02T03:05:05.000Z",
    }  # fmt: skip
    context = {"Execution": {"Name": "order-7"}}
    assert tried("Pay", {"id": 7}, context=context)["arguments"] == {"who": "order-7", "what": 7}


def test_a_mock_of_its_result_goes_where_the_result_goes() -> None:
    done = tried("Pay", {"id": 7}, mock={"output": {"code": 3}}, variables={"first": 1})

    assert (done["next"], done["output"]) == ("Both", {"id": 7, "paid": {"code": 3}})
    assert done["variables"] == {"first": 1, "last": 3}


def test_a_mock_of_an_error_is_tried_again_caught_or_fails() -> None:
    assert tried("Pay", {"id": 7}, mock={"error": "Busy"}) == {
        "state": "Pay", "effect": "retry", "until": "2026-01-02T03:04:10.000Z",
    }  # fmt: skip
    caught = tried("Pay", {"id": 7}, mock={"error": "Refused", "cause": "no money"})
    assert (caught["next"], caught["output"]["why"]) == ("Rest", {"Error": "Refused", "Cause": "no money"})
    failed = tried("Pay", {"id": 7}, mock={"error": "Other", "cause": "c"})
    assert (failed["effect"], failed["error"]) == ("fail", "Other")


def test_a_wait_says_until_when_and_states_that_end_how() -> None:
    assert tried("Rest") == {"state": "Rest", "effect": "wait", "until": "2026-01-02T03:04:15.000Z"}
    assert tried("One", {"a": 1}) == {"state": "One", "effect": "done", "output": {"a": 1}, "variables": {}}
    assert tried("Two") == {"state": "Two", "effect": "fail", "error": "No", "cause": "it is so"}


def test_branches_and_items_say_with_what_they_would_begin_and_take_a_mock_for_each() -> None:
    assert tried("Both", {"a": 1}) == {
        "state": "Both", "effect": "branches", "count": 2, "inputs": [{"a": 1}, {"a": 1}],
    }  # fmt: skip
    many = tried("Each", {"items": list(range(MOST_SHOWN + 5))})
    assert (many["effect"], many["count"], len(many["inputs"])) == ("items", MOST_SHOWN + 5, MOST_SHOWN)
    assert tried("Each", {"items": [1, 2]}, mock={"output": ["a", "b"]})["output"] == ["a", "b"]
    assert tried("Each", {"items": [1, 2]}, mock={"error": "Bad"})["output"] == []  # so many are tolerated
    assert tried("Both", mock={"error": "Bad"})["error"] == "Bad"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "state: name the state"),
        ({"state": 3}, "state: name the state"),
        ({"state": "Nobody"}, "order has no state 'Nobody'"),
        ({"state": "Pay", "shout": 1}, "'shout' is no key here"),
        ({"state": "Pay", "context": []}, "context: it must be a JSON object"),
        ({"state": "Pay", "variables": 1}, "variables: it must be a JSON object"),
        ({"state": "Pay", "input": "x" * 262_145}, "input: it cannot be taken"),
        ({"state": "Pay", "input": float("nan")}, "input: it cannot be taken"),
        ({"state": "Pay", "mock": 1}, "mock: it is not what a task can come to"),
        ({"state": "Pay", "mock": {"error": 1}}, "mock: it is not"),
        ({"state": "Pay", "mock": {"cause": "c"}}, "mock: it is not"),
        ({"state": "Pay", "mock": {"output": 1, "error": "e"}}, "mock: it is not"),
        ({"state": "Rest", "mock": {"output": 1}}, "mock: this state has nothing done"),
        ({"state": "Both", "mock": {"output": [1]}}, "it must be a list of 2"),
    ],
)
def test_what_cannot_be_tried_says_why(body: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        try_out(MACHINE, "order", trial_of({"input": {"id": 1}, **body}), NOW)
