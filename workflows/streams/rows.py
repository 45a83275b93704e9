"""Events and windows as the statements take and return them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from relay import exact_json
from workflows.streams.event import Event, hash_of
from workflows.streams.measuring import at_least, told
from workflows.streams.values import Stream
from workflows.streams.windows import Span, Waiting, Window, kept_until_ms

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(ms: int) -> str:
    """Return a moment as the server reads it and people do: ISO 8601 with milliseconds, in UTC."""
    return f"{_EPOCH + timedelta(milliseconds=ms):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}"


def shard_of(stream: Stream, group: str) -> int:
    """Return which shard has a group."""
    return int(hash_of(group)[:8], 16) % stream.shards


def event_row(stream: Stream, event: Event) -> dict[str, Any]:
    """Return what is put of an event."""
    group = event.group_text
    wanted = {
        "group": _named(stream, event.group),
        "posted": exact_json.dumps(event.posted),
    }
    return {
        "hash": event.hash,
        "shard": shard_of(stream, group),
        "late_from": moment(event.late_from_ms),
        "body": exact_json.dumps([group, event.at_ms, event.hash[:24], list(event.values)]),
        **(wanted if stream.late_endpoint else {}),
    }


def waiting_of(row: Mapping[str, Any]) -> Waiting:
    """Return an event that is to be applied."""
    group, at_ms, tie, values = exact_json.loads(row["body"])
    return Waiting(
        number=row["number"], group=group, at_ms=at_ms, accepted_ms=row["accepted_ms"], tie=tie, values=values
    )


def window_of(row: Mapping[str, Any]) -> Window:
    """Return a window as it stands."""
    return Window(
        group=row["group"],
        origin_ms=row["origin_ms"],
        span=Span(row["start_ms"], row["end_ms"]),
        events=row["events"],
        states=exact_json.loads(row["states"]),
        stored=True,
    )


def asked_rows(asked: Iterable[tuple[str, Span]]) -> list[dict[str, Any]]:
    """Return which windows are asked for."""
    return [
        {"hash": hash_of(group), "start": moment(span.start_ms), "end": moment(span.end_ms)} for group, span in asked
    ]


def window_row(stream: Stream, window: Window) -> dict[str, Any]:
    """Return what is written of a window: its states, and what they are told as."""
    measures = list(stream.measures.items())
    values = {name: told(measure, state) for (name, measure), state in zip(measures, window.states, strict=True)}
    span = window.span
    shown = {
        "origin": window.origin_ms,
        "start": f"{moment(span.start_ms)}Z",
        "end": f"{moment(span.end_ms)}Z",
        "at_least": at_least(measures, window.states),
    }
    return {
        "hash": hash_of(window.group),
        "origin": moment(window.origin_ms),
        "group_text": window.group,
        "group": _named(stream, exact_json.loads(window.group)),
        "start": moment(span.start_ms),
        "end": moment(span.end_ms),
        "keep_until": moment(kept_until_ms(stream, span)),
        "events": window.events,
        "states": exact_json.dumps(list(window.states)),
        "measures": exact_json.dumps(values),
        "window": exact_json.dumps(shown),
    }


def absorbed_rows(windows: Iterable[Window]) -> list[dict[str, Any]]:
    """Return the windows that are in others now."""
    return [
        {"hash": hash_of(window.group), "origin": moment(origin)} for window in windows for origin in window.absorbed
    ]


def nothing(stream: Stream) -> str:
    """Return what no event at all comes to."""
    return exact_json.dumps({name: told(m, _of_none(m)) for name, m in stream.measures.items()})


def shown_window(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a window as people are shown it."""
    window = exact_json.loads(row["window"])
    return {
        "number": row["number"],
        "group": exact_json.loads(row["group"]),
        "window": {"start": window["start"], "end": window["end"]},
        "measures": exact_json.loads(row["measures"]),
        **({"at_least": window["at_least"]} if window["at_least"] else {}),
        "events": row["events"],
        "closed": bool(row["closed"]),
        "revision": row["revision"],
    }


def _named(stream: Stream, group: Iterable[Any]) -> str:
    return exact_json.dumps(dict(zip(stream.group_by, group, strict=True)))


def _of_none(measure: Any) -> Any:
    return 0 if measure.function == "count" else None
