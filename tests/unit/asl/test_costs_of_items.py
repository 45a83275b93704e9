"""What is computed for each of ten thousand items is paid for by the state, all of it together: it ends, and says which bound it met.

What is done is counted, not timed.
"""

from typing import Any

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from asl.intrinsics import arrays, calling
from asl.jsonata import engine, parsing
from asl.jsonata.conversion import taken_in
from asl.jsonata.keeping import Kept
from asl.jsonata.reading import values_in
from asl.reader.machines import MAXIMUM_BYTES
from tests.unit.asl.running import failure_of, one, output_of

ITEMS = list(range(10_000))
BIG = list(range(1_000))
PROCESSOR = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many values were copied for expressions, each time."""
    counts: list[int] = []

    def counted(value: Any) -> Any:
        counts.append(values_in(value))
        return taken_in(value)

    monkeypatch.setattr(engine, "taken_in", counted)
    return counts


def over_items(selector: Any, **fields: Any) -> dict[str, Any]:
    language = {"QueryLanguage": "JSONata", "Items": "{% $states.input.items %}"}
    chosen = language if "{%" in str(selector) else {"ItemsPath": "$.items"}
    return one({"Type": "Map", **chosen, "ItemSelector": selector, "ItemProcessor": PROCESSOR, **fields})


@pytest.mark.parametrize("call", ["States.ArrayUnique($.big)", "States.ArrayContains($.big, $$.Map.Item.Value)"])
def test_a_costly_function_for_each_of_many_items_fails_by_name_soon(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, calls = call.partition("(")[0], []
    function = calling._PLAIN[name]

    def counted(*values: Any) -> Any:
        calls.append(name)
        return function(*values)

    monkeypatch.setitem(calling._PLAIN, name, counted)

    failure = failure_of(over_items({"a.$": call}), {"items": ITEMS, "big": BIG})

    assert failure.error == "States.Runtime"
    assert "may look at 2000000 values together" in str(failure.cause)
    assert len(calls) <= 1_000


def test_so_does_an_expression_that_reads_much_for_each(copied: list[int]) -> None:
    failure = failure_of(over_items({"a": "{% $count($states.input.items) %}"}), {"items": ITEMS})

    assert failure.error == "States.QueryEvaluationError"
    assert "more than 500000 steps together" in str(failure.cause)
    assert sum(copied) < 5_000_000


@pytest.mark.parametrize("selector", ["{% $states.context.Map.Item.Value + 1 %}", "{% $states.input.one + $few %}"])
def test_what_an_expression_does_not_read_costs_it_nothing(selector: str, copied: list[int]) -> None:
    assign = {"few": 1, "many": ITEMS}
    first = {"Type": "Pass", "Assign": assign, "Next": "Each"}
    each = over_items(selector)["States"]["First"]
    data = {"items": BIG, "big": ITEMS, "one": 1}

    output = output_of(one(first, Each={**each, "Output": "{% $states.result[999] %}"}), data)

    assert output == (1_000 if "Item" in selector else 2)
    assert sum(copied) < 10 * len(BIG)


def test_the_expressions_of_a_definition_are_not_read_again_and_again_however_many_there_are() -> None:
    read: list[str] = []

    def reads(text: str) -> str:
        read.append(text)
        return text

    kept = Kept(reads, 1_000)
    texts = [f"{number} + 1" for number in range(100)]

    for text in ("of another definition" * 40, *texts * 10):
        assert kept(text) == text

    assert len(read) <= 1 + 2 * len(texts)  # what came before may have been in the way once
    assert parsing.KEPT_CHARACTERS > MAXIMUM_BYTES  # of a whole definition


def test_numbers_that_are_made_to_look_alike_are_told_apart_as_soon_as_others() -> None:
    alike = [number * (2**61 - 1) for number in range(1, 1_001)]

    assert len({hash(arrays._key(number)) for number in alike}) > 900
    assert arrays.unique([1, 1.0, True, "1", 1e300, 10**300, int(1e300), -0.0, 0, [1], [1.0]]) == [
        *(1, True, "1", 1e300, 10**300, -0.0, [1])
    ]  # fmt: skip
