"""How data go into a state and out of it: paths, Parameters, ResultSelector, ResultPath, and variables."""

from typing import Any

import pytest

from tests.unit.asl.running import Script, failure_of, one, output_of, passing

ORDER: dict[str, Any] = {"order": {"id": 7, "lines": [{"sku": "a"}, {"sku": "b"}]}, "who": "Ada"}
END = {"Type": "Pass", "End": True}


def task(**fields: Any) -> dict[str, Any]:
    return one({"Type": "Task", "Resource": "r", **fields})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ORDER),
        ({"InputPath": "$.order.id"}, 7),
        ({"InputPath": None}, {}),
        ({"OutputPath": "$.who"}, "Ada"),
        ({"OutputPath": None}, {}),
        ({"Result": {"a.$": "$.b"}}, {"a.$": "$.b"}),
        ({"Result": 1, "ResultPath": "$.order.total"}, {"order": {**ORDER["order"], "total": 1}, "who": "Ada"}),
        ({"Result": 1, "ResultPath": None}, ORDER),
        ({"InputPath": "$.order", "Result": 1, "ResultPath": "$.x"}, {**ORDER, "x": 1}),
        ({"Parameters": {"id.$": "$.order.id", "k": ["x"], "in": [{"who.$": "$.who"}]}}, {"id": 7, "k": ["x"], "in": [{"who": "Ada"}]}),
        ({"Parameters": {"skus.$": "$.order.lines[*].sku"}}, {"skus": ["a", "b"]}),
        ({"Parameters": {"name.$": "$$.Execution.Name"}}, {"name": "order-7"}),
        ({"InputPath": "$$.State.Name"}, "First"),
    ],
)  # fmt: skip
def test_a_pass_state_shapes_its_data(fields: dict[str, Any], expected: Any) -> None:
    assert output_of(passing(**fields), ORDER) == expected


def test_the_order_of_keys_stays() -> None:
    assert list(output_of(passing(Result=1, ResultPath="$.new"), {"z": 1, "a": 2})) == ["z", "a", "new"]


def test_a_task_is_told_its_parameters_and_its_result_is_selected() -> None:
    script = Script([{"status": 200, "body": {"ok": True}}])
    definition = task(
        InputPath="$.order",
        Parameters={"id.$": "$.id"},
        ResultSelector={"ok.$": "$.body.ok"},
        ResultPath="$.answer",
        OutputPath="$.answer",
    )

    assert output_of(definition, ORDER, script) == {"ok": True}
    assert script.asked[0].arguments == {"id": 7}


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"InputPath": "$.no"}, "Invalid path '$.no' : No results for path: $['no']"),
        ({"OutputPath": "$.no.x"}, "Invalid path '$.no.x' : Missing property in path $['no']"),
        ({"Parameters": {"x": {"v.$": "$.no"}}}, "The JSONPath '$.no' specified for the field 'v.$' could not be found in the input '{\"a\":1}'"),
        ({"Parameters": {"v.$": "$var"}}, "The JSONPath '$var' specified"),
    ],
)  # fmt: skip
def test_a_path_to_nothing_is_told_with_its_state(fields: dict[str, Any], cause: str) -> None:
    failure = failure_of(passing(**fields), {"a": 1})

    assert failure.error == "States.Runtime"
    assert failure.cause is not None
    assert failure.cause.startswith(
        f"An error occurred while executing the state 'First' (entered at the event id #2). {cause}"
    )


def test_variables_are_seen_by_all_states_after() -> None:
    definition = one(
        {
            "Type": "Pass",
            "Assign": {"id.$": "$.order.id", "fixed": [1]},
            "Result": "gone",
            "ResultPath": "$.x",
            "Next": "B",
        },
        B={**END, "Parameters": {"id.$": "$id", "first.$": "$fixed[0]", "text.$": "States.Format('{}', $id)"}},
    )
    definition["States"]["First"].pop("Result")

    assert output_of(definition, ORDER) == {"id": 7, "first": 1, "text": "7"}


def test_an_assign_sees_variables_as_they_were_before() -> None:
    definition = one(
        {"Type": "Pass", "Assign": {"a": 1, "b": 2}, "Next": "Swap"},
        Swap={"Type": "Pass", "Assign": {"a.$": "$b", "b.$": "$a"}, "Next": "C"},
        C={**END, "Parameters": {"a.$": "$a", "b.$": "$b"}},
    )

    assert output_of(definition) == {"a": 2, "b": 1}


def test_a_task_assigns_of_its_result() -> None:
    definition = one(
        {"Type": "Task", "Resource": "r", "Assign": {"got.$": "$.value"}, "ResultPath": None, "Next": "B"},
        B={**END, "Parameters": {"got.$": "$got", "in.$": "$"}},
    )

    assert output_of(definition, {"x": 1}, [{"value": 5}]) == {"got": 5, "in": {"x": 1}}


def test_a_task_assigns_of_what_was_selected_of_its_result() -> None:
    task_state = {
        "Type": "Task",
        "Resource": "r",
        "ResultSelector": {"v.$": "$.deep.v"},
        "Assign": {"got.$": "$.v"},
        "Next": "B",
    }
    definition = one(task_state, B={**END, "Parameters": {"got.$": "$got"}})

    assert output_of(definition, {}, [{"deep": {"v": 5}}]) == {"got": 5}


def test_a_rule_assigns_of_its_own() -> None:
    choice = {
        "Type": "Choice",
        "Assign": {"way": "default"},
        "Choices": [{"Variable": "$", "NumericEquals": 1, "Assign": {"way": "rule"}, "Next": "B"}],
        "Default": "B",
    }
    definition = one(choice, B={**END, "Parameters": {"way.$": "$way"}})

    assert [output_of(definition, data)["way"] for data in (1, 2)] == ["rule", "default"]


@pytest.mark.parametrize("size", [262_144 - 2, 262_144 - 1])
def test_a_value_has_a_quarter_of_a_megabyte_at_most(size: int) -> None:
    definition = task(ResultPath="$")
    if size + 2 <= 262_144:
        assert len(output_of(definition, {}, ["x" * size])) == size
    else:
        failure = failure_of(definition, {}, ["x" * size])
        assert failure.error == "States.DataLimitExceeded"
        assert failure.cause == (
            "The state/task 'First' returned a result with a size exceeding the maximum number of bytes service limit."
        )


def test_a_value_that_holds_itself_many_times_over_is_refused_in_no_time() -> None:
    fields = {f"f{number}.$": "$" for number in range(500)}

    assert failure_of(passing(Parameters=fields), "x" * 200_000).error == "States.DataLimitExceeded"
