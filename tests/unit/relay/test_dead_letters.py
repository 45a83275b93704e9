"""Which dead letters a request means: every mistake is named, with what to send instead."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from relay.dead_letters.request import parse_discard, parse_filter, parse_id, parse_page
from relay.dead_letters.values import Selection
from relay.errors import InputError


@pytest.mark.parametrize(
    ("query", "selection", "limit"),
    [
        ({}, Selection(), 50),
        ({"after": "17", "limit": "500"}, Selection(after=17), 500),
        ({"status": "422"}, Selection(status=422), 50),
        ({"since": "2026-01-02T03:04:05Z"}, Selection(since="2026-01-02T03:04:05.000"), 50),
        ({"before": "2026-01-02T03:04:05.6789+02:00"}, Selection(before="2026-01-02T01:04:05.678"), 50),
    ],
    ids=["nothing", "a page", "a status", "since", "before, with an offset"],
)
def test_a_query_names_filters_and_a_page(query: Mapping[str, str], selection: Selection, limit: int) -> None:
    assert parse_page(query) == (selection, limit)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"state": "dead"}, "state: there is no such filter; there are status, since, before, after, limit."),
        ({"limit": "501"}, "limit: 501 is no number from 1 to 500."),
        ({"limit": "0"}, "limit: 0 is no number from 1 to 500."),
        ({"limit": "all"}, "limit: 'all' is no number from 1 to 500."),
        ({"after": "-1"}, "after: '-1' is no id"),
        ({"status": "teapot"}, "status: 'teapot' is no HTTP status"),
        ({"status": "42"}, "status: 42 is no HTTP status"),
        ({"since": "yesterday"}, "since: 'yesterday' is no moment"),
        ({"since": "2026-01-02T03:04:05"}, "since: '2026-01-02T03:04:05' is no moment"),
        ({"since": "0001-01-01T00:00:00+05:00"}, "is no moment"),
        ({"before": "2026"}, "before: 2026 is no moment"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_query_that_cannot_be_used_says_what_to_write(query: Mapping[str, str], problem: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_page(query)

    assert problem in str(caught.value)


def test_all_mistakes_of_a_filter_are_told_together() -> None:
    with pytest.raises(InputError) as caught:
        parse_filter({"status": "422", "since": 7, "limit": 5})

    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["limit", "since", "status"]


def test_a_discard_of_everything_has_to_be_said() -> None:
    assert parse_discard({"all": True}) == Selection()
    assert parse_discard({"status": 422}) == Selection(status=422)


@pytest.mark.parametrize("body", [{}, {"all": False}, {"all": 1}, {"all": True, "status": 422}, {"everything": True}])
def test_a_discard_that_is_not_clear_is_refused(body: Mapping[str, Any]) -> None:
    with pytest.raises(InputError):
        parse_discard(body)


@pytest.mark.parametrize("text", ["", "0", "-1", "seven", "1.5", "9" * 19, "9" * 40, "\N{ARABIC-INDIC DIGIT ONE}"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_id(text)


@pytest.mark.parametrize("parse", [parse_filter, parse_discard], ids=["filter", "discard"])
def test_true_is_no_status(parse: Callable[[Mapping[str, Any]], Selection]) -> None:
    with pytest.raises(InputError):
        parse({"status": True})
