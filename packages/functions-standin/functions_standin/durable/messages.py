"""Messages between instances, activities and clients, and the envelope in which they travel through a queue."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions_standin.durable import codec
from functions_standin.durable.events import Event, EventType
from functions_standin.durable.json_text import to_json


@dataclass(frozen=True, slots=True)
class TaskMessage:
    """An event on its way to an instance. Without `execution_id` it is for whatever execution is the current one."""

    event: Event
    instance_id: str
    execution_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToInstance:
    """A message to send to an instance's control queue, not to be seen before `visible_at`."""

    message: TaskMessage
    visible_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ToActivity:
    """A message to send to the work-item queue."""

    message: TaskMessage


Outgoing = ToInstance | ToActivity


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: an execution of an instance, in which of its episodes, or a client."""

    instance_id: str = ""
    execution_id: str | None = ""
    episode: int | None = None


CLIENT = Sender()
_NO_ID = "00000000-0000-0000-0000-000000000000"
_CONTEXT = {
    "$type": "DurableTask.Core.OrchestrationExecutionContext",
    "OrchestrationTags": {
        "$type": "System.Collections.Generic.Dictionary`2"
        "[[System.String, System.Private.CoreLib],[System.String, System.Private.CoreLib]]"
    },
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as it lies in a queue; of a large one there is only `blob_name`, which says where it lies instead."""

    message: TaskMessage | None
    activity_id: str = _NO_ID
    sequence_number: int = 0
    sender: Sender | None = None
    blob_name: str | None = None


def to_text(envelope: Envelope) -> str:
    """Return the JSON text of an envelope."""
    sender = envelope.sender
    episode = None if sender is None else sender.episode
    return to_json(
        {
            "$type": "DurableTask.AzureStorage.MessageData",
            "ActivityId": envelope.activity_id,
            "TaskMessage": None if envelope.message is None else _task_message(envelope.message),
            "CompressedBlobName": envelope.blob_name,
            "SequenceNumber": envelope.sequence_number,
            **({} if episode is None else {"Episode": episode}),
            "Sender": sender and {"InstanceId": sender.instance_id, "ExecutionId": sender.execution_id},
            "SerializableTraceContext": None,
        }
    )


def from_text(text: str) -> Envelope:
    """Return the envelope of a queue message's text, plain or Base64; raise ValueError if it is none."""
    plain = text if text.startswith("{") else base64.b64decode(text, validate=True).decode()
    found = json.loads(plain)
    sender = found.get("Sender")
    return Envelope(
        message=_message(found["TaskMessage"]) if found.get("TaskMessage") else None,
        activity_id=found["ActivityId"],
        sequence_number=found.get("SequenceNumber", 0),
        sender=sender and Sender(sender.get("InstanceId") or "", sender.get("ExecutionId"), found.get("Episode")),
        blob_name=found.get("CompressedBlobName"),
    )


def _task_message(message: TaskMessage) -> dict[str, Any]:
    event = message.event
    is_scheduled = event.type is EventType.TaskScheduled or event.fields.get("ParentInstance") is not None
    ids = {"InstanceId": message.instance_id, "ExecutionId": message.execution_id}
    return {
        "$type": "DurableTask.Core.TaskMessage",
        "Event": codec.to_message_object(event),
        "SequenceNumber": 0,
        "OrchestrationInstance": codec.orchestration_instance(ids),
        "OrchestrationExecutionContext": _CONTEXT if is_scheduled else None,
    }


def _message(found: dict[str, Any]) -> TaskMessage:
    instance = found["OrchestrationInstance"]
    return TaskMessage(codec.from_json_object(found["Event"]), instance["InstanceId"], instance.get("ExecutionId"))
