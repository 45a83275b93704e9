"""An instance's status as JSON. docs: "HTTP API reference", section "Get instance status"."""

from collections.abc import Sequence
from typing import Any

from functions_standin.durable import codec, times
from functions_standin.durable.events import ANSWERS, Event, EventType, Status
from functions_standin.durable.hub.instances import InstanceRow
from functions_standin.durable.json_text import parsed_or_text

_NOT_SHOWN = {EventType.OrchestratorStarted, EventType.OrchestratorCompleted}
_MERGED = {EventType.TaskScheduled, EventType.SubOrchestrationInstanceCreated}
_REMOVED = {
    *("EventId", "IsPlayed", "TaskScheduledId", "TimerId", "Version", "Tags", "OrchestrationInstance"),
    *("ParentInstance", "Name"),
}
_KEEP_NAMES = {EventType.EventSent, EventType.EventRaised, *_MERGED}


def status_object(row: InstanceRow, *, shows_input: bool = True) -> dict[str, Any]:
    """Return the status of an instance."""
    return {
        "name": row.name,
        "instanceId": row.instance_id,
        **({} if row.parent_id is None else {"parentInstanceId": row.parent_id}),
        "runtimeStatus": row.status.name,
        "input": parsed_or_text(row.input) if shows_input else None,
        "customStatus": parsed_or_text(row.custom_status),
        "output": parsed_or_text(row.output),
        "createdTime": times.to_seconds_text(row.created),
        "lastUpdatedTime": times.to_seconds_text(row.last_updated),
    }


def history_objects(history: Sequence[Event], *, shows_input: bool, shows_output: bool) -> list[dict[str, Any]]:
    """Return a history as clients see it: scheduling is merged into what came of it."""
    scheduled = {(event.type, event.event_id): event for event in history if event.type in _MERGED}
    answered = {(ANSWERS[e.type][0], e[ANSWERS[e.type][1]]) for e in history if e.type in ANSWERS}
    shown = []
    for event in history:
        if event.type in _NOT_SHOWN or (event.type in _MERGED and (event.type, event.event_id) in answered):
            continue
        found = codec.to_json_object(event) | {"EventType": event.type.name}
        if event.type in ANSWERS and (asked := scheduled.get((ANSWERS[event.type][0], event[ANSWERS[event.type][1]]))):
            found |= {"ScheduledTime": times.to_offset_text(asked.timestamp), "FunctionName": asked["Name"]}
            found |= {name: asked[name] for name in ("InstanceId", "Input") if name in asked.fields}
        elif event.type is EventType.ExecutionStarted:
            found["FunctionName"] = event["Name"]
        if "OrchestrationStatus" in found:
            found["OrchestrationStatus"] = Status(found["OrchestrationStatus"]).name
        if "Result" in found:
            found["Result"] = parsed_or_text(event["Result"])
        hidden = _REMOVED - {"Name"} if event.type in _KEEP_NAMES else _REMOVED
        hidden = {*hidden, *(() if shows_input else ("Input",)), *(() if shows_output else ("Result",))}
        shown.append({name: value for name, value in found.items() if name not in hidden})
    return shown
