"""Events as they are posted: in which forms they come, and what is told of those that do not fit."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from relay import exact_json
from relay.config.values import RESULTS, Relay
from relay.errors import InputError
from workflows.streams.event import Event, events_of, group_hash
from workflows.streams.posted import posted_events
from workflows.streams.rows import event_row, shard_of
from workflows.streams.values import Function, Measure, Stream, Windows

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
STREAM = Stream(
    name="clicks",
    group_by=("page", "@type"),
    measures={
        "views": Measure(Function.COUNT),
        "named": Measure(Function.COUNT, "user"),
        "total": Measure(Function.SUM, "amount"),
        "most": Measure(Function.MAX, "amount"),
        "users": Measure(Function.DISTINCT, "user", 10),
    },
    results=Relay(name="clicks", table=RESULTS, endpoint="https://h"),
    window=Windows.TUMBLING,
    shards=4,
)
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/shop",
    "type": "view",
    "time": "2026-01-02T11:00:00.1239Z",
    "data": {"page": "home", "amount": Decimal("10.50"), "user": "ann"},
}


def read(event: Any = EVENT, **differences: Any) -> Event:
    [found] = events_of([{**event, **differences}], STREAM, NOW)
    return found


def test_an_event_is_read_to_the_millisecond_with_group_and_values() -> None:
    found = read()

    assert found.at_ms == round(datetime(2026, 1, 2, 11, tzinfo=UTC).timestamp() * 1000) + 123
    assert found.group == ["home", "view"]
    assert list(found.values) == [None, 1, Decimal("10.5"), Decimal("10.5"), "ann"]
    assert found.late_from_ms == found.at_ms - 123 + 120_000


def test_what_is_missing_in_the_data_is_null() -> None:
    assert read(data={}).group == [None, "view"]
    assert list(read(data={}).values) == [None, None, None, None, None]


def test_numbers_have_one_form_so_that_a_group_is_one() -> None:
    for value in (7, Decimal("7.0"), Decimal("0.7E1")):
        assert read(data={"page": value}).group_text == '[7,"view"]'
        assert group_hash([value, "view"]) == group_hash([7, "view"])


def test_a_moment_is_the_same_in_every_zone() -> None:
    assert read(time="2026-01-02T13:00:00.123+02:00").at_ms == read().at_ms


def test_source_and_id_are_what_makes_an_event_the_same() -> None:
    other = {**EVENT, "data": {}}

    assert len(events_of([EVENT, other, {**EVENT, "source": "x"}, {**EVENT, "id": "2"}], STREAM, NOW)) == 3
    assert read(source="a", id="bc").hash != read(source="ab", id="c").hash


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ("text", "Event 0: it is no object; send"),
        ({**EVENT, "specversion": "0.3"}, "Event 0: specversion: '0.3' is not known"),
        ({**EVENT, "id": ""}, "Event 0: id: '' cannot be used; send a text of at most 400 characters."),
        ({**EVENT, "source": 7}, "Event 0: source: 7 cannot be used"),
        (
            {**EVENT, "time": "2026-01-02"},
            "Event 0: time: '2026-01-02' cannot be used; send when it happened, with an offset",
        ),
        ({**EVENT, "time": "2026-01-02T03:04:05"}, "Event 0: time: '2026-01-02T03:04:05' cannot be used"),
        ({**EVENT, "time": "2026-01-03T12:00:01Z"}, "more than a day ahead; look at the sender's clock"),
        ({**EVENT, "time": "1969-12-31T23:59:59Z"}, "is before 1970"),
        ({**EVENT, "data": [1]}, "Event 0: data: it is no object"),
        ({**EVENT, "data_base64": "AA=="}, "Event 0: data_base64: it cannot be read; send JSON in data."),
        (
            {**EVENT, "data": {"page": {}}},
            "Event 0: data.page: {} cannot be used; send a text, a number, true, false or null.",
        ),
        ({**EVENT, "type": ["x"]}, "Event 0: type: ['x'] cannot be used"),
        ({**EVENT, "data": {"amount": "7"}}, "Event 0: data.amount: '7' cannot be used; send a number."),
        ({**EVENT, "data": {"amount": True}}, "Event 0: data.amount: True cannot be used; send a number."),
        ({**EVENT, "data": {"amount": 10**38}}, "Event 0: data.amount: it has more than 38 digits"),
        ({**EVENT, "data": {"amount": Decimal("1E-39")}}, "Event 0: data.amount: it has more than 38 digits"),
        ({**EVENT, "data": {"amount": Decimal("1E+999999")}}, "Event 0: data.amount: it has more than 38 digits"),
        ({**EVENT, "data": {"user": "u" * 401}}, "Event 0: data.user: it has 401 characters; send at most 400."),
    ],
)
def test_what_does_not_fit_is_told_with_place_key_and_remedy(event: Any, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        events_of([event], STREAM, NOW)

    assert problem in str(caught.value)


def test_a_batch_with_one_mistake_is_refused_whole_and_all_mistakes_are_told_up_to_ten() -> None:
    with pytest.raises(InputError) as caught:
        events_of([EVENT, *[{**EVENT, "id": n, "time": None} for n in range(12)]], STREAM, NOW)

    assert caught.value.problems[0].startswith("Event 1: id: 0 cannot be used")
    assert caught.value.problems[-1] == "And 14 more."


def test_none_and_too_many_are_refused() -> None:
    with pytest.raises(InputError, match="There are no events"):
        events_of([], STREAM, NOW)
    with pytest.raises(InputError, match="There are 501 events; send at most 500 at once") as caught:
        events_of([EVENT] * 501, STREAM, NOW)
    assert caught.value.status == 413


def test_cloud_events_come_alone_in_a_batch_and_in_binary_mode() -> None:
    headers = {"Ce-SpecVersion": "1.0", "ce-id": "1", "ce-source": "/caf%C3%A9", "Content-Type": "application/json"}

    assert posted_events(EVENT, {}) == [EVENT]
    assert posted_events([EVENT, EVENT], {}) == [EVENT, EVENT]
    assert posted_events([1], headers) == [{"specversion": "1.0", "id": "1", "source": "/café", "data": [1]}]


def test_all_events_of_a_group_have_one_shard_and_the_groups_are_spread() -> None:
    shards = {shard_of(STREAM, exact_json.dumps([n])) for n in range(100)}

    assert shards == {0, 1, 2, 3}
    assert event_row(STREAM, read())["shard"] == shard_of(STREAM, '["home","view"]')
