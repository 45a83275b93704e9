"""Takes posted events and applies them to their windows, slice by slice; everything it needs is handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relay import exact_json
from relay.errors import ConfigError, DatabaseError
from relay.ports import Clock, Tables
from workflows.streams.decisions import SLICE, WORK_SECONDS, Taken, due_in_seconds
from workflows.streams.event import Event
from workflows.streams.rows import (
    absorbed_rows,
    asked_rows,
    event_row,
    nothing,
    waiting_of,
    window_of,
    window_row,
)
from workflows.streams.values import Stream
from workflows.streams.windows import applied, asked_for


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a batch of events; not taken: too many wait."""

    taken: bool
    waiting: int = 0
    accepted: int = 0
    duplicates: int = 0
    late: int = 0
    shards: Sequence[int] = ()  # which have got some
    idle: Sequence[int] = ()  # of those, which had none to apply


def put_events(events: Sequence[Event], repeated: int, stream: Stream, tables: Tables) -> Put:
    """Write events down, all of them or none. Raises ConfigError if the stream was another one before, DatabaseError."""
    rows = [event_row(stream, event) for event in events]
    [[found], woken] = tables.ask(
        "stream/put",
        stream=stream.name,
        definition=stream.definition,
        shards=exact_json.dumps(list(range(stream.shards))),
        max_waiting=stream.max_waiting,
        late_relay=stream.late_name,
        keep_hours=_keep_hours(stream),
        repeated=repeated,
        events=exact_json.dumps(rows),
    )
    if not found["fits"]:
        raise _another(stream)
    if not found["taken"]:
        return Put(taken=False, waiting=found["waiting"])
    return Put(
        taken=True,
        waiting=found["waiting"],
        accepted=found["accepted"],
        duplicates=found["duplicates"] + repeated,
        late=found["late"],
        shards=[row["shard"] for row in woken],
        idle=[row["shard"] for row in woken if row["was_idle"]],
    )


def work(stream: Stream, shard: int, tables: Tables, clock: Clock) -> dict[str, Any]:
    """Apply what waits, and tell what is due, for some seconds.

    Return {"events": how many}, and "wait_seconds" until there is more to do, if any window stands. What is applied is
    applied, whoever dies: an event is in its windows and gone in one transaction. Raises ConfigError, DatabaseError.
    """
    end, events = clock.monotonic_seconds() + WORK_SECONDS, 0
    try:
        while True:
            taken = _take(stream, shard, tables, due_in_seconds())
            if taken is None or taken.wait_seconds is None:
                return {"events": events}
            if taken.wait_seconds > 0:
                now = _take(stream, shard, tables, due_in_seconds(taken.wait_seconds))
                if now is not None and now.events:
                    continue  # who has put them knows of nobody who sleeps
                return {"events": events, "wait_seconds": taken.wait_seconds}
            events += _apply(stream, shard, taken, tables)
            _tell(stream, shard, taken, tables)
            if clock.monotonic_seconds() >= end:
                return {"events": events, "wait_seconds": 0.0}
    except ConfigError as error:
        _failed(stream, shard, "; ".join(error.problems), tables)
        raise
    except DatabaseError as error:
        if not error.nobody_answers:
            _failed(stream, shard, str(error), tables)
        raise


def _take(stream: Stream, shard: int, tables: Tables, due_seconds: float) -> Taken | None:
    """Return how the shard stands, None if no event has ever come."""
    stands, events = tables.ask(
        "stream/take",
        stream=stream.name,
        shard=shard,
        definition=stream.definition,
        due_in_ms=round(due_seconds * 1000),
        limit=SLICE,
    )
    if not stands:
        return None
    [row] = stands
    if not row["fits"]:
        raise _another(stream)
    return Taken(
        slices=row["slices"],
        events=[waiting_of(event) for event in events],
        due_in_seconds=None if row["due_ms"] is None else row["due_ms"] / 1000,
        kept_seconds=None if row["kept_ms"] is None else row["kept_ms"] / 1000,
    )


def _apply(stream: Stream, shard: int, taken: Taken, tables: Tables) -> int:
    """Apply the events that were taken, unless somebody else has worked at the shard since; return how many."""
    if not taken.events:
        return 0
    asked = exact_json.dumps(asked_rows(asked_for(stream, taken.events)))
    [stored] = tables.ask("stream/read", stream=stream.name, asked=asked)
    windows = applied(stream, [window_of(row) for row in stored], taken.events)
    [[found]] = tables.ask(
        "stream/write",
        stream=stream.name,
        shard=shard,
        slices=taken.slices,
        settle_ms=round(stream.settle_seconds * 1000),
        early_ms=round(stream.early_seconds * 1000),
        close_count=stream.close_count,
        nothing=nothing(stream),
        windows=exact_json.dumps([window_row(stream, window) for window in windows]),
        absorbed=exact_json.dumps(absorbed_rows(windows)),
        events=exact_json.dumps([event.number for event in taken.events]),
    )
    return int(found["applied"])


def _tell(stream: Stream, shard: int, taken: Taken, tables: Tables) -> None:
    """Tell what windows come to that were due, and forget those into which nothing can come any more."""
    if taken.due_in_seconds is not None and taken.due_in_seconds <= 0:
        tables.ask("stream/tell", stream=stream.name, shard=shard, limit=SLICE)
    if taken.kept_seconds is not None and taken.kept_seconds <= 0:
        tables.ask(
            "stream/forget",
            stream=stream.name,
            shard=shard,
            late_relay=stream.late_name,
            keep_hours=_keep_hours(stream),
            limit=2 * SLICE,
        )


def _failed(stream: Stream, shard: int, problem: str, tables: Tables) -> None:
    tables.ask("stream/failed", stream=stream.name, shard=shard, problem=problem[:1000])


def _keep_hours(stream: Stream) -> int:
    return round(stream.keep_days * 24)


def _another(stream: Stream) -> ConfigError:
    return ConfigError(
        [
            f"aggregate {stream.name!r}: group_by, measures, window, window_seconds, hop_seconds or shards are others than those that its "
            "events were taken with; write them as they were, or give it another name"
        ]
    )
