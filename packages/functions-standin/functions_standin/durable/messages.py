"""Messages between instances, activities and clients, and the envelope in which they travel through a queue."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions_standin.durable import codec
from functions_standin.durable.events import Event
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
    """Who sends: an instance, or a client (both None)."""

    instance_id: str | None = None
    execution_id: str | None = None


CLIENT = Sender()


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as it lies in a queue; `blob_name` says where it lies instead if it is large."""

    message: TaskMessage | None
    activity_id: str
    sequence_number: int = 0
    sender: Sender = CLIENT
    blob_name: str | None = None


def to_text(envelope: Envelope) -> str:
    """Return the JSON text of an envelope."""
    return to_json(
        {
            "$type": "DurableTask.AzureStorage.MessageData",
            "ActivityId": envelope.activity_id,
            "TaskMessage": None if envelope.message is None else _task_message(envelope.message),
            "CompressedBlobName": envelope.blob_name,
            "SequenceNumber": envelope.sequence_number,
            "Sender": {"InstanceId": envelope.sender.instance_id, "ExecutionId": envelope.sender.execution_id},
            "SerializableTraceContext": None,
        }
    )


def from_text(text: str) -> Envelope:
    """Return the envelope of a queue message's text, plain or Base64; raise ValueError if it is none."""
    plain = text if text.startswith("{") else base64.b64decode(text, validate=True).decode()
    found = json.loads(plain)
    sender = found.get("Sender") or {}
    return Envelope(
        message=_message(found["TaskMessage"]) if found.get("TaskMessage") else None,
        activity_id=found["ActivityId"],
        sequence_number=found.get("SequenceNumber", 0),
        sender=Sender(sender.get("InstanceId"), sender.get("ExecutionId")),
        blob_name=found.get("CompressedBlobName"),
    )


def _task_message(message: TaskMessage) -> dict[str, Any]:
    return {
        "$type": "DurableTask.Core.TaskMessage",
        "Event": codec.to_message_object(message.event),
        "SequenceNumber": 0,
        "OrchestrationInstance": {
            "$type": "DurableTask.Core.OrchestrationInstance",
            "InstanceId": message.instance_id,
            "ExecutionId": message.execution_id,
        },
        "OrchestrationExecutionContext": None,
    }


def _message(found: dict[str, Any]) -> TaskMessage:
    instance = found["OrchestrationInstance"]
    return TaskMessage(codec.from_json_object(found["Event"]), instance["InstanceId"], instance.get("ExecutionId"))
