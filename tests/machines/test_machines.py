"""The random machines are good for comparing: valid, bounded, the same for the same seed, and with everything in them."""

import json
from collections import Counter

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from tests.machines.drawing import draw
from tests.machines.expecting import expected
from tests.machines.tasks import BUSY, ECHO, FAILS, Refused, answer

SEEDS = 2_000
AT_ONCE = 100
LEAST = 20  # of each feature
ENTERED_AT_MOST = 3_000
FEATURES = {
    "Assign of a catcher",
    "Assign of a rule",
    "Choice in JSONPath",
    "Choice in JSONata",
    "Fail in JSONPath",
    "Fail in JSONata",
    "InputPath",
    "ItemBatcher",
    "ItemSelector",
    "Items that stand there",
    "Map in JSONPath",
    "Map in JSONata",
    "Map with items that may fail",
    "Map with too many items that fail",
    "Map without items",
    "MaxConcurrency",
    "Output of a rule",
    "Output of members",
    "OutputPath",
    "Parallel in JSONPath",
    "Parallel in JSONata",
    "Parallel tried again, and in vain",
    "Parallel tried again, and well",
    "Parallel with a branch that fails",
    "Parameters",
    "Parameters of Parallel",
    "Pass in JSONPath",
    "Pass in JSONata",
    "Result",
    "ResultPath within",
    "ResultSelector",
    "States.Format",
    "States.IntrinsicFailure caught",
    "States.QueryEvaluationError caught",
    "Succeed in JSONPath",
    "Succeed in JSONata",
    "Task in JSONPath",
    "Task in JSONata",
    "TimeoutSeconds of the whole",
    "Timestamp",
    "Wait in JSONPath",
    "Wait in JSONata",
    "a branch with a task that fails",
    "a filter",
    "a literal in JSONata",
    "a machine 1 deep",
    "a machine 2 deep",
    "a machine 3 deep",
    "a task that may take its time",
    "an indefinite path",
    "arithmetic",
    "caught",
    "fails with an error of the language",
    "functions of JSONata",
    "functions of arrays",
    "loop",
    "loop with branches",
    "tried again, and in vain",
    "tried again, and well",
}


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_a_machine_is_valid_and_ends(first: int) -> None:
    """Most end well. A wrong definition raises, and so does one that goes round for ever."""
    ends: Counter[str] = Counter()
    for seed in range(first, first + AT_ONCE):
        drawn = draw(seed)
        end = expected(drawn.definition, drawn.data)
        ends[end["outcome"]] += 1
        assert sum(map(len, end["entered"].values())) <= ENTERED_AT_MOST, seed
        assert json.loads(json.dumps(end)) == end
        if end["outcome"] == "failed":
            meant = drawn.features["Fail in JSONPath"] + drawn.features["Fail in JSONata"]
            assert meant + drawn.features["fails with an error of the language"], f"seed {seed}: {end}"

    assert ends["done"] > 2 * ends["failed"] > 0


def test_each_feature_is_drawn_often() -> None:
    features: Counter[str] = Counter()
    for seed in range(SEEDS):
        features.update(draw(seed).features.keys())

    assert {name: number for name, number in features.items() if number < LEAST} == {}
    assert features.keys() == FEATURES


def test_a_seed_is_always_the_same_machine() -> None:
    one, again, other = draw(17), draw(17), draw(18)

    assert json.dumps(one.definition) == json.dumps(again.definition)
    assert (one.data, one.features) == (again.data, again.features)
    assert one.definition["States"] != other.definition["States"]
    assert expected(one.definition, one.data) == expected(again.definition, again.data)


def test_the_order_of_a_branch_is_told_by_its_place() -> None:
    definition = {
        "StartAt": "Fork",
        "States": {"Fork": {"Type": "Parallel", "Branches": [_chain("A", "B"), _chain("C", "D")], "End": True}},
    }

    assert expected(definition, {})["entered"] == {
        "": ["Fork"],
        "Fork/1/0/0": ["A", "B"],
        "Fork/1/0/1": ["C", "D"],
    }


def test_what_hangs_on_chance_is_left_out() -> None:
    bad = {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "Bad"}}}
    fork = {"Type": "Parallel", "Branches": [_chain("A", "B"), bad], "End": True}
    end = expected({"StartAt": "Fork", "States": {"Fork": fork}}, {})

    assert (end["entered"], end["cut_off"]) == ({"": ["Fork"]}, ["Fork/1/0"])


def test_tasks_answer_by_their_arguments_and_attempt() -> None:
    told = {"times": 2, "error": BUSY, "value": 7}

    assert answer(ECHO, told, 0) == told
    with pytest.raises(Refused, match=BUSY):
        answer(FAILS, told, 1)
    assert answer(FAILS, told, 2) == 7


def _chain(first: str, second: str) -> dict[str, object]:
    return {"StartAt": first, "States": {first: {"Type": "Pass", "Next": second}, second: {"Type": "Succeed"}}}
