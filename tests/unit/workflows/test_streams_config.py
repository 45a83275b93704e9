"""[[aggregate]] with kind = "events": what is read, the relays that it makes, and what is wrong, all at once."""

import pytest

from relay.config.values import RESULTS
from relay.errors import ConfigError
from workflows.aggregates.reader import clashes
from workflows.config.file import parse_workflows
from workflows.streams.values import Function, Measure, Stream, Windows

SETTINGS = {"API_URL": "https://api.example"}
CLICKS = """
[[aggregate]]
name = "clicks"
kind = "events"
group_by = ["page", "@type"]
measures = { views = "count", users = "distinct:user", best = "top:amount:3", total = "sum:amount" }
window = "hopping"
window_seconds = 300
hop_seconds = 60
shards = 4
late_endpoint = "%API_URL%/late"
endpoint = "%API_URL%/clicks"
"""


def clicks(text: str = CLICKS) -> Stream:
    [stream] = parse_workflows(text, SETTINGS).streams
    return stream


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_workflows(text, SETTINGS)
    return list(caught.value.problems)


def test_a_stream_is_read() -> None:
    found = clicks()

    assert (found.name, found.group_by, found.window, found.shards) == (
        "clicks",
        ("page", "@type"),
        Windows.HOPPING,
        4,
    )
    assert (found.size_ms, found.hop_ms, found.lateness_ms) == (300_000, 60_000, 60_000)
    assert found.measures == {
        "views": Measure(Function.COUNT),
        "users": Measure(Function.DISTINCT, "user", 1000),
        "best": Measure(Function.TOP, "amount", 3),
        "total": Measure(Function.SUM, "amount"),
    }
    assert parse_workflows(CLICKS, SETTINGS).aggregates == ()


def test_its_results_and_late_events_are_relayed_from_the_table_of_results() -> None:
    results, late = clicks().relays("shop")

    assert (results.name, results.table, results.endpoint) == ("clicks", RESULTS, "https://api.example/clicks")
    assert (late.name, late.table, late.endpoint) == ("clicks_late", RESULTS, "https://api.example/late")
    assert [each.operand for each in late.condition] == ["shop", "clicks_late"]
    assert len(clicks(CLICKS.replace('late_endpoint = "%API_URL%/late"', "")).relays("shop")) == 1


def test_no_other_relay_may_have_the_names_of_its_relays() -> None:
    stream = clicks()
    results, late = stream.relays("shop")

    assert len(clashes([stream], [results])) == len(clashes([stream], [late])) == 1
    assert clashes([stream], []) == []


def test_all_mistakes_are_told_together_with_key_and_remedy() -> None:
    found = problems_of(
        '[[aggregate]]\nname = "clicks"\nkind = "events"\ntable = "dbo.T"\nwindow = "rolling"\nshards = 65\nmode = "batch"\n'
        'measures = { a = "sum", b = "top:x:101", c = "median:x", d = "count:x:3" }\nendpoint = "workflow:x"\nfoo = 1\n'
    )

    assert all(problem.startswith("aggregate 'clicks': ") for problem in found)
    for part in (
        'table: it is of an aggregate over rows, and this one has kind = "events"; leave it out',
        "window: 'rolling' is not known; take one of tumbling, hopping, session",
        "shards: 65 must be a whole number from 1 to 64",
        "mode: an aggregate's results have no such thing; leave it out",
        "measures.a: 'sum' is no measure",
        "measures.b: 'top:x:101' is no measure",
        "measures.c: 'median:x' is no measure",
        "measures.d: 'count:x:3' is no measure",
        "endpoint: results go to an HTTP API; write its URL",
        "'foo' is no key of an aggregate",
    ):
        assert any(part in problem for problem in found), part


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("hop_seconds = 60", "", "hop_seconds: 0 must be more than 0"),
        ("hop_seconds = 60", "hop_seconds = 301", "hop_seconds: 301 must be more than 0, at most window_seconds"),
        ("hop_seconds = 60", "hop_seconds = 2", "at least a 100th of it"),
        ('"hopping"', '"session"', "hop_seconds: it has no effect on session windows; leave it out"),
        ('window = "hopping"', "", "window: it is missing; take one of tumbling, hopping, session"),
        ('"clicks"', f'"{"c" * 36}"', "is longer than 35 characters"),
        ('kind = "events"', 'kind = "stream"', "kind: 'stream' is not known; take one of rows, events"),
    ],
)
def test_what_does_not_fit_together_is_told(old: str, new: str, problem: str) -> None:
    assert any(problem in found for found in problems_of(CLICKS.replace(old, new, 1)))


def test_what_states_are_made_of_is_its_definition_and_how_it_is_told_is_not() -> None:
    first = clicks().definition

    for old, new in (
        ("sum:amount", "max:amount"),
        ("shards = 4", "shards = 5"),
        ("= 300", "= 360"),
        ('"@type"', '"x"'),
    ):
        assert clicks(CLICKS.replace(old, new)).definition != first
    assert clicks(CLICKS + "lateness_seconds = 5\nearly_seconds = 3\nmax_waiting = 7\n").definition == first
