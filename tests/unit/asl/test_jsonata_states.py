"""States whose values are computed in JSONata."""

from typing import Any

import pytest

from asl import jsonata
from asl.running.events import Raised
from tests.unit.asl.running import Script, failure_of, mistakes_of, one, output_of

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
