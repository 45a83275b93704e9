"""Parallel and Map: branches and items beside each other, their limits, and what comes of their failures."""

from datetime import timedelta
from typing import Any

import pytest

from asl.running.events import Raised, Returned
from tests.unit.asl.running import BEGINS_AT, Script, after, failure_of, one, output_of, run, states_of

END = {"Type": "Pass", "End": True}
WORK = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "r", "End": True}}}
FAILING = {
    "StartAt": "Odd",
    "States": {
        "Odd": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericLessThan": 0, "Next": "Bad"}],
            "Default": "Good",
        },
        "Bad": {"Type": "Fail", "Error": "Bad", "Cause": "below zero"},
        "Good": END,
    },
}


def branch(name: str, **state: Any) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: {"Type": "Pass", "End": True, **state}}}


def mapping(processor: dict[str, Any], *, distributed: bool = False, **fields: Any) -> dict[str, Any]:
    mode = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}} if distributed else {}
    return one({"Type": "Map", "ItemProcessor": {**processor, **mode}, **fields})


class TestParallel:
    def test_each_branch_gets_the_input_and_the_results_stand_in_their_order(self) -> None:
        definition = one(
            {
                "Type": "Parallel",
                "Parameters": {"n.$": "$"},
                "Branches": [branch("A", OutputPath="$.n"), branch("B", Result="b")],
                "ResultSelector": {"second.$": "$[1]", "first.$": "$[0]"},
                "ResultPath": "$.both",
                "InputPath": "$.x",
            }
        )

        assert output_of(definition, {"x": 5}) == {"x": 5, "both": {"second": "b", "first": 5}}

    def test_branches_run_beside_each_other(self) -> None:
        branches = [
            {"StartAt": f"W{n}", "States": {f"W{n}": {"Type": "Wait", "Seconds": n, "End": True}}} for n in (3, 5)
        ]

        assert run(one({"Type": "Parallel", "Branches": branches})).ended_at == BEGINS_AT + timedelta(seconds=5)

    def test_the_first_failure_ends_the_others(self) -> None:
        slow = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "Next": "X"}, "X": END}}
        quick = {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "Bad"}}}
        result = run(one({"Type": "Parallel", "Branches": [slow, quick]}))

        assert (result.outcome, result.ended_at) == (Raised("Bad", None), BEGINS_AT)
        assert states_of(result) == ["First", "W", "Bad"]

    def test_branches_begin_together_whatever_becomes_of_the_first(self) -> None:
        quick = {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "Bad"}}}

        assert states_of(run(one({"Type": "Parallel", "Branches": [quick, branch("A")]}))) == ["First", "Bad", "A"]

    def test_it_is_tried_again_and_caught_as_a_whole(self) -> None:
        failing = {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "Bad", "Cause": "c"}}}
        state = {
            "Type": "Parallel",
            "Branches": [failing],
            "Retry": [{"ErrorEquals": ["Bad"], "MaxAttempts": 1}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Saved"}],
        }
        result = run(one(state, Saved=END))

        assert states_of(result) == ["First", "Bad", "Bad", "Saved"]

    def test_branches_see_the_variables_and_keep_their_own(self) -> None:
        inner = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"own": 2}, "Next": "B"},
                                            "B": {**END, "Parameters": {"a.$": "$outer", "b.$": "$own"}}}}  # fmt: skip
        definition = one(
            {"Type": "Pass", "Assign": {"outer": 1}, "Next": "P"},
            P={"Type": "Parallel", "Branches": [inner], "Next": "Z"},
            Z={**END, "Parameters": {"own.$": "$own"}},
        )

        assert "'$own'" in str(failure_of(definition).cause)
        definition["States"]["P"] = {"Type": "Parallel", "Branches": [inner], "End": True}
        del definition["States"]["Z"]
        assert output_of(definition) == [{"a": 1, "b": 2}]


class TestMap:
    def test_each_item_goes_through_the_processor(self) -> None:
        script = Script(["x", "y"])

        assert output_of(mapping(WORK), ["a", "b"], script) == ["x", "y"]
        assert [task.arguments for task in script.asked] == ["a", "b"]

    def test_the_old_names_of_its_fields(self) -> None:
        state = {"Type": "Map", "Iterator": branch("A"), "Parameters": {"v.$": "$$.Map.Item.Value"}}

        assert output_of(one(state), [1]) == [{"v": 1}]

    def test_items_are_found_selected_and_put_back(self) -> None:
        definition = mapping(
            branch("A"),
            InputPath="$.in",
            ItemsPath="$.list",
            ItemSelector={"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value.n", "k.$": "$.k"},
            ResultPath="$.out",
        )

        assert output_of(definition, {"in": {"list": [{"n": 5}], "k": 1}}) == {
            "in": {"list": [{"n": 5}], "k": 1},
            "out": [{"i": 0, "v": 5, "k": 1}],
        }

    def test_an_item_knows_itself_in_every_state(self) -> None:
        assert output_of(mapping(branch("A", Parameters={"m.$": "$$.Map.Item"})), ["a"]) == [
            {"m": {"Index": 0, "Value": "a"}}
        ]

    def test_nothing_to_do_is_done(self) -> None:
        assert output_of(mapping(branch("A")), []) == []

    @pytest.mark.parametrize("data", [{"a": 1}, "text", None])
    def test_what_is_no_array_is_an_error(self, data: Any) -> None:
        assert failure_of(mapping(branch("A")), data).error == "States.Runtime"

    @pytest.mark.parametrize(("limit", "seconds"), [(0, 10), (1, 40), (3, 20)])
    def test_so_many_run_at_a_time(self, limit: int, seconds: int) -> None:
        result = run(
            mapping(WORK, MaxConcurrencyPath="$.limit", ItemsPath="$.items"),
            {"limit": limit, "items": [1] * 4},
            [after(10, 1)] * 4,
        )

        assert result.ended_at == BEGINS_AT + timedelta(seconds=seconds)

    def test_a_failure_ends_it_and_what_waits_is_not_begun(self) -> None:
        result = run(mapping(FAILING, MaxConcurrency=1), [1, -1, 1])

        assert result.outcome == Raised("Bad", "below zero")
        assert states_of(result) == ["First", "Odd", "Good", "Odd", "Bad"]

    @pytest.mark.parametrize(
        ("fields", "fails"),
        [
            ({}, True),
            ({"ToleratedFailureCount": 1}, True),
            ({"ToleratedFailureCount": 2}, False),
            ({"ToleratedFailurePercentage": 49}, True),
            ({"ToleratedFailurePercentage": 50}, False),
            ({"ToleratedFailurePercentage": 100, "ToleratedFailureCount": 1}, True),
        ],
    )
    def test_some_failures_are_tolerated(self, fields: dict[str, Any], fails: bool) -> None:
        definition, items = mapping(FAILING, distributed=True, **fields), [1, -1, -2, 2]

        if fails:
            assert failure_of(definition, items).error == "States.ExceedToleratedFailureThreshold"
        else:
            assert output_of(definition, items) == [1, 2]

    @pytest.mark.parametrize(
        ("batcher", "expected"),
        [
            ({"MaxItemsPerBatch": 2}, [[1, 2], [3]]),
            ({"MaxItemsPerBatch": 9}, [[1, 2, 3]]),
            ({"MaxInputBytesPerBatch": 15}, [[1, 2], [3]]),
            ({"MaxInputBytesPerBatch": 14}, [[1], [2], [3]]),
            ({"MaxInputBytesPerBatch": 1}, [[1], [2], [3]]),
        ],
    )
    def test_items_are_given_in_batches(self, batcher: dict[str, Any], expected: Any) -> None:
        assert [batch["Items"] for batch in output_of(mapping(branch("A"), ItemBatcher=batcher), [1, 2, 3])] == expected

    def test_a_batch_has_an_input_of_its_own(self) -> None:
        batcher = {"MaxItemsPerBatchPath": "$.size", "BatchInput": {"k.$": "$.k"}}
        definition = mapping(branch("A"), ItemBatcher=batcher, ItemsPath="$.items")

        assert output_of(definition, {"size": 2, "k": 9, "items": [1, 2]}) == [
            {"BatchInput": {"k": 9}, "Items": [1, 2]}
        ]

    @pytest.mark.parametrize(
        ("path", "value", "cause"),
        [
            ("ToleratedFailurePercentage", "x", 'The ToleratedFailurePercentagePath field refers to value "x" which is not a valid float: $.l'),
            ("ToleratedFailurePercentage", 101, "ToleratedFailurePercentage must be between 0 and 100."),
            ("MaxConcurrency", -1, "MaxConcurrency cannot be negative."),
            ("MaxConcurrency", True, 'The MaxConcurrencyPath field refers to value "true" which is not a valid integer: $.l'),
        ],
    )  # fmt: skip
    def test_limits_that_are_none(self, path: str, value: Any, cause: str) -> None:
        fields: dict[str, Any] = {f"{path}Path": "$.l", "ItemsPath": "$.items"}

        failure = failure_of(mapping(branch("A"), **fields), {"items": [1], "l": value})

        assert failure.error == "States.Runtime"
        assert str(failure.cause).endswith(cause)

    @pytest.mark.parametrize(
        ("path", "value", "ends_well"),
        [
            ("ToleratedFailureCount", "1", False),
            ("ToleratedFailureCount", "2", True),
            ("ToleratedFailurePercentage", "49.9", False),
            ("ToleratedFailurePercentage", "50", True),
        ],
    )
    def test_a_path_may_lead_to_a_limit_that_is_written_as_a_text(self, path: str, value: str, ends_well: bool) -> None:
        fields: dict[str, Any] = {f"{path}Path": "$.l", "ItemsPath": "$.items"}
        outcome = run(mapping(FAILING, distributed=True, **fields), {"items": [1, -1, -2, 2], "l": value}).outcome

        assert isinstance(outcome, Returned) is ends_well
        assert getattr(outcome, "error", None) in (None, "States.ExceedToleratedFailureThreshold")

    def test_so_many_at_a_time_may_be_written_as_a_text(self) -> None:
        definition = mapping(WORK, MaxConcurrencyPath="$.limit", ItemsPath="$.items")
        result = run(definition, {"limit": "3", "items": [1] * 4}, [after(10, 1)] * 4)

        assert result.ended_at == BEGINS_AT + timedelta(seconds=20)

    @pytest.mark.parametrize(("most", "most_bytes"), [("2", "15000"), ("9", "15")])
    def test_the_size_of_a_batch_may_be_written_as_a_text(self, most: str, most_bytes: str) -> None:
        batcher = {"MaxItemsPerBatchPath": "$.most", "MaxInputBytesPerBatchPath": "$.bytes"}
        definition = mapping(branch("A"), ItemBatcher=batcher, ItemsPath="$.items")

        batches = output_of(definition, {"most": most, "bytes": most_bytes, "items": [1, 2, 3]})

        assert [batch["Items"] for batch in batches] == [[1, 2], [3]]

    @pytest.mark.parametrize("value", ["", " 1", "1.5", "1e1", "one", "9" * 19, {}])
    def test_a_limit_whose_text_is_no_whole_number_fails(self, value: Any) -> None:
        fields: dict[str, Any] = {"MaxConcurrencyPath": "$.l", "ItemsPath": "$.items"}

        failure = failure_of(mapping(branch("A"), **fields), {"items": [1], "l": value})

        assert failure.error == "States.Runtime"
        assert str(failure.cause).endswith("which is not a valid integer: $.l")

    def test_a_negative_limit_fails_also_as_a_text(self) -> None:
        definition = mapping(branch("A"), MaxConcurrencyPath="$.l", ItemsPath="$.items")

        assert str(failure_of(definition, {"items": [1], "l": "-1"}).cause).endswith(
            "MaxConcurrency cannot be negative."
        )

    @pytest.mark.parametrize("read", [[1, 2, 3], {"rows": [1, 2, 3]}])
    def test_items_are_read_by_a_resource(self, read: Any) -> None:
        reader = {"Resource": "relay:sql/open", "Parameters": {"day.$": "$.d"}, "ReaderConfig": {"MaxItems": 2}}
        script = Script([read])

        assert output_of(mapping(branch("A"), ItemReader=reader), {"d": 7}, script) == [1, 2]
        assert [(task.resource, task.arguments) for task in script.asked] == [("relay:sql/open", {"day": 7})]

    @pytest.mark.parametrize(
        ("config", "taken"),
        [
            ({"MaxItems": 0}, [1, 2, 3]),
            ({"MaxItems": 100_000_000}, [1, 2, 3]),
            ({"MaxItemsPath": "$.none"}, [1, 2, 3]),
            ({"MaxItemsPath": "$.two"}, [1, 2]),
            ({"MaxItemsPath": "$.many"}, [1, 2, 3]),
        ],
    )
    def test_so_many_items_are_read_and_all_of_them_if_it_says_0(self, config: Any, taken: list[int]) -> None:
        reading = mapping(branch("A"), ItemReader={"Resource": "relay:sql/open", "ReaderConfig": config})

        assert output_of(reading, {"none": 0, "two": "2", "many": 100_000_001}, [[1, 2, 3]]) == taken

    def test_to_read_fewer_items_than_none_fails_before_any_is_read(self) -> None:
        reader = {"Resource": "relay:sql/open", "ReaderConfig": {"MaxItemsPath": "$.most"}}
        script = Script()

        failure = failure_of(mapping(branch("A"), ItemReader=reader), {"most": -1}, script)

        assert failure == Raised("States.ItemReaderFailed", "field MaxItems must be positive")
        assert script.asked == []

    @pytest.mark.parametrize("answer", [Raised("relay.SqlFailed", "no table"), {"rows": 3}, "text"])
    def test_what_cannot_be_read_fails(self, answer: Any) -> None:
        reading = mapping(branch("A"), ItemReader={"Resource": "relay:sql/open"})

        assert failure_of(reading, {}, [answer]).error == "States.ItemReaderFailed"

    def test_there_are_no_writers(self) -> None:
        assert (
            failure_of(mapping(branch("A"), ResultWriter={"Resource": "s3"}), []).error == "States.ResultWriterFailed"
        )
