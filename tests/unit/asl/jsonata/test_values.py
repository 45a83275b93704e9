"""What goes into an expression and comes out of it: JSON, to the digit."""

from typing import Any

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from asl.jsonata import UNDEFINED, QueryError
from tests.unit.asl.jsonata.asking import ask

EVERYTHING = {
    "text": 'é"\n',
    "whole": 3,
    "big": 1234567890123456789,
    "part": 0.1,
    "yes": True,
    "no": False,
    "null": None,
}


@pytest.mark.parametrize("given", [EVERYTHING, [EVERYTHING, [], {}], None, "", 0, False, [[1], [None, [2]]]], ids=repr)
def test_what_is_only_passed_on_comes_out_as_it_went_in(given: Any) -> None:
    result = ask("$states.input", given)

    assert repr(result) == repr(given)


def test_what_comes_out_shares_nothing_with_what_went_in() -> None:
    given: dict[str, Any] = {"list": [], "object": {"a": 1}}

    result = ask('{"copy": $states.input, "group": $states.input.list{"a": 1}}', given)
    assert isinstance(result, dict)
    result["copy"]["object"]["a"] = 2

    assert given == {"list": [], "object": {"a": 1}}


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("$states.input.missing", UNDEFINED),
        ("$states.input.none", None),
        ("$nobody", UNDEFINED),
        ("[$nobody, null, 1]", [None, 1]),
        ('{"a": $nobody, "b": null}', {"b": None}),
        ("$type($states.input.none)", "null"),
        ("$exists($states.input.none)", True),
        ("$exists($states.input.missing)", False),
        ("$states.input.none = null", True),
        ("$states.input.missing = null", False),
        ("$count([null, null])", 2),
        ("$", UNDEFINED),
        ("$$", UNDEFINED),
    ],
)
def test_nothing_and_null_are_two_things(expression: str, result: Any) -> None:
    assert ask(expression, {"none": None}) == result


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("3.0", "3"),
        ("6 / 2", "3"),
        ("7 / 2", "3.5"),
        ("1e3", "1000"),
        ("1e21", "1e+21"),
        ("1e20 + 0", "100000000000000000000"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("5.5 % 2", "1.5"),
        ("-5 % 3", "-2"),
        ("-(1)", "-1"),
        ("$sum([0.5, 0.5])", "1"),
        ("$sqrt(16)", "4"),
        ("$average([1, 2])", "1.5"),
        ("$power(2, 10)", "1024"),
        ("$power(2, -1)", "0.5"),
        ("$round(2.5)", "2"),
        ("$round(3.5)", "4"),
        ("$round(123.456, 2)", "123.46"),
        ("$round(155, -1)", "160"),
        ("$round(4.5e15 + 0.5)", "4500000000000000"),
        ("$floor(-1.5)", "-2"),
        ("$ceil(1.2)", "2"),
        ('$number("12")', "12"),
        ('$number("-1.5e2")', "-150"),
        ('$number("0x1F")', "31"),
        ("$number(true)", "1"),
    ],
)
def test_numbers_come_out_as_json_has_them(expression: str, text: str) -> None:
    assert repr(ask(expression)) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("0.1 + 0.2", "0.3"),
        ("22 / 7", "3.14285714285714"),
        ("1e21", "1e+21"),
        ("1.5e300", "1.5e+300"),
        ("1e20", "100000000000000000000"),
        ("0.000001", "0.000001"),
        ("0.0000001", "1e-7"),
        ("0.00012345", "0.00012345"),
        ("123456.789", "123456.789"),
        ("1e15 + 0.3", "1000000000000000"),
        ("-2.50", "-2.5"),
        ("[0.1 + 0.2, 3.0]", "[0.3,3]"),
        ('{"é": [null, true, "\\""]}', '{"é":[null,true,"\\""]}'),
        ("$sum", ""),
    ],
)
def test_numbers_are_written_into_texts_as_javascript_does(expression: str, text: str) -> None:
    assert ask(f"$string({expression})") == text
    assert ask(f'"<" & ({expression}) & ">"') == f"<{text}>"


def test_a_whole_number_of_19_digits_keeps_them_in_a_text() -> None:
    assert ask('"id-" & $states.input', 1234567890123456789) == "id-1234567890123456789"


def test_a_text_can_be_made_for_people() -> None:
    assert ask('$string({"a": [1, {}], "b": []}, true)') == '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'


def test_fields_keep_their_order() -> None:
    assert list(ask('$merge([{"z": 1}, {"a": 2}, {"z": 3}])')) == ["z", "a"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "expression",
    ["1 / 0", "0 / 0", "1 % 0", "1e308 * 10", "$power(10, 400)", "$power(-1, 0.5)", "$sum([1e308, 1e308])"],
)
def test_a_number_that_json_cannot_hold_is_an_error(expression: str) -> None:
    with pytest.raises(QueryError, match=r"D1001|D3061"):
        ask(expression)


@pytest.mark.parametrize("text", ["", " 1", "1_000", "inf", "nan", "Infinity", "1e999", "0x", "0xG", "9" * 500, "one"])
def test_what_is_no_number_is_not_read_as_one(text: str) -> None:
    with pytest.raises(QueryError, match="D3030"):
        ask("$number($states.input)", text)


@pytest.mark.parametrize("given", [float("inf"), float("nan"), 10**400])
def test_no_number_that_json_cannot_hold_gets_in(given: float) -> None:
    with pytest.raises(QueryError, match="D1001"):
        ask("$states.input", given)


def test_a_function_is_no_result() -> None:
    with pytest.raises(QueryError, match="holds a function"):
        ask('{"f": function($x) { $x }}')
