"""JSON values: their size, their flaws, and how they stand in a text."""

import json
from typing import Any

import pytest

from asl.values import TOO_LARGE, flaw_in, is_too_large, plain_text, same


@pytest.mark.parametrize(
    "value", [None, True, False, 0, -12, 1.5, 1e300, "", 'a"\\\n', "ä€😀", "\ud800", [], [1], [1, [2, {}]], {}, {"a": 1}, {"ä": [], "b": {"c": None}}]
)  # fmt: skip
def test_a_value_is_as_large_as_it_is_written_without_spaces(value: Any) -> None:
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))

    assert (is_too_large(value, size), is_too_large(value, size - 1)) == (False, True)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        (nested(200), None),
        (nested(201), "nested deeper"),
        ([float("nan")], "NaN"),
        ([10**400], "beyond"),
        ({1: 2}, "key"),
        ([(1,)], "tuple"),
        ([{1}], "set"),
    ],
)
def test_what_is_no_json_is_told(value: Any, flaw: str | None) -> None:
    told = flaw_in(value)

    assert told is None if flaw is None else flaw in str(told)


def test_what_holds_itself_many_times_over_is_measured_in_no_time() -> None:
    value: Any = "x"
    for _ in range(60):
        value = [value, value]

    assert flaw_in(value, 1000) == TOO_LARGE


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [(1, 1.0, True), (1, True, False), ([0], [False], False), ({"a": 1}, {"a": 1.0}, True), ({}, [], False)],
)
def test_values_are_the_same_as_json(one: Any, other: Any, is_same: bool) -> None:
    assert same(one, other) is is_same


def test_a_value_in_a_text_shows_no_python() -> None:
    assert plain_text({"a": [None, True, "x", 1.0], "b": {}}) == "{a=[null, true, x, 1.0], b={}}"
