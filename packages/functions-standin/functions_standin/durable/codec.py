"""An event as a table row, as JSON of a request, and as JSON of a queue message; all from the table of fields."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions_standin.durable import times
from functions_standin.durable.events import FIELDS, Event, EventType, Kind, Status
from functions_standin.durable.json_text import to_json

_PREFIX = "DurableTask.Core.History."


def to_row(event: Event, execution_id: str) -> dict[str, Any]:
    """Return the columns of an event's row in the history table; fields without a value have no column."""
    row: dict[str, Any] = {
        "ExecutionId": execution_id,
        "EventType": event.type.name,
        "EventId": event.event_id,
        "IsPlayed": event.is_played,
        "_Timestamp": event.timestamp,
    }
    for name, kind in FIELDS[event.type].items():
        value = event[name]
        match kind:
            case Kind.STRUCTURE:
                row[name] = to_json(value)
            case Kind.STATUS:
                row[name] = Status(value).name
            case _ if value is not None:
                row[name] = value
    return row


def from_row(row: Mapping[str, Any]) -> Event:
    """Return the event of a row; a missing column is a field without a value."""
    event_type = EventType[row["EventType"]]
    fields: dict[str, Any] = {}
    for name, kind in FIELDS[event_type].items():
        value = row.get(name)
        match kind:
            case Kind.STRUCTURE:
                value = None if value is None else json.loads(value)
            case Kind.STATUS:
                value = Status[str(value)]
            case _:
                pass
        fields[name] = value
    return Event(event_type, row["_Timestamp"], row["EventId"], fields, row["IsPlayed"])


def to_json_object(event: Event) -> dict[str, Any]:
    """Return the event as it stands in a request: every field is there, null ones too."""
    return {
        "EventType": int(event.type),
        "EventId": event.event_id,
        "IsPlayed": event.is_played,
        "Timestamp": times.to_text(event.timestamp),
        **{name: _to_json_value(value) for name, value in event.fields.items()},
    }


def to_message_object(event: Event) -> dict[str, Any]:
    """Return the event as it stands in a queue message."""
    return {"$type": f"{_PREFIX}{event.type.name}Event", **to_json_object(event)}


def from_json_object(found: Mapping[str, Any]) -> Event:
    """Return the event of either JSON form; keys that its kind does not have are ignored."""
    event_type = EventType(found["EventType"])
    fields: dict[str, Any] = {}
    for name, kind in FIELDS[event_type].items():
        value = found.get(name)
        match kind:
            case Kind.TIME if value is not None:
                value = times.from_text(value)
            case Kind.STATUS:
                value = Status(found[name])
            case _:
                pass
        fields[name] = value
    return Event(event_type, times.from_text(found["Timestamp"]), found["EventId"], fields, found["IsPlayed"])


def _to_json_value(value: Any) -> Any:
    return times.to_text(value) if isinstance(value, datetime) else value
