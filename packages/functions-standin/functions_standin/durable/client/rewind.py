"""What rewinding changes in the history of a failed instance. docs: "Manage orchestration instances", section on rewind."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions_standin.durable.events import Event, EventType, Status

_FAILED_ANSWERS = {
    EventType.TaskFailed: EventType.TaskScheduled,
    EventType.SubOrchestrationInstanceFailed: EventType.SubOrchestrationInstanceCreated,
}


@dataclass(frozen=True, slots=True)
class Rewound:
    """The indexes of the events that lose their meaning, and the instance ids of the children that failed."""

    void: Sequence[int]
    failed_children: Sequence[str]


def rewound(history: Sequence[Event]) -> Rewound:
    """Return what changes: failures, and the activities that failed, lose their meaning."""
    void = []
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
            void.append(index)
    return Rewound(void, children)
