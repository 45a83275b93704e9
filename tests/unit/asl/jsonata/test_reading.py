"""What an expression reads of its variables: never less than it needs, and of what it names field by field no more."""

from typing import Any

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from asl.jsonata.parsing import read
from asl.jsonata.reading import part_read, values_in
from asl.jsonata.values import QueryError
from tests.unit.asl.jsonata.asking import ask

ITEM = {"a": [{"b": 1, "c": {"d": 2}}, {"b": 3, "c": {"d": 4}}], "x": {"y": {"z": 5}}, "one": 1, "list": [3, 1, 2]}
VARIABLES: dict[str, Any] = {
    "states": {"input": ITEM, "context": {"Map": {"Item": {"Value": 7, "Index": 0}}, "Execution": {"Input": ITEM}}},
    "v": {"w": [1, 2], "u": None},
    "other": ITEM,
}


@pytest.mark.parametrize(
    ("expression", "ways"),
    [
        ("1 + 1", []),
        ("$v", ["v"]),
        ("$states.context.Map.Item.Value", ["states.context.Map.Item.Value"]),
        ("$states.`input`.'one' + $v.w[0]", ["states.input.one", "v.w"]),
        ("$states.input.a[b=1].c", ["states.input.a"]),
        ("$states.input.a[b=$states.input.one].c", ["states.input.a", "states.input.one"]),
        ("$states.input.(one + 1)", ["states.input"]),
        ("$states.input.*", ["states.input"]),
        ("$states.input^(one)", ["states.input"]),
        ("$states.input{'k': one}", ["states.input"]),
        ("$states['input']", ["states"]),
        ("($states).input.one", ["states"]),
        ("$lookup($states, 'input')", ["states"]),
        ("$states.input.one ?: $states", ["states", "states.input.one"]),
        ("$states.input.a.c.%.b", ["states"]),
        ("$states.input.a@$x.one", ["states"]),
        ("$states.input.a#$x.c", ["states"]),
        ("$map($v.w, function($i) { $i + $other.one })", ["i", "map", "other.one", "v.w"]),
    ],
)
def test_what_is_read_is_what_is_written_down(expression: str, ways: list[str]) -> None:
    found = {".".join(way) for way in read(expression).ways}

    assert found - {"lookup", "map"} == set(ways) - {"map"}


EXPRESSIONS = [
    *("$states.context.Map.Item.Value", "$states.input.a.b", "$states.input.a.c.d", "$states.input.a[1].c", "$states.input.a.c.%.b"),
    *("$states.input.a@$x.$states.input.one", "$states.input.a#$i.{'i': $i, 'b': b}", "$states.input.**.d", "$states.input.*.y"),
    *("$states.input.nothing", "$states.input.one.nothing", "$v.u", "$v.w.x", "$exists($states.input.one)", "$keys($states.input)"),
    *("$states.input{'k': a.b}", "$states.input.list^(>$)", "$states.input.list[]", "$states.input.x.y.z & $other.x.y.z"),
    *("$states.input ~> |x|{'n': 1}|", "($f := function($s) { $s.input.one }; $f($states))", "$states.(input.one)", "$states.input.a[$$.b]"),
    *("($v := 1; $v)", "$states.input.a.(b + $states.input.one)", "$states['input'].one", "$states.input.a.$states.input.one"),
    *("$reduce($states.input.list, function($s, $n) { $s + $n })", "$merge([$v, $other.x])", "$states.input.a.b ?: $states", "$count($states.*)"),
    *("$states.input.one ? $states.input.x : $states.context", "[$states.input.list, $v.w]", "$states.input.a.c^(d)[0].d", "$sum($states.input.a.b)"),
]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_it_yields_what_it_yields_with_all_variables(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def outcome() -> Any:
        try:
            return ask(expression, **VARIABLES)
        except QueryError as error:
            return error.cause

    with_a_part = outcome()
    monkeypatch.setattr("asl.jsonata.evaluating.part_read", lambda variables, _: dict(variables))

    assert with_a_part == outcome()


def test_a_part_holds_only_the_fields_on_the_ways() -> None:
    ways = read("$states.input.x.y.z + $states.input.one + $v.w.q").ways

    assert part_read(VARIABLES, ways) == {
        "states": {"input": {"x": {"y": {"z": 5}}, "one": 1}},
        "v": {"w": [1, 2]},
    }
    assert values_in({"a": [1, 2], "b": {}}) == 4
