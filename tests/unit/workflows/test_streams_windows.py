"""Events fall into windows: whatever comes first, each window comes to what a plain computation over all events says."""

import itertools
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from relay import exact_json
from relay.config.values import RESULTS, Relay
from workflows.streams.measuring import at_least, told
from workflows.streams.values import Function, Measure, Stream, Windows
from workflows.streams.windows import Span, Waiting, Window, applied, asked_for, kept_until_ms, late_from_ms, spans_of

MEASURES = {
    "events": Measure(Function.COUNT),
    "valued": Measure(Function.COUNT, "v"),
    "total": Measure(Function.SUM, "v"),
    "mean": Measure(Function.AVG, "v"),
    "least": Measure(Function.MIN, "v"),
    "most": Measure(Function.MAX, "v"),
    "first": Measure(Function.FIRST, "v"),
    "last": Measure(Function.LAST, "v"),
    "different": Measure(Function.DISTINCT, "v", 4),
    "best": Measure(Function.TOP, "v", 3),
}


def a_stream(window: Windows, **differences: Any) -> Stream:
    values: dict[str, Any] = {
        "window_seconds": 10.0,
        "hop_seconds": 4.0 if window is Windows.HOPPING else 0.0,
        "lateness_seconds": 30.0,
        **differences,
    }
    results = Relay(name="s", table=RESULTS, endpoint="https://h")
    return Stream(name="s", group_by=("g",), measures=MEASURES, results=results, window=window, **values)


def an_event(number: int, at_seconds: float, value: Any = 1, group: str = "a", accepted_seconds: float = 0) -> Waiting:
    return Waiting(
        number=number,
        group=group,
        at_ms=round(at_seconds * 1000),
        accepted_ms=round(accepted_seconds * 1000),
        tie=f"{number:04}",
        values=[None, *[value] * (len(MEASURES) - 1)],
    )


def stored_again(windows: Sequence[Window]) -> list[Window]:
    """The windows as they come back from where they were written."""
    return [
        Window(
            group=each.group,
            origin_ms=each.origin_ms,
            span=each.span,
            events=each.events,
            states=exact_json.loads(exact_json.dumps(list(each.states))),
            stored=True,
        )
        for each in windows
    ]


def after(stream: Stream, batches: Sequence[Sequence[Waiting]]) -> list[Window]:
    """All windows after these batches, of which each reads those that it may change, and no other."""
    kept: dict[tuple[str, int], Window] = {}
    for batch in batches:
        asked = asked_for(stream, batch)
        read = [w for w in kept.values() if any(w.group == group and w.span.meets(span) for group, span in asked)]
        for each in stored_again(applied(stream, stored_again(read), batch)):
            kept[each.group, each.origin_ms] = each
        for each in applied(stream, stored_again(read), batch):
            for origin in each.absorbed:
                del kept[each.group, origin]
    return list(kept.values())


def computed_at_once(stream: Stream, events: Sequence[Waiting]) -> dict[tuple[str, Span], list[Any]]:
    """What the windows come to, computed from all events together and in another way."""
    found: dict[tuple[str, Span], list[Waiting]] = {}
    for group in {event.group for event in events}:
        ours = sorted((e for e in events if e.group == group), key=lambda e: (e.at_ms, e.tie))
        if stream.window is Windows.SESSION:
            session: list[Waiting] = []
            for event in ours:
                if session and event.at_ms - session[-1].at_ms >= stream.size_ms:
                    found[group, Span(session[0].at_ms, session[-1].at_ms + stream.size_ms)] = session
                    session = []
                session.append(event)
            found[group, Span(session[0].at_ms, session[-1].at_ms + stream.size_ms)] = session
            continue
        for start in range(-200 * stream.hop_ms, 200 * stream.hop_ms, stream.hop_ms):
            within = [e for e in ours if start <= e.at_ms < start + stream.size_ms]
            if within:
                found[group, Span(start, start + stream.size_ms)] = within
    return {key: plainly(within) for key, within in found.items()}


def plainly(events: Sequence[Waiting]) -> list[Any]:
    values = [event.values[1] for event in events if event.values[1] is not None]
    total = sum((Decimal(value) for value in values), Decimal(0)) if values else None
    return [
        len(events),
        len(values),
        total,
        {"sum": total, "count": len(values)},
        min(values, default=None),
        max(values, default=None),
        values[0] if values else None,
        values[-1] if values else None,
        min(len(set(values)), 4),
        sorted(values, reverse=True)[:3],
    ]


def pictured(stream: Stream, windows: Sequence[Window]) -> dict[tuple[str, Span], list[Any]]:
    return {
        (each.group, each.span): [told(m, s) for m, s in zip(stream.measures.values(), each.states, strict=True)]
        for each in windows
    }


@pytest.mark.parametrize("kind", Windows)
@pytest.mark.parametrize("seed", range(40))
def test_in_whatever_order_and_batches_events_come_the_windows_are_those_of_all_at_once(
    kind: Windows, seed: int
) -> None:
    chance = random.Random(seed)
    stream = a_stream(kind)
    values: list[Any] = [None, 1, 2, 7, -3, Decimal("0.1"), Decimal("2.5"), Decimal("-0.01")]
    events = [an_event(n, chance.randint(0, 1200) / 10, chance.choice(values), chance.choice("ab")) for n in range(60)]
    rest, batches = list(events), []
    while rest:
        size = chance.randint(1, 9)
        batches.append(rest[:size])
        rest = rest[size:]

    found = after(stream, batches)

    assert pictured(stream, found) == computed_at_once(stream, events)
    assert sum(each.events for each in found) >= len(events)


def test_an_event_between_two_sessions_makes_one_of_them_which_has_the_origin_of_the_earlier() -> None:
    stream = a_stream(Windows.SESSION)
    two = stored_again(applied(stream, [], [an_event(1, 0), an_event(2, 15)]))

    [whole] = applied(stream, two, [an_event(3, 8)])

    assert (whole.origin_ms, whole.span, whole.absorbed, whole.events) == (0, Span(0, 25_000), (15_000,), 3)


def test_a_session_that_is_stored_goes_on_though_an_earlier_one_has_just_begun() -> None:
    stream = a_stream(Windows.SESSION)
    stored = stored_again(applied(stream, [], [an_event(1, 15)]))

    [whole] = applied(stream, stored, [an_event(2, 0), an_event(3, 8)])

    assert (whole.origin_ms, whole.span, whole.absorbed) == (15_000, Span(0, 25_000), ())


def test_silence_of_just_the_length_ends_a_session() -> None:
    assert len(applied(a_stream(Windows.SESSION), [], [an_event(1, 0), an_event(2, 10)])) == 2
    assert len(applied(a_stream(Windows.SESSION), [], [an_event(1, 0), an_event(2, 9.999)])) == 1


def test_an_event_goes_into_those_hopping_windows_that_were_not_over_for_good_when_it_was_accepted() -> None:
    stream = a_stream(Windows.HOPPING, window_seconds=10.0, hop_seconds=5.0, lateness_seconds=0.0)

    assert spans_of(stream, 7_000) == [Span(5_000, 15_000), Span(0, 10_000)]
    [window] = applied(stream, [], [an_event(1, 7, accepted_seconds=10)])
    assert window.span == Span(5_000, 15_000)
    assert late_from_ms(stream, 7_000) == 15_000


@pytest.mark.parametrize("kind", Windows)
def test_no_event_that_is_not_late_can_come_into_a_window_that_is_kept_no_longer(kind: Windows) -> None:
    stream = a_stream(kind)
    span = spans_of(stream, 20_000)[0]

    for at_ms in range(0, 60_000, 100):
        if any(each.meets(span) if kind is Windows.SESSION else each == span for each in spans_of(stream, at_ms)):
            # Too late for this window at the latest when it is forgotten.
            end = at_ms + stream.size_ms if kind is Windows.SESSION else span.end_ms
            assert end + stream.lateness_ms <= kept_until_ms(stream, span)


def test_a_distinct_that_has_more_values_than_are_told_apart_says_that_it_is_at_least_so_many() -> None:
    stream = a_stream(Windows.TUMBLING)
    for order in itertools.islice(itertools.permutations(range(5)), 30):
        [window] = applied(stream, [], [an_event(n, 1, value=n) for n in order])

        assert at_least(list(MEASURES.items()), window.states) == ["different"]
        assert pictured(stream, [window])["a", window.span][8] == 4


def test_sums_keep_every_digit() -> None:
    stream = a_stream(Windows.TUMBLING)
    values = [Decimal("99999999999999999999999999999999999999"), Decimal("0.00000000000000000000000000000000000001")]

    [window] = applied(stream, [], [an_event(n, 1, value) for n, value in enumerate(values)])

    text = exact_json.dumps(pictured(stream, [window])["a", window.span][2])
    assert text == "99999999999999999999999999999999999999.00000000000000000000000000000000000001"


def test_of_events_of_one_moment_the_same_is_the_first_whatever_comes_first() -> None:
    stream = a_stream(Windows.TUMBLING)
    events = [an_event(n, 1, value=n) for n in range(4)]
    for order in itertools.permutations(events):
        [window] = applied(stream, [], order)

        assert pictured(stream, [window])["a", window.span][6:8] == [0, 3]
