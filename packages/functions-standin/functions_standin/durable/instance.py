"""An instance as its episodes see and leave it, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions_standin.durable.events import Event, EventType, Status, make
from functions_standin.durable.messages import Outgoing, Sender, TaskMessage

# A row's columns to merge; None takes a value away by leaving the column empty.
Patch = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Episode:
    """What an episode leaves behind.

    That is the generation's whole history, of which the events from `first_new` on are new, messages to send and who
    sends them, and the columns to merge into the row of the table of instances. `remarks` are to be told to the
    developer.
    """

    instance_id: str
    execution_id: str
    history: Sequence[Event]
    first_new: int
    outgoing: Sequence[Outgoing]
    sender: Sender
    patch: Patch
    remarks: Sequence[str] = ()


def start_message(
    *,
    instance_id: str,
    execution_id: str,
    name: str,
    input_text: str | None,
    now: datetime,
    version: str | None = None,
    parent: Mapping[str, Any] | None = None,
    generation: int | None = None,
    scheduled_start: datetime | None = None,
) -> TaskMessage:
    """Return the message that starts an execution. `input_text` is a JSON text; only clients' starts have a generation."""
    event = make(
        EventType.ExecutionStarted,
        now,
        Name=name,
        Version=version,
        Input=input_text,
        OrchestrationInstance={"InstanceId": instance_id, "ExecutionId": execution_id},
        ParentInstance=parent,
        Generation=generation,
        ScheduledStartTime=scheduled_start,
    )
    return TaskMessage(event, instance_id, execution_id)


def started_event(history: Sequence[Event]) -> Event | None:
    """Return the event that started the generation, or None."""
    return next((event for event in history if event.type is EventType.ExecutionStarted), None)


def status_of(history: Sequence[Event]) -> Status:
    """Return the status that a history tells."""
    status = Status.Pending
    for event in history:
        match event.type:
            case EventType.ExecutionStarted | EventType.ExecutionResumed:
                status = Status.Running
            case EventType.ExecutionSuspended:
                status = Status.Suspended
            case EventType.ExecutionCompleted:
                status = Status(event["OrchestrationStatus"])
            case _:
                pass
    return status


def sender_of(instance_id: str, execution_id: str | None, history: Sequence[Event]) -> Sender:
    """Return who sends in the episode that follows on a history; it is the execution that the episode begins with."""
    earlier = sum(event.type is EventType.OrchestratorStarted for event in history)
    return Sender(instance_id, execution_id, earlier + 1)


def instance_columns(events: Sequence[Event], execution_id: str, hub: str) -> dict[str, Any]:
    """Return the columns of the instance's row that its events tell, all of them or the new ones.

    The custom status is not among them.
    """
    columns: dict[str, Any] = {
        "ExecutionId": execution_id,
        "TaskHubName": hub,
        "LastUpdatedTime": events[-1].timestamp,
    }
    for event in events:
        columns |= _told(event)
    return columns


def _told(event: Event) -> dict[str, Any]:
    match event.type:
        case EventType.ExecutionStarted:
            parent = event["ParentInstance"]
            return {
                "Name": event["Name"],
                "Version": event["Version"],
                "Input": event["Input"],
                "CreatedTime": event.timestamp,
                "Generation": event["Generation"],
                "ScheduledStartTime": event["ScheduledStartTime"],
                "Tags": "null",
                "ParentInstanceId": parent["OrchestrationInstance"]["InstanceId"] if parent else "",
                "RuntimeStatus": Status.Running.name,
            }
        case EventType.ExecutionSuspended:
            return {"RuntimeStatus": Status.Suspended.name, "Output": event["Reason"]}
        case EventType.ExecutionResumed:
            return {"RuntimeStatus": Status.Running.name, "Output": event["Reason"]}
        case EventType.ExecutionCompleted:
            return {
                "RuntimeStatus": Status(event["OrchestrationStatus"]).name,
                "Output": event["Result"],
                "CompletedTime": event.timestamp,
            }
        case _:
            return {}
