"""The history of a failed instance as rewinding leaves it. docs: "Manage orchestration instances", section on rewind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from functions_standin.durable.events import Event, EventType, Status, make

_FAILED_ANSWERS = {
    EventType.TaskFailed: EventType.TaskScheduled,
    EventType.SubOrchestrationInstanceFailed: EventType.SubOrchestrationInstanceCreated,
}


@dataclass(frozen=True, slots=True)
class Rewound:
    """Events to replace, by index, and the instance ids of the children that failed."""

    events: Mapping[int, Event]
    failed_children: Sequence[str]


def rewound(history: Sequence[Event], reason: str | None) -> Rewound:
    """Return what changes: failures, and the activities that failed, become events without a meaning."""
    changed: dict[int, Event] = {}
    children = []
    failed = {
        (_FAILED_ANSWERS[event.type], event["TaskScheduledId"]) for event in history if event.type in _FAILED_ANSWERS
    }
    for index, event in enumerate(history):
        scheduled_and_failed = (event.type, event.event_id) in failed
        if event.type is EventType.SubOrchestrationInstanceCreated and scheduled_and_failed:
            children.append(event["InstanceId"])
        is_failure = event.type in _FAILED_ANSWERS or (
            event.type is EventType.ExecutionCompleted and event["OrchestrationStatus"] is Status.Failed
        )
        if is_failure or (event.type is EventType.TaskScheduled and scheduled_and_failed):
            changed[index] = make(
                EventType.GenericEvent, event.timestamp, event.event_id, Reason=f"Rewound: {reason or ''}"
            )
    return Rewound(changed, children)
