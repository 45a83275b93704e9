"""Mistakes of a definition: all at once, each with its place, problem and remedy."""

import json
from typing import Any

import pytest

from asl.reader.machines import read, read_text
from asl.reader.mistakes import DefinitionError, Mistake, Mistakes
from tests.unit.asl.running import mistakes_of, one, passing

STEP = {"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "End": True}}}


def told_of_first(state: dict[str, Any]) -> dict[str, str]:
    """What is said of the first state, by what stands below it."""
    return {pointer.removeprefix("/States/First"): problem for pointer, problem in mistakes_of(one(state)).items()}


def test_a_definition_without_mistakes_is_read() -> None:
    machine = read({"Comment": "c", "TimeoutSeconds": 60, **passing(Result=1)})

    assert (machine.start_at, list(machine.states), machine.timeout_seconds, machine.comment) == (
        "First",
        ["First"],
        60,
        "c",
    )


def test_all_mistakes_are_told_at_once_with_their_remedies() -> None:
    definition = {
        "StartAt": "Nowhere",
        "States": {
            "a/b": {"Type": "Pass", "Next": "Gone", "InputPath": "order.id"},
            "B": {"Type": "Tusk"},
        },
    }

    with pytest.raises(DefinitionError) as error:
        read(definition)

    pointers = [mistake.pointer for mistake in error.value.mistakes]
    assert {"/StartAt", "/States/a~1b/Next", "/States/a~1b/InputPath", "/States/B/Type", "/States"} <= set(pointers)
    assert all(mistake.problem and mistake.remedy for mistake in error.value.mistakes)
    assert "/States/B/Type: a state has one of eight types: write one of Pass, Task" in str(error.value)


@pytest.mark.parametrize(
    ("state", "place"),
    [
        ({"Type": "Pass", "Nonsense": 1}, "/Nonsense"),
        ({"Type": "Pass", "Output": 1}, "/Output"),
        ({"Type": "Pass", "QueryLanguage": "XPath"}, "/QueryLanguage"),
        ({"Type": "Pass", "Next": "First", "End": True}, "/End"),
        ({"Type": "Pass", "ResultPath": "$.a[*]"}, "/ResultPath"),
        ({"Type": "Pass", "Parameters": {"a.$": "b"}}, "/Parameters/a.$"),
        ({"Type": "Pass", "Parameters": {"a.$": 1}}, "/Parameters/a.$"),
        ({"Type": "Pass", "Parameters": {"a.$": "$.b", "a": 1}}, "/Parameters/a.$"),
        ({"Type": "Pass", "Parameters": {"a": [{"b.$": "States.None()"}]}}, "/Parameters/a/0/b.$"),
        ({"Type": "Pass", "Assign": {"1a": 1}}, "/Assign/1a"),
        ({"Type": "Pass", "Assign": 1}, "/Assign"),
        ({"Type": "Pass", "Parameters": {"n.$": "States.MathAdd(1, '-1')"}}, "/Parameters/n.$"),
        ({"Type": "Task"}, ""),
        ({"Type": "Task", "Resource": "r", "Credentials": {}}, "/Credentials"),
        ({"Type": "Task", "Resource": "r", "TimeoutSeconds": 0}, "/TimeoutSeconds"),
        ({"Type": "Task", "Resource": "r", "TimeoutSeconds": 1, "TimeoutSecondsPath": "$.t"}, "/TimeoutSecondsPath"),
        ({"Type": "Task", "Resource": "r", "TimeoutSeconds": 5, "HeartbeatSeconds": 5}, "/HeartbeatSeconds"),
        ({"Type": "Task", "Resource": "r", "Retry": [{"ErrorEquals": []}]}, "/Retry/0/ErrorEquals"),
        ({"Type": "Task", "Resource": "r", "Retry": [{"ErrorEquals": ["E"], "BackoffRate": 0.5}]}, "/Retry/0/BackoffRate"),
        ({"Type": "Task", "Resource": "r", "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1.5}]}, "/Retry/0/MaxAttempts"),
        ({"Type": "Task", "Resource": "r", "Retry": [{"ErrorEquals": ["E"], "MaxDelaySeconds": 1}]}, "/Retry/0/MaxDelaySeconds"),
        ({"Type": "Task", "Resource": "r", "Retry": [{"ErrorEquals": ["E"], "JitterStrategy": "SOME"}]}, "/Retry/0/JitterStrategy"),
        ({"Type": "Task", "Resource": "r", "Retry": [{"ErrorEquals": ["States.ALL", "E"]}]}, "/Retry/0/ErrorEquals"),
        ({"Type": "Task", "Resource": "r", "Catch": [{"ErrorEquals": ["States.ALL"]}]}, "/Catch/0"),
        ({"Type": "Task", "Resource": "r", "Retry": {}}, "/Retry"),
        ({"Type": "Task", "Resource": "r", "Retry": [1]}, "/Retry/0"),
        ({"Type": "Choice"}, ""),
        ({"Type": "Choice", "Choices": [{"Variable": "$", "Next": "First"}]}, "/Choices/0"),
        ({"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": "x", "Next": "First"}]}, "/Choices/0/IsNull"),
        ({"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": True, "Next": "First"}]}, "/Choices/0/NumericEquals"),
        ({"Type": "Choice", "Choices": [{"And": [], "Next": "First"}]}, "/Choices/0/And"),
        ({"Type": "Choice", "Choices": [{"Not": {"Variable": "$", "IsNull": True, "Next": "First"}, "Next": "First"}]}, "/Choices/0/Not/Next"),
        ({"Type": "Wait"}, ""),
        ({"Type": "Wait", "Seconds": -1}, "/Seconds"),
        ({"Type": "Wait", "Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z"}, "/Timestamp"),
        ({"Type": "Wait", "Timestamp": "2026-01-01"}, "/Timestamp"),
        ({"Type": "Fail", "Error": "E", "ErrorPath": "$.e"}, "/ErrorPath"),
        ({"Type": "Fail", "Error": 1}, "/Error"),
        ({"Type": "Parallel", "Branches": []}, ""),
        ({"Type": "Parallel", "Branches": [{"StartAt": "X", "States": {}}]}, "/Branches/0"),
        ({"Type": "Map"}, ""),
        ({"Type": "Map", "ItemProcessor": STEP, "MaxConcurrency": -1}, "/MaxConcurrency"),
        ({"Type": "Map", "ItemProcessor": STEP, "ToleratedFailurePercentage": 101}, "/ToleratedFailurePercentage"),
        ({"Type": "Map", "ItemProcessor": STEP, "ItemBatcher": {}}, "/ItemBatcher"),
        ({"Type": "Map", "ItemProcessor": STEP, "ItemReader": {"Resource": "r", "ReaderConfig": {"MaxItems": 1, "MaxItemsPath": "$"}}},
         "/ItemReader/ReaderConfig/MaxItemsPath"),
        ({"Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "soon"}, "/Seconds"),
        ({"Type": "Map", "ItemProcessor": {**STEP, "ProcessorConfig": {"Mode": "FAST"}}}, "/ItemProcessor/ProcessorConfig/Mode"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(state: dict[str, Any], place: str) -> None:
    assert place in told_of_first(state)


def test_many_mistakes_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def equal(one: Mistake, other: Mistake) -> bool:
        nonlocal compared
        compared += 1
        return str(one) == str(other)

    monkeypatch.setattr(Mistake, "__eq__", equal)
    mistakes = Mistakes()
    for number in [*range(300), 7]:
        mistakes.add(f"/{number}", "p", "r")

    assert len(mistakes.found) == 300
    assert compared < 300


def test_a_name_that_stands_twice_in_one_object_is_told() -> None:
    with pytest.raises(DefinitionError, match="'b' stands twice"):
        read_text('{"a": 1, "b": 1, "c": 1, "b": 2}')


def test_an_answer_over_http_may_be_named_by_its_status() -> None:
    state = {"Type": "Task", "Resource": "r", "Retry": [{"ErrorEquals": ["States.Http.StatusCode.429"]}]}

    assert mistakes_of(one({**state, "End": True})) == {}


def test_the_fields_of_the_other_query_language_are_named_as_such() -> None:
    assert "belongs to JSONata" in told_of_first({"Type": "Pass", "Output": 1})["/Output"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"StartAt": "A", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
        '"text"',
        "[" * 100_000,
        " " * 300_000,
    ],
)
def test_what_is_no_definition_at_all_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError):
        read_text(text)


def test_a_text_is_read_as_its_value_is() -> None:
    assert read_text(json.dumps(passing(Result=1))) == read(passing(Result=1))


def test_a_state_in_jsonpath_cannot_stand_in_a_definition_in_jsonata() -> None:
    definition = {"QueryLanguage": "JSONata", **passing(QueryLanguage="JSONPath")}

    assert "/States/First/QueryLanguage" in mistakes_of(definition)
