"""What the functions of the Amazon States Language, and those that are our own, make of what they are given."""

from typing import Any

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from asl.jsonata import UNDEFINED, QueryError
from tests.unit.asl.jsonata.asking import ask

PEOPLE = [{"name": "b", "age": 2}, {"name": "a", "age": 2}, {"name": "c", "age": 1}]


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("$partition([1..7], 3)", [[1, 2, 3], [4, 5, 6], [7]]),
        ("$partition([], 3)", []),
        ("$range(0, 10, 5)", [0, 5, 10]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$range(1, 0, 1)", []),
        ("$range(4, 9, 9)", 4),
        ("$range(4, 9, 9)[]", [4]),
        ("[$range(4, 9, 9)]", [4]),
        ("$count($range(4, 9, 9))", 1),
        ("$map($range(4, 9, 9), function($n) { $n + 1 })", 5),
        ("$hash('input', 'SHA-1')", "140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"),
        ("$hash('input', 'MD5')", "a43c1b0aa53a0c908810c06ab1ff3967"),
        ("$parse('{\"a\": [1, null, 2.0]}')", {"a": [1, None, 2]}),
        ("$parse('null')", None),
        ("$uuid()", "00000000-0000-4000-8000-000000000001"),
        ("$random(7) = $random(7)", True),
        ("$random() = $random()", False),
        ("$count($distinct($shuffle([1..20])))", 20),
        ("$shuffle([1..20]) = [1..20]", False),
        ("$now()", "2026-01-02T03:04:05.678Z"),
        ("$millis()", 1767323045678),
        ("$now('[D01].[M01].[Y0001] [H01]:[m01]', '+0200')", "02.01.2026 05:04"),
        ("$millis() = $toMillis($now())", True),
        ("$toMillis('2017-11-07T15:07:54.972Z')", 1510067274972),
        ("$toMillis('2017-11-07')", 1510012800000),
        ("$toMillis('2017')", 1483228800000),
        ("$toMillis('2017-02')", 1485907200000),
        ("$toMillis('2017-11-07T15:07:54+01:00')", 1510063674000),
        ("$toMillis('07/11/2017', '[D01]/[M01]/[Y0001]')", 1510012800000),
        ("$toMillis('20171107', '[Y0001][M01][D01]')", 1510012800000),
        ("$fromMillis(1510067274972)", "2017-11-07T15:07:54.972Z"),
        ("$formatNumber(1234.5, '#,##0.00')", "1,234.50"),
        ("$formatInteger(2026, 'I')", "MMXXVI"),
        ("$formatBase(255, 16)", "ff"),
        ("$replace('a.b.c', '.', '$0')", "a$0b$0c"),
        ("$replace('aaaa', 'a', 'b', 2)", "bbaa"),
        ("$pad('5', -3, '0')", "005"),
        ("$split('a,b,c', ',')", ["a", "b", "c"]),
        ("$join(['a', 'b'], '-')", "a-b"),
        ("$lowercase('STRASSE ß')", "strasse ß"),
        ("$base64decode($base64encode('é'))", "é"),
        (
            "$distinct([1, 1.0, true, '1', [1], [1], {'a': 1, 'b': 2}, {'b': 2, 'a': 1}])",
            [1, True, "1", [1], {"a": 1, "b": 2}],
        ),
        ("1 in [true, '1']", False),
        ("[1] in [[1], 2]", True),
        ("$spread([{'a': 1, 'b': 2}, {'c': 3}])", [{"a": 1}, {"b": 2}, {"c": 3}]),
        ("$merge([{'a': 1}, {'a': 2, 'b': 3}])", {"a": 2, "b": 3}),
        ("$map([1, 2], $power(?, 2))", [1, 4]),
        ("$reduce([[1], [2]], $append(?, ?))", [1, 2]),
        ("['a', 'b'] ~> $map($uppercase) ~> $join('+')", "A+B"),
        ("($f := $trim ~> $uppercase; $f(' x '))", "X"),
        ("{'a': {'b': 1}} ~> |a|{'c': 2}, 'b'|", {"a": {"c": 2}}),
        ("[3, 1, 2]^(>$)", [3, 2, 1]),
        ("[1, 2, 3][-1] ?: 42", 3),
        ("-5 ?: 99", -5),
        ("$nobody ?? 'default'", "default"),
        ('"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
        ("$contains('abc', $nobody)", UNDEFINED),
    ],
)
def test_what_a_function_yields(expression: str, result: Any) -> None:
    assert ask(expression) == result


@pytest.mark.parametrize(
    "expression", ["$sort($states.input, function($l, $r) { $l.age > $r.age }).name", "$states.input^(age).name"]
)
def test_what_is_alike_stays_in_the_order_it_had(expression: str) -> None:
    assert ask(expression, PEOPLE) == ["c", "b", "a"]


def test_only_texts_or_only_numbers_are_sorted_without_a_function() -> None:
    assert ask("$sort([10, 9, 1])") == [1, 9, 10]
    with pytest.raises(QueryError, match="D3070"):
        ask("$sort([1, 'a'])")


def test_variables_are_there_by_their_names() -> None:
    assert ask("$order.id & $suffix", order={"id": "7"}, suffix="-x") == "7-x"


def test_what_is_no_function_is_named_and_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(QueryError, match="T1006"):
        ask("$secret(1)", secret={"password": "x"})

    assert capsys.readouterr().out == ""


def test_a_change_by_pattern_leaves_the_input_as_it_was() -> None:
    given = {"a": {"b": 1}}

    assert ask("[$states.input ~> |a|{'b': 2}|, $states.input]", given) == [{"a": {"b": 2}}, {"a": {"b": 1}}]


def test_with_re2_there_are_regular_expressions() -> None:
    pytest.importorskip("re2", reason="regular expressions need it")

    assert ask("$match('ab1', /[0-9]/).match") == "1"
    assert ask("$replace('265USD', /([0-9]+)USD/, '$0 = $$$1$2')") == "265USD = $265"
