"""An instance as its episodes see and leave it, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions_standin.durable.events import Event, EventType, Status, make
from functions_standin.durable.messages import Outgoing, TaskMessage

# A row's columns to merge; None takes a value away by leaving the column empty.
Patch = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Episode:
    """What an episode leaves behind.

    That is the generation's whole history, of which the events from `first_new` on are new, messages to send, and the
    columns to merge into the row of the table of instances. `remarks` are to be
    told to the developer.
    """

    instance_id: str
    execution_id: str
    history: Sequence[Event]
    first_new: int
    outgoing: Sequence[Outgoing]
    patch: Patch
    remarks: Sequence[str] = ()

    @property
    def new_events(self) -> Sequence[Event]:
        """The events that the episode added."""
        return self.history[self.first_new :]


def start_message(
    *,
    instance_id: str,
    execution_id: str,
    name: str,
    input_text: str | None,
    now: datetime,
    version: str | None = None,
    parent: Mapping[str, Any] | None = None,
    generation: int = 0,
    scheduled_start: datetime | None = None,
) -> TaskMessage:
    """Return the message that starts an execution. `input_text` is a JSON text."""
    event = make(
        EventType.ExecutionStarted,
        now,
        Name=name,
        Version=version or "",
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


def instance_columns(history: Sequence[Event], execution_id: str, hub: str) -> dict[str, Any]:
    """Return the columns of the instance's row that its history tells, all but the custom status."""
    started = started_event(history)
    status = status_of(history)
    columns: dict[str, Any] = {
        "ExecutionId": execution_id,
        "TaskHubName": hub,
        "RuntimeStatus": status.name,
        "LastUpdatedTime": history[-1].timestamp,
    }
    if started is not None:
        columns |= {
            "Name": started["Name"],
            "Version": started["Version"] or "",
            "Input": started["Input"],
            "CreatedTime": started.timestamp,
            "Generation": started["Generation"] or 0,
        }
        if started["ScheduledStartTime"] is not None:
            columns["ScheduledStartTime"] = started["ScheduledStartTime"]
    if status.is_terminal:
        ended = next(event for event in history if event.type is EventType.ExecutionCompleted)
        columns |= {"Output": ended["Result"], "CompletedTime": ended.timestamp}
    return columns
