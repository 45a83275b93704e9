"""The eighteen intrinsic functions."""

from typing import Any

import pytest

from asl.effort import Effort
from asl.failures import StateFailure
from asl.intrinsics.calling import call
from asl.intrinsics.parsing import parse
from asl.intrinsics.table import ARGUMENTS
from asl.paths.selecting import select
from asl.paths.values import PathSyntaxError
from tests.unit.asl.running import BEGINS_AT, given_at

DATA = {
    "name": "Ada",
    "n": None,
    "yes": True,
    "half": 1.5,
    "array": [3, 1, 3, {"a": 1}, {"a": 1.0}, True],
    "object": {"Arg1": 1, "Arg2": ["x"]},
    "text": '{"a": [1, 2.50]}',
    "template": "{} and {}",
}


def called(text: str, data: Any = None) -> Any:
    return call(
        parse(text), lambda path: select(path, data or DATA, Effort()), given_at().sources_at(BEGINS_AT), Effort()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("States.Array()", []),
        ("States.Array($.name, 1, 'x', true, null, -2.5)", ["Ada", 1, "x", True, None, -2.5]),
        ("States.ArrayContains($.array, 1)", True),
        ("States.ArrayContains($.array, true)", True),
        ("States.ArrayContains(States.Array(1), true)", False),
        ("States.ArrayGetItem($.array, 1)", 1),
        ("States.ArrayLength($.array)", 6),
        ("States.ArrayPartition(States.ArrayRange(1, 5, 1), 2)", [[1, 2], [3, 4], [5]]),
        ("States.ArrayRange(1, 9, 3)", [1, 4, 7]),
        ("States.ArrayRange(1, 7, 3)", [1, 4, 7]),
        ("States.ArrayRange(3, 1, -1)", [3, 2, 1]),
        ("States.ArrayUnique($.array)", [3, 1, {"a": 1}, True]),
        ("States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU="),
        ("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "Data to encode"),
        ("States.Format('Hi {}, {} {} {}', $.name, $.n, $.yes, $.half)", "Hi Ada, null true 1.5"),
        ("States.Format('{}', $.object)", "{Arg1=1, Arg2=[x]}"),
        (r"States.Format('it\'s \{{}\}', 1)", "it's {1}"),
        ("States.Format($.template, 1, 'b')", "1 and b"),
        ("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("States.Hash('', 'MD5')", "d41d8cd98f00b204e9800998ecf8427e"),
        ("States.JsonMerge($.object, States.StringToJson($.text), false)", {"Arg1": 1, "Arg2": ["x"], "a": [1, 2.5]}),
        ("States.JsonToString($.object)", '{"Arg1":1,"Arg2":["x"]}'),
        ("States.MathAdd(1, -3)", -2),
        ("States.MathAdd($.half, -0.5)", 2),
        ("States.MathAdd(0.5, -1.5)", 0),
        ("States.MathAdd(2.5, -2.5)", 1),
        ("States.MathRandom(10, 20)", 15),
        ("States.StringSplit('a.b-c', '.-')", ["a", "b", "c"]),
        ("States.StringSplit(',,', ',')", []),
        ("States.StringToJson('')", None),
        ("States.UUID()", "0d0e-uuid"),
        ("States.ArrayGetItem(States.StringSplit($['name'], 'd'), 0)", "A"),
        ("States.Array($.array[?(@ == 'a,b)')])", [[]]),
    ],
)
def test_a_call_yields(text: str, expected: Any) -> None:
    result = called(text)

    assert (result, type(result)) == (expected, type(expected))


def test_every_function_has_an_example_above() -> None:
    examples = test_a_call_yields.pytestmark[0].args[1]  # type: ignore[attr-defined]

    assert [name for name in ARGUMENTS if not any(f"{name}(" in text for text, _ in examples)] == []


def test_a_random_number_may_come_from_the_widest_span() -> None:
    assert called(f"States.MathRandom(-{10**308}, {10**308})") == 0


def test_a_seed_gives_the_same_number_each_time() -> None:
    numbers = {called(f"States.MathRandom(0, 1000000, {seed})") for seed in (1, 1, 2)}

    assert len(numbers) == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("States.ArrayGetItem($.array, 6)", "no element 6"),
        ("States.ArrayPartition($.array, 0)", "positive"),
        ("States.ArrayRange(0, 5000, 1)", "1000 are allowed"),
        ("States.ArrayRange(0, 5, 0)", "may not be 0"),
        ("States.ArrayLength($.name)", "an array is needed"),
        ("States.Base64Decode('?')", "not Base64"),
        ("States.Format('{} {}', 1)", "has 2 {}"),
        ("States.Hash('a', 'CRC')", "one of MD5"),
        ("States.JsonMerge($.object, $.object, true)", "has to be false"),
        ("States.MathAdd($.name, 2)", "a number is needed"),
        ("States.MathAdd($.yes, 2)", "a number is needed"),
        ("States.MathRandom(5, 5)", "below"),
        ("States.StringToJson('{')", "not JSON"),
        ("States.StringToJson('NaN')", "not JSON"),
    ],
)
def test_arguments_that_do_not_fit_are_an_error_of_the_language(text: str, problem: str) -> None:
    with pytest.raises(StateFailure, match=problem) as failure:
        called(text)

    assert failure.value.error == "States.IntrinsicFailure"


@pytest.mark.parametrize(
    "text",
    ["States.Nothing()", "Format('a')", "States.Format()", "States.UUID(1)", "States.Format('a'", "States.Format('a)", "States.Array(x)",
     "States.Array(1,)", "States.UUID() more", "States.Array(" * 11 + ")" * 11],
)  # fmt: skip
def test_what_is_no_call_is_refused(text: str) -> None:
    with pytest.raises(PathSyntaxError):
        parse(text)


def test_a_result_that_grows_beyond_the_limit_is_refused() -> None:
    nested = "$.big"
    for _ in range(9):
        nested = f"States.Array({nested}, {nested})"

    with pytest.raises(StateFailure, match="too large"):
        called(nested, {"big": "x" * 10_000})
