"""Expressions that would take for ever, fill the memory or look around: each ends with the one error, at a bound that it names.

How long they take is not asserted: what ends them is counted. Without a bound most of them would not end at all.
"""

from typing import Any

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from asl.jsonata import UNDEFINED, QueryError, check, regular_expressions
from asl.jsonata.parsing import parse
from tests.unit.asl.jsonata.asking import ask

TWICE = '$reduce([1..150], function($l, $i) { {"a": $l, "b": $l} }, {"c": 1})'  # holds 2 to the power of 150 objects
LONG = '$pad("", 100000, "a")'

STEPS = "more than 20000 steps"
LARGE = "larger than 2 MiB"
DEEP = "deep"


@pytest.mark.parametrize(
    "expression",
    [
        "[1..10000000]",
        "[1..1000000000000000000]",
        "[1..100000].[1..100000]",
        "[1..100000].($)",
        "$range(1, 1000000000, 1)",
        "$range(1, -1000000000, -1)",
        "($f := function() { $f() }; $f())",
        "($f := function($n) { $f($n + 1) }; $f(0))",
        "($y := function($f) { $f($f) }; $y($y))",
        "$map([1..100000], $uppercase)",
        "$map([1..20000], $string)",
        "$filter([1..100000], function($x) { true })",
        "$reduce([1..100000], $append)",
        "$reduce([1..10000], function($a, $b) { $a + $b })",
        "$each($merge([1..5000].{$string($): $}), function($v) { $v })",
        "$sift($merge([1..5000].{$string($): $}), function($v) { true })",
        "$sort([1..10000], function($a, $b) { $a < $b })",
        "[1..10000]^(-$)",
        "[1..100000]{'k': $}",
        "[1..8000]{'k': $}",
        "$reduce([1..100], function($l, $i) { $append($l, $l) }, [1, 2])",
        "$reduce([1..100], function($l, $i) { [$l, $l] }, [1, 2])",
        "($b := [1..20000]; [1..5000][$b])",
        "($b := [[[[1..10000]]]]; [1..5000][$b])",
        "($b := [[1..10000], [1..10000]]; [1..5000].($b.x))",
        "($b := [1..10000]; [1..1000].($b[$ = 1]))",
        f"($b := {LONG}; [1..10000][$contains($b, 'b')])",
        f"($b := {LONG}; [1..10000][$b < $b])",
        f"($b := {LONG}; [1..1000].($b & 'x'))",
        "$join([1..20000].('x'), ', ')",
        "$split($pad('', 1000000, 'a'), '')",
        "$distinct([1..100000])",
        "$shuffle([1..100000])",
        "$string([1..100000])",
        "$sum([1..100000])",
        "$partition([1..100000], 1)",
        "$zip([1..50000], [1..50000], [1..50000])",
        "$spread([1..10000].{'a': $})",
        "$reduce([1..30], function($v, $i) { $v ~> |$|{'a': $, 'b': $}| }, {'x': 1})",
        "($s := $pad('', 5000, 'x'); [1..500].($string({'s': $s})))",
        "[1..4000].$fromMillis($, '[YI] [MNn]')",
    ],
)
def test_work_ends_when_its_steps_are_used_up(expression: str) -> None:
    assert check(expression) is None
    with pytest.raises(QueryError, match=STEPS):
        ask(expression)


def test_what_is_held_together_is_counted() -> None:
    expression = (
        '($s := $pad("", 400000, "x") & ",a"; $l := [$s]; $p := $split(?, ","); '
        "$f := function($i) { ($map($l, $p); 0) }; $map([1..400], $f); 0)"
    )

    with pytest.raises(QueryError, match="larger than 32 MiB together"):
        ask(expression)


@pytest.mark.parametrize(
    "expression",
    [
        '$pad("x", 1000000000)',
        '$pad("x", -1000000000)',
        '$pad("x", 1e300)',
        '$reduce([1..60], function($s, $i) { $s & $s }, "aaaaaaaaaaaaaaaa")',
        f"$replace({LONG}, 'a', {LONG})",
        f"$join($split($pad('', 1000, 'a'), ''), {LONG})",
        "$encodeUrlComponent($pad('', 1900000, 'é'))",
        f"$string({TWICE})",
        f"{TWICE} = {TWICE}",
        f"{TWICE}.**",
        f"{TWICE} + 1",
        f"{TWICE} in [{TWICE}]",
        f"$distinct([{TWICE}, 1])",
        f"$clone({TWICE})",
        f"$merge([{TWICE}])",
        f"$keys({TWICE})",
        f"{TWICE} ~> |$|{{}}|",
        TWICE,
        "$reduce([1..150], function($l, $i) { $zip($l, $l) }, [1])",
    ],
)
def test_no_value_in_between_grows_without_end(expression: str) -> None:
    with pytest.raises(QueryError, match=f"{LARGE}|{DEEP}|{STEPS}"):
        ask(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "($f := function($n) { 1 + $f($n + 1) }; $f(0))",
        "($f := function($x) { $map([$x, $x], $f) }; $f(1))",
        "$reduce([1..5000], function($l, $i) { {'a': $l} }, 1)",
        "$reduce([1..5000], function($l, $i) { [[$l]] }, 1)",
        "$reduce($append([function($x) { $x }], [1..1000]), function($f, $i) { $f(?) })(1)",
        "$reduce($append([function($x) { $x }], [1..1000]), function($f, $i) { function($x) { 1 + $f($x) } })(1)",
        "$parse($pad('', 50000, '['))",
        "$parse($pad('', 400, '[') & $pad('', 400, ']'))",
        "(" * 3000 + "1" + ")" * 3000,
        "[" * 3000 + "]" * 3000,
        "1" + "+1" * 3000,
        "{'a':" * 800 + "1" + "}" * 800,
        "$f(" * 1500 + ")" * 1500,
    ],
    ids=lambda expression: expression[:60],
)
def test_nothing_is_nested_without_end(expression: str) -> None:
    with pytest.raises(QueryError, match=rf"{DEEP}|{STEPS}"):
        ask(expression)


def test_a_result_may_be_as_large_as_a_state_may_hand_on() -> None:
    assert ask("$states.input & $states.input", "x" * 131_070) == "x" * 262_140
    with pytest.raises(QueryError, match="result of the expression is larger than 256 KiB"):
        ask("$states.input & $states.input", "x" * 131_072)


def test_an_expression_may_have_8_kib() -> None:
    assert check(f'"{"x" * 8190}"') is None
    assert check(f'"{"x" * 8191}"') is not None
    with pytest.raises(QueryError, match="longer than 8 KiB"):
        ask(f'"{"é" * 4100}"')


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("$eval('[1..10]')", r"\$eval is not available"),
        ("($e := $eval; $e('1'))", r"\$eval is not available"),
        ("['1'] ~> $map($eval)", r"\$eval is not available"),
        ("function($x)<s+s+s+s+s+s+s+s+s+s+s+s+s:s>{ $x }", "10 parameters at most"),
        ("function($x)<(s]*[a-z]*[s):s>{ $x }", "each repeated at most once"),
    ],
)
def test_what_cannot_be_bounded_is_refused_before_it_runs(expression: str, reason: str) -> None:
    mistake = check(expression)

    assert mistake is not None
    with pytest.raises(QueryError, match=reason):
        ask(expression)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (
            "($f := function($x, $y)<s+s+:n>{ $x }; $f('a','a','a','a','a','a','a','a','a','a','a','a'))",
            "10 arguments at most",
        ),
        ("$formatNumber(1, '0', {'exponent-separator': '(0+)+$'})", "single character"),
        ("$formatNumber(1, '0', {'decimal-separator': ''})", "single character"),
        ("$formatNumber(1, $pad('', 100000, '#'))", "256 characters"),
        ("$formatInteger(1e15, 'I')", "numbers below 100000"),
        ("$fromMillis(0, '[Y,9-999999999]')", "no picture of a point in time"),
        ("$fromMillis(0, '[Y0,1-999999999]')", "no picture of a point in time"),
        ("$fromMillis(0, $pad('', 1000, '[Y]'))", "256 characters"),
        ("$fromMillis(1e300)", "years from 2 to 9998"),
        ("$fromMillis(0, '[Y]', 'UTC')", r"\+0200"),
        ("$toMillis('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '(a+)+')", r"no picture that \$toMillis reads"),
        ("$toMillis('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '[Yw]')", r"no picture that \$toMillis reads"),
        ("$toMillis('1111111111111111', '[Y][Y][Y][Y][Y][Y][Y]')", r"no picture that \$toMillis reads"),
        ("$toMillis('1111111111111111', '[f][Z]')", r"no picture that \$toMillis reads"),
        ("$toMillis($pad('', 100, '1'), '[Y]')", "60 characters"),
        ("$parseInteger($pad('', 1000, 'M'), 'I')", "256 characters"),
        ("$number('0x' & $pad('', 100000, 'f'))", "D3030"),
        ("$power(10, 1000000)", "D3061"),
        ("$range(1, 10, 0)", "the third not 0"),
        ("$partition([1..10], 0)", "whole number from 1"),
        ("$hash('x', 'scrypt')", "MD5"),
        ("$error($pad('', 100000, 'x'))", "D3137: x{900,}…"),
    ],
)
def test_what_takes_too_much_for_what_it_is_given_is_refused(expression: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason):
        ask(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "$states.__class__",
        "$string.__class__.__mro__",
        "$lookup($states, '__dict__')",
        "$states.input.keys",
        '"".__class__',
        "$env",
        "$process",
        "$environment",
        "$__evaluate_entry",
        "$sum.signature",
        "$map.function_name",
    ],
)
def test_there_is_nothing_behind_values(expression: str) -> None:
    assert ask(expression, {"a": 1}) is UNDEFINED


@pytest.mark.parametrize(
    "expression", ["$import('os')", "$require('fs')", "$open('x')", "$fetch('http://localhost')", "$readFile('x')"]
)
def test_there_are_no_functions_of_the_outside(expression: str) -> None:
    with pytest.raises(QueryError, match="T1006"):
        ask(expression)


def test_the_hooks_of_the_engine_are_out_of_reach() -> None:
    assert ask("($__evaluate_entry := function($a) { $error('called') }; $__evaluate_exit := 1; 1 + 1)") == 2


def test_an_evaluation_leaves_nothing_behind_for_the_next() -> None:
    names: list[Any] = [ask("($sum := function() { 1 }; $leak := 2; $sum())"), ask("$leak"), ask("$sum([2, 3])")]

    assert names == [1, UNDEFINED, 5]


@pytest.mark.parametrize(
    "text", ["", "(", "1 +", "a b", "'open", '"\\x"', "/*", "{", "$x := ", "function(", "1 ? ", "[1..]", "`", "%"]
)
def test_a_mistake_in_the_text_is_told_before_it_runs(text: str) -> None:
    mistake = check(text)

    assert mistake is not None
    with pytest.raises(QueryError) as caught:
        ask(text)
    assert caught.value.cause == mistake
    assert caught.value.error == "States.QueryEvaluationError"


@pytest.mark.parametrize("expression", ["/^(a+)+$/", "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a+)+$/)"])
def test_there_are_no_regular_expressions_without_an_engine_that_takes_linear_time(
    expression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regular_expressions, "find_spec", lambda _: None)
    parse.forget()

    mistake = check(expression)

    assert mistake is not None
    assert "regular expressions are not available" in mistake


@pytest.mark.parametrize("expression", ['$pad("x", 1000000000)', f"$replace({LONG}, 'a', {LONG})"])
def test_what_is_too_large_is_named_so_before_it_is_made(expression: str) -> None:
    with pytest.raises(QueryError, match=LARGE):
        ask(expression)
