"""JSONPath: what paths lead to, where reference paths write, and which texts are none."""

from typing import Any

import pytest

from asl.effort import Effort
from asl.failures import StateFailure
from asl.paths.parsing import parse
from asl.paths.selecting import PathMissing, select
from asl.paths.values import PathSyntaxError
from asl.paths.writing import check_reference, put

SHOP = {
    "books": [
        {"title": "A", "price": 8, "tags": ["x"]},
        {"title": "B", "price": 12.5},
        {"title": "C", "price": 20, "tags": []},
    ],
    "delivery-partner": "UQS",
    "odd 'name'": 1,
    "limit": 10,
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", SHOP),
        ("$.books[0].title", "A"),
        ("$['books'][0]['title']", "A"),
        ('$["books"][-1]["title"]', "C"),
        ("$.delivery-partner", "UQS"),
        (r"$['odd \'name\'']", 1),
        ("$.books[*].title", ["A", "B", "C"]),
        ("$.books[0,2].title", ["A", "C"]),
        ("$.books[1:].title", ["B", "C"]),
        ("$.books[:1].title", ["A"]),
        ("$.books[-2:].title", ["B", "C"]),
        ("$.books[0]['title','price']", ["A", 8]),
        ("$..price", [8, 12.5, 20]),
        ("$.books[0].*", ["A", 8, ["x"]]),
        ("$.books[?(@.price < 10)].title", ["A"]),
        ("$.books[?(@.price > $.limit)].title", ["B", "C"]),
        ("$.books[?(@.tags)].title", ["A", "C"]),
        ("$.books[?(!@.tags)].title", ["B"]),
        ("$.books[?(@.title == 'B' || @.price == 8 && @.tags)].title", ["A", "B"]),
        ("$.books[?(@.title in ['B','C'])].title", ["B", "C"]),
        ("$.books[?(@.title nin ['B','C'])].title", ["A"]),
        ("$.nothing[*]", []),
        ("$.nothing[1:5].title", []),
        ("$.books[7:]", []),
    ],
)
def test_a_path_leads_to(path: str, expected: Any) -> None:
    assert select(parse(path), SHOP, Effort()) == expected


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (r"$['a\'b']", "a'b"),
        (r"""$['a\"b']""", r"""a\"b"""),
        (r"""$['a"b']""", 'a"b'),
        (r"""$["a\"b"]""", 'a"b'),
        (r"""$["a\'b"]""", r"a\'b"),
        (r"$['a\\b']", r"a\b"),
    ],
)
def test_a_backslash_stays_before_a_quote_of_the_other_kind(path: str, name: str) -> None:
    assert select(parse(path), {name: 1}, Effort()) == 1


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("$.nothing", "No results for path: $['nothing']"),
        ("$.nothing.more", "Missing property in path $['nothing']"),
        ("$.books[5]", "Index out of bounds when evaluating path $['books'][5]"),
        ("$.limit.more", "Expected to find an object with property ['more'] in path $['limit'] but found 'number'"),
    ],
)
def test_a_path_to_one_value_says_where_it_ends(path: str, detail: str) -> None:
    with pytest.raises(PathMissing) as missing:
        select(parse(path), SHOP, Effort())

    assert missing.value.detail == detail


@pytest.mark.parametrize("path", ["$.a[?(@.b == true)]", "$.a[?(@.b != 1)]"])
def test_true_is_not_one(path: str) -> None:
    assert select(parse(path), {"a": [{"b": True}, {"b": 1}]}, Effort()) == [{"b": True}]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "$.",
        "$[",
        "$['a",
        "$.a[1:2:0]",
        "$.a b c]",
        "$.a.length()",
        "$[?(@.a =~ /x/)]",
        "$[?('a')]",
        "$[?()]",
        "$x[",
        "$$$",
    ],
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(PathSyntaxError):
        parse(text)


@pytest.mark.parametrize(
    ("path", "root"),
    [("$", "$"), ("$.a", "$"), ("$$", "$$"), ("$$.State.Name", "$$"), ("$order.id", "order"), ("$käse", "käse")],
)
def test_a_path_begins_at_the_input_the_context_or_a_variable(path: str, root: str) -> None:
    assert parse(path).root == root


@pytest.mark.parametrize(
    ("path", "into", "expected"),
    [
        ("$", {"a": 1}, 9),
        ("$.b", {"a": 1}, {"a": 1, "b": 9}),
        ("$.a", {"a": 1, "b": 2}, {"a": 9, "b": 2}),
        ("$.x.y.z", {"a": 1}, {"a": 1, "x": {"y": {"z": 9}}}),
        ("$.list[1]", {"list": [1, 2, 3]}, {"list": [1, 9, 3]}),
        ("$.new[0].a", {}, {"new": [{"a": 9}]}),
    ],
)
def test_a_reference_path_writes(path: str, into: Any, expected: Any) -> None:
    assert put(parse(path), 9, into) == expected


def test_writing_leaves_the_original_alone() -> None:
    original = {"a": {"b": [1]}}

    put(parse("$.a.b[0]"), 2, original)

    assert original == {"a": {"b": [1]}}


@pytest.mark.parametrize(("path", "into"), [("$.a", [1]), ("$.a.b", {"a": "text"}), ("$.a[3]", {"a": [1]})])
def test_a_place_that_cannot_be_made_is_an_error(path: str, into: Any) -> None:
    with pytest.raises(StateFailure) as failure:
        put(parse(path), 9, into)

    assert failure.value.error == "States.ResultPathMatchFailure"


@pytest.mark.parametrize("path", ["$.a[*]", "$..a", "$.a[1:2]", "$.a[?(@.b)]", "$$.State", "$variable", "$['a','b']"])
def test_what_leads_to_more_than_one_place_is_no_reference(path: str) -> None:
    with pytest.raises(PathSyntaxError):
        check_reference(parse(path))


def test_a_path_that_looks_at_too_much_is_stopped() -> None:
    wide = {"a": [{"b": list(range(100))} for _ in range(100)]}

    with pytest.raises(StateFailure, match="may look at"):
        select(parse("$..*..*..*..*..*..*..*"), {"x": [wide] * 5}, Effort())
