"""States whose values are computed in JSONata."""

from datetime import timedelta
from typing import Any

import pytest

from asl import jsonata
from asl.running.events import Raised
from tests.unit.asl.running import BEGINS_AT, Script, failure_of, mistakes_of, one, output_of, run

pytestmark = pytest.mark.skipif(not jsonata.is_available(), reason="jsonata-python is not installed")

END = {"Type": "Pass", "End": True}


def written(state: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", **one(state, **others)}


def test_a_pass_state_has_an_output() -> None:
    output = {"n": "{% $states.input.n + 1 %}", "list": ["{% $states.context.State.Name %}", 1], "text": "{ % }"}

    assert output_of(written({"Type": "Pass", "Output": output}), {"n": 1}) == {
        "n": 2,
        "list": ["First", 1],
        "text": "{ % }",
    }


def test_a_task_has_arguments_an_output_and_assigns() -> None:
    script = Script([{"value": 5}])
    task = {
        "Type": "Task",
        "Resource": "r",
        "Arguments": {"id": "{% $states.input.id %}"},
        "Output": "{% $states.result.value * 2 %}",
        "Assign": {"got": "{% $states.result.value %}"},
        "Next": "B",
    }
    definition = written(task, B={**END, "Output": "{% [$states.input, $got] %}"})

    assert output_of(definition, {"id": 7}, script) == [10, 5]
    assert script.asked[0].arguments == {"id": 7}


def test_a_result_is_the_output_if_nothing_is_said() -> None:
    assert output_of(written({"Type": "Task", "Resource": "r"}), 1, ["result"]) == "result"


def test_a_condition_leads_on_with_an_output_of_its_own() -> None:
    rules = [
        {"Condition": "{% $states.input > 10 %}", "Next": "B"},
        {"Condition": True, "Output": "second", "Next": "B"},
    ]
    definition = written({"Type": "Choice", "Choices": rules}, B=END)

    assert [output_of(definition, data) for data in (11, 5)] == [11, "second"]


def test_a_condition_has_to_be_true_or_false() -> None:
    definition = written({"Type": "Choice", "Choices": [{"Condition": "{% 1 %}", "Next": "B"}]}, B=END)

    assert "Expected 'boolean', but was 'number'" in str(failure_of(definition).cause)


def test_a_catcher_sees_the_error() -> None:
    catcher = {"ErrorEquals": ["Boom"], "Output": "{% $states.errorOutput.Cause %}", "Assign": {"e": "{% $states.errorOutput.Error %}"},
               "Next": "B"}  # fmt: skip
    definition = written(
        {"Type": "Task", "Resource": "r", "Catch": [catcher]}, B={**END, "Output": "{% [$states.input, $e] %}"}
    )

    assert output_of(definition, 1, [Raised("Boom", "why")]) == ["why", "Boom"]


def test_a_map_has_items_and_a_selector() -> None:
    processor = {"StartAt": "A", "States": {"A": END}}
    state = {
        "Type": "Map",
        "Items": "{% $states.input.list %}",
        "ItemSelector": {"v": "{% $states.context.Map.Item.Value %}", "k": "{% $states.input.k %}"},
        "MaxConcurrency": "{% 1 + 1 %}",
        "ItemProcessor": processor,
        "Output": "{% $sum($states.result.v) %}",
    }

    assert output_of(written(state), {"list": [1, 2], "k": 0}) == 3


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        ({"Type": "Pass", "Output": {"a": "{% $nothing %}"}}, "'$nothing' specified for the field 'Output/a' returned nothing (undefined)."),
        ({"Type": "Pass", "Output": "{% 1 + 'a' %}"}, "specified for the field 'Output' threw an error during evaluation."),
        ({"Type": "Wait", "Seconds": "{% 1.5 %}"}, "Expected 'integer', but was 'number' for value: 1.5"),
        ({"Type": "Wait", "Timestamp": "{% 'soon' %}"}, "soon"),
        ({"Type": "Fail", "Error": "{% 1 %}"}, "Expected 'string', but was 'number' for value: 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_is_told(state: dict[str, Any], cause: str) -> None:
    failure = failure_of(written(state))

    assert failure.error == "States.QueryEvaluationError"
    assert cause in str(failure.cause)


def test_what_cannot_be_evaluated_is_caught() -> None:
    state = {"Type": "Task", "Resource": "r", "Arguments": "{% $nothing %}",
             "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "B"}]}  # fmt: skip

    assert output_of(written(state, B=END))["Error"] == "States.QueryEvaluationError"


@pytest.mark.parametrize("text", ["{% 1 +", "x {% 1 %}", " {% 1 %}", "{% 1 %} ", "{% 1 + %}", "{% $eval('1') %}"])
def test_mistakes_of_expressions_are_told_before_anything_runs(text: str) -> None:
    assert list(mistakes_of(written({"Type": "Pass", "Output": {"a": text}}))) == ["/States/First/Output/a"]


@pytest.mark.parametrize("text", [" {% 1 %} ", "a {% 1 %} b", "{ % 1 % }"])
def test_a_text_that_only_holds_an_expression_stays_a_text(text: str) -> None:
    task = {"Type": "Task", "Resource": "r", "Arguments": {"a": text, "b": [text]}, "Output": {"c": text}}
    script = Script([1])

    assert output_of(written(task), None, script) == {"c": text}
    assert script.asked[0].arguments == {"a": text, "b": [text]}


def test_one_state_may_be_in_jsonata_and_the_next_in_jsonpath() -> None:
    first = {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"v": "{% 1 + 1 %}"}, "Next": "B"}

    assert output_of(one(first, B={**END, "Parameters": {"v.$": "$v"}})) == {"v": 2}


LITERALS = [
    None,
    0,
    0.1,
    True,
    "text",
    [],
    {},
    "$",
    "$.id",
    "$$.Execution.Id",
    "$states.input",
    "$nothing",
    "States.Format('{}', 1)",
    {"id.$": "$.id"},
    [None, 1, ["$.id"], {"deep": {"id.$": "$"}}],
]


@pytest.mark.parametrize("value", LITERALS)
def test_paths_and_functions_of_the_other_language_are_plain_texts(value: Any) -> None:
    script = Script([1])
    task = {"Type": "Task", "Resource": "r", "Arguments": {"held": value}, "Output": value, "Assign": {"kept": value}}
    definition = written({**task, "Next": "B"}, B={**END, "Output": ["{% $states.input %}", "{% $kept %}"]})

    assert output_of(definition, {"id": 7}, script) == [value, value]
    assert script.asked[0].arguments == {"held": value}


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("{% $states.input %}", {"id": 7}),
        ("{% null %}", None),
        (["{% $states.input.id %}", {"deep": "{% [$states.input.id] %}"}], [7, {"deep": [7]}]),
        ({"{% 1 %}": "{% 2 %}"}, {"{% 1 %}": 2}),
    ],
)
def test_an_output_may_be_of_any_kind_and_keys_are_never_computed(output: Any, expected: Any) -> None:
    assert output_of(written({"Type": "Pass", "Output": output}), {"id": 7}) == expected


def test_arguments_that_are_no_object_reach_the_resource_as_they_are() -> None:
    script = Script(["a", "b"])

    output_of(
        written(
            {"Type": "Task", "Resource": "r", "Arguments": "{% $states.input.id %}", "Next": "B"},
            B={"Type": "Task", "Resource": "r", "Arguments": [1, "{% $states.input %}"], "End": True},
        ),
        {"id": 7},
        script,
    )

    assert [task.arguments for task in script.asked] == [7, [1, "a"]]


def test_all_variables_of_a_state_see_those_from_before_it() -> None:
    definition = written(
        {"Type": "Pass", "Assign": {"x": 1, "y": 2}, "Next": "B"},
        B={"Type": "Pass", "Assign": {"x": "{% $y %}", "y": "{% $x %}"}, "Output": "{% [$x, $y] %}", "Next": "C"},
        C={**END, "Output": ["{% $states.input %}", "{% [$x, $y] %}"]},
    )

    assert output_of(definition) == [[1, 2], [2, 1]]


def test_a_caught_failure_is_known_where_it_is_caught_and_by_what_was_assigned() -> None:
    catcher = {
        "ErrorEquals": ["States.ALL"],
        "Assign": {"failure": "{% $states.errorOutput %}", "given": "{% $states.input.id %}"},
        "Next": "B",
    }
    retrier = {"ErrorEquals": ["Boom"], "MaxAttempts": 1}
    state = {"Type": "Task", "Resource": "r", "Retry": [retrier], "Catch": [catcher], "Assign": {"given": "never"}}
    definition = written(state, B={**END, "Output": "{% [$states.input = $failure, $failure.Cause, $given] %}"})

    assert output_of(definition, {"id": 7}, [Raised("Boom", "1st"), Raised("Boom", "2nd")]) == [True, "2nd", 7]


def test_a_failure_of_a_branch_or_item_is_caught_around_it() -> None:
    inner = {"StartAt": "Inner", "States": {"Inner": {"Type": "Task", "Resource": "r", "End": True}}}
    catcher = {"ErrorEquals": ["Boom"], "Output": "{% $states.errorOutput %}", "Next": "B"}
    parallel = {"Type": "Parallel", "Branches": [inner], "Catch": [catcher]}
    mapping = {"Type": "Map", "Items": [1], "ItemProcessor": inner, "Catch": [catcher]}

    assert [output_of(written(state, B=END), None, [Raised("Boom", "why")]) for state in (parallel, mapping)] == [
        {"Error": "Boom", "Cause": "why"}
    ] * 2


def test_a_token_is_in_the_context_and_what_is_answered_under_it_is_the_result() -> None:
    script = Script(["yes"])
    task = {
        "Type": "Task",
        "Resource": "r.waitForTaskToken",
        "TimeoutSeconds": 60,
        "Arguments": {"token": "{% $states.context.Task.Token %}"},
        "Output": "{% $states.result & '!' %}",
    }

    assert output_of(written(task), None, script) == "yes!"
    assert script.asked[0].arguments == {"token": script.asked[0].token}


def test_times_may_be_computed() -> None:
    task = {
        "Type": "Task",
        "Resource": "r.waitForTaskToken",
        "TimeoutSeconds": "{% $states.input.limit %}",
        "HeartbeatSeconds": "{% $beat := 2 %}",
    }

    assert [run(written(task), {"limit": limit}, [None]).ended_at - BEGINS_AT for limit in (1, 60)] == [
        timedelta(seconds=1),
        timedelta(seconds=2),
    ]


def test_variables_cross_from_one_language_to_the_other() -> None:
    definition = one(
        {"Type": "Pass", "Assign": {"v.$": "$.id"}, "Next": "B"},
        B={"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"w": "{% $v + 1 %}"}, "Next": "C"},
        C={**END, "Parameters": {"both.$": "States.Array($v, $w)"}},
    )

    assert output_of(definition, {"id": 7}) == {"both": [7, 8]}


@pytest.mark.parametrize(
    ("state", "field"),
    [
        ({"Type": "Pass", "QueryLanguage": "JSONPath"}, "QueryLanguage"),
        ({"Type": "Pass", "QueryLanguage": "XPath"}, "QueryLanguage"),
        ({"Type": "Pass", "Parameters": {}}, "Parameters"),
        ({"Type": "Task", "Resource": "r", "TimeoutSecondsPath": "$.t"}, "TimeoutSecondsPath"),
    ],
)
def test_a_definition_in_jsonata_has_nothing_of_the_other_language(state: dict[str, Any], field: str) -> None:
    assert list(mistakes_of(written(state))) == [f"/States/First/{field}"]
