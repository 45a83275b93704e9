"""How events fall into windows: pure, whatever comes first; times are milliseconds since 1970 in UTC."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workflows.streams.measuring import Seen, merged, state_of
from workflows.streams.values import Measure, Stream, Windows


@dataclass(frozen=True, slots=True)
class Span:
    """A window's time: its begin is in it, its end is not."""

    start_ms: int
    end_ms: int

    def meets(self, other: "Span") -> bool:
        """Tell whether both have a moment in common."""
        return self.start_ms < other.end_ms and other.start_ms < self.end_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An event that was accepted and is to be applied."""

    number: int
    group: str  # its values as JSON
    at_ms: int
    accepted_ms: int
    tie: str
    values: Sequence[Any]  # one for each measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the events of one group come to in one window. Its origin is the begin that it had at first; it never changes."""

    group: str
    origin_ms: int
    span: Span
    events: int
    states: Sequence[Any]
    stored: bool = False
    absorbed: Sequence[int] = ()  # the origins of stored sessions that are in this one now


def spans_of(stream: Stream, at_ms: int) -> list[Span]:
    """Return the windows of a moment; of a session, the least that it can be."""
    if stream.window is Windows.SESSION:
        return [Span(at_ms, at_ms + stream.size_ms)]
    last = at_ms - at_ms % stream.hop_ms
    starts = range(last, at_ms - stream.size_ms, -stream.hop_ms)
    return [Span(start, start + stream.size_ms) for start in starts]


def late_from_ms(stream: Stream, at_ms: int) -> int:
    """Return the moment from which on an event of `at_ms` comes too late for all its windows."""
    return max(span.end_ms for span in spans_of(stream, at_ms)) + stream.lateness_ms


def kept_until_ms(stream: Stream, span: Span) -> int:
    """Return the moment from which on no event can come into a window any more.

    An event that is not late for itself may be next to a session's last one, whose silence lasts `size_ms` from its end on.
    """
    reach = stream.size_ms if stream.window is Windows.SESSION else 0
    return span.end_ms + reach + stream.lateness_ms


def asked_for(stream: Stream, events: Iterable[Waiting]) -> list[tuple[str, Span]]:
    """Return group and time of all stored windows that these events may change."""
    found = [(event.group, span) for event in events for span in _open_spans(stream, event)]
    return list(dict.fromkeys(found))


def applied(stream: Stream, stored: Sequence[Window], events: Sequence[Waiting]) -> list[Window]:
    """Return the windows that these events change or begin, as they are with them; `stored` has those that they may change."""
    groups: dict[str, list[Window]] = {}
    for window in stored:
        groups.setdefault(window.group, []).append(window)
    for event in events:
        groups[event.group] = _with_event(stream, groups.get(event.group, []), event)
    had = {(window.group, window.origin_ms): window.events for window in stored}  # each event makes it one more
    return [
        window
        for windows in groups.values()
        for window in windows
        if had.get((window.group, window.origin_ms)) != window.events
    ]


def _with_event(stream: Stream, windows: list[Window], event: Waiting) -> list[Window]:
    """Return a group's windows with an event in them."""
    for span in _open_spans(stream, event):
        session = stream.window is Windows.SESSION
        met = [each for each in windows if (each.span.meets(span) if session else each.span == span)]
        fresh = Window(
            group=event.group,
            origin_ms=span.start_ms,
            span=span,
            events=1,
            states=[
                state_of(measure, Seen(value, event.at_ms, event.tie))
                for measure, value in zip(stream.measures.values(), event.values, strict=True)
            ],
        )
        windows = [*(each for each in windows if each not in met), _together(stream, met, fresh)]
    return windows


def _together(stream: Stream, met: Sequence[Window], fresh: Window) -> Window:
    """Return one window of all. One that is stored goes on, the earliest of several; the others are absorbed by it."""
    whole, *others = sorted([*met, fresh], key=lambda each: (not each.stored, each.origin_ms))
    for each in others:
        whole = replace(
            whole,
            span=Span(min(whole.span.start_ms, each.span.start_ms), max(whole.span.end_ms, each.span.end_ms)),
            events=whole.events + each.events,
            states=_merged(stream.measures, whole.states, each.states),
            absorbed=(*whole.absorbed, *each.absorbed, *([each.origin_ms] if each.stored else [])),
        )
    return whole


def _merged(measures: Mapping[str, Measure], one: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    return [merged(measure, a, b) for measure, a, b in zip(measures.values(), one, other, strict=True)]


def _open_spans(stream: Stream, event: Waiting) -> list[Span]:
    """Return the windows that took events still when this one was accepted; the others it came too late for."""
    return [span for span in spans_of(stream, event.at_ms) if span.end_ms + stream.lateness_ms > event.accepted_ms]
