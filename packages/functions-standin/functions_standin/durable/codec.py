"""An event as a table row, as JSON of a request, and as JSON of a queue message; all from the table of fields."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions_standin.durable import times
from functions_standin.durable.events import FIELDS, Event, EventType, Kind, Status
from functions_standin.durable.json_text import to_json

_CORE = "DurableTask.Core"
# A field of a derived class with an order of its own stands before the type of the event.
_BEFORE_TYPE = {EventType.ExecutionStarted: "OrchestrationInstance", EventType.GenericEvent: "Data"}


def to_row(event: Event, execution_id: str) -> dict[str, Any]:
    """Return the columns of an event's row in the history table; fields without a value have no column."""
    row: dict[str, Any] = {}
    for name, kind in FIELDS[event.type].items():
        value = event[name]
        match kind:
            case Kind.STRUCTURE:
                row[name] = to_json(value)
            case Kind.STATUS:
                row[name] = Status(value).name
            case _ if value is not None:
                row[name] = value
    return row | {
        "EventId": event.event_id,
        "IsPlayed": event.is_played,
        "_Timestamp": event.timestamp,
        "EventType": event.type.name,
        "ExecutionId": execution_id,
    }


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
            case Kind.BOOLEAN:
                value = bool(value)
            case _:
                pass
        fields[name] = value
    return Event(event_type, row["_Timestamp"], row["EventId"], fields, row["IsPlayed"])


def to_json_object(event: Event) -> dict[str, Any]:
    """Return the event as it stands in a request: every field is there, null ones too."""
    before = _BEFORE_TYPE.get(event.type)
    return {
        **({} if before is None else {before: _to_json_value(event[before])}),
        "EventType": int(event.type),
        **{name: _to_json_value(value) for name, value in event.fields.items() if name != before},
        "EventId": event.event_id,
        "IsPlayed": event.is_played,
        "Timestamp": times.to_text(event.timestamp),
    }


def to_message_object(event: Event) -> dict[str, Any]:
    """Return the event as it stands in a queue message: its .NET classes are named."""
    name = event.type.name
    found = {"$type": f"{_CORE}.History.{name.removesuffix('Event')}Event", **to_json_object(event)}
    if event.type is EventType.ExecutionStarted:
        found["OrchestrationInstance"] = orchestration_instance(event["OrchestrationInstance"])
        if parent := event["ParentInstance"]:
            inner = orchestration_instance(parent["OrchestrationInstance"])
            found["ParentInstance"] = {
                "$type": f"{_CORE}.ParentInstance",
                **parent,
                "OrchestrationInstance": inner,
            }
    return found


def orchestration_instance(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the ids of an instance and its execution as they stand in a queue message."""
    return None if found is None else {"$type": f"{_CORE}.OrchestrationInstance", **found}


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
            case Kind.STRUCTURE:
                value = _without_types(value)
            case Kind.BOOLEAN:
                value = bool(value)
            case _:
                pass
        fields[name] = value
    return Event(event_type, times.from_text(found["Timestamp"]), found["EventId"], fields, found["IsPlayed"])


def _to_json_value(value: Any) -> Any:
    return times.to_text(value) if isinstance(value, datetime) else value


def _without_types(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _without_types(each) for name, each in value.items() if name != "$type"}
