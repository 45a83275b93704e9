"""The events of an instance's history, and the one table of what belongs to each.

docs: "Durable Orchestrations", section "Orchestration history".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, IntEnum, auto
from typing import Any


class EventType(IntEnum):
    """The kinds of event, by the number that stands in requests and queue messages."""

    ExecutionStarted = 0
    ExecutionCompleted = 1
    ExecutionTerminated = 3
    TaskScheduled = 4
    TaskCompleted = 5
    TaskFailed = 6
    SubOrchestrationInstanceCreated = 7
    SubOrchestrationInstanceCompleted = 8
    SubOrchestrationInstanceFailed = 9
    TimerCreated = 10
    TimerFired = 11
    OrchestratorStarted = 12
    OrchestratorCompleted = 13
    EventSent = 14
    EventRaised = 15
    ContinueAsNew = 16
    GenericEvent = 17
    ExecutionSuspended = 19
    ExecutionResumed = 20


class Status(IntEnum):
    """The statuses of an instance; the names stand in tables and answers, the numbers in requests."""

    Running = 0
    Completed = 1
    ContinuedAsNew = 2
    Failed = 3
    Canceled = 4
    Terminated = 5
    Pending = 6
    Suspended = 7

    @property
    def is_terminal(self) -> bool:
        """Whether the instance has come to its end."""
        return self in {Status.Completed, Status.Failed, Status.Canceled, Status.Terminated}


class Kind(Enum):
    """How a field is written: in a table row, in JSON."""

    TEXT = auto()
    INTEGER = auto()
    BOOLEAN = auto()  # false if there is no value
    TIME = auto()
    STRUCTURE = auto()  # JSON text in a row
    STATUS = auto()  # name in a row, number in JSON


_TEXT, _INTEGER, _BOOLEAN = Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN
_TIME, _STRUCTURE, _STATUS = Kind.TIME, Kind.STRUCTURE, Kind.STATUS
_COMPLETION = {"TaskScheduledId": _INTEGER, "Result": _TEXT}
_FAILURE = {"TaskScheduledId": _INTEGER, "Reason": _TEXT, "Details": _TEXT, "FailureDetails": _STRUCTURE}

# In the order in which they stand in JSON.
FIELDS: Mapping[EventType, Mapping[str, Kind]] = {
    EventType.ExecutionStarted: {
        "OrchestrationInstance": _STRUCTURE,
        "ParentInstance": _STRUCTURE,
        "Name": _TEXT,
        "Version": _TEXT,
        "Input": _TEXT,
        "Tags": _STRUCTURE,
        "Correlation": _TEXT,
        "ParentTraceContext": _STRUCTURE,
        "ScheduledStartTime": _TIME,
        "Generation": _INTEGER,
        "GenerateNewTrace": _BOOLEAN,
    },
    EventType.ExecutionCompleted: {"OrchestrationStatus": _STATUS, "Result": _TEXT, "FailureDetails": _STRUCTURE},
    EventType.ExecutionTerminated: {"Input": _TEXT},
    EventType.TaskScheduled: {
        "Name": _TEXT,
        "Version": _TEXT,
        "Input": _TEXT,
        "ParentTraceContext": _STRUCTURE,
        "Tags": _STRUCTURE,
    },
    EventType.TaskCompleted: _COMPLETION,
    EventType.TaskFailed: _FAILURE,
    EventType.SubOrchestrationInstanceCreated: {
        "Name": _TEXT,
        "Version": _TEXT,
        "InstanceId": _TEXT,
        "Input": _TEXT,
        "Tags": _STRUCTURE,
    },
    EventType.SubOrchestrationInstanceCompleted: _COMPLETION,
    EventType.SubOrchestrationInstanceFailed: _FAILURE,
    EventType.TimerCreated: {"FireAt": _TIME},
    EventType.TimerFired: {"TimerId": _INTEGER, "FireAt": _TIME},
    EventType.OrchestratorStarted: {},
    EventType.OrchestratorCompleted: {},
    EventType.EventSent: {"InstanceId": _TEXT, "Name": _TEXT, "Input": _TEXT},
    EventType.EventRaised: {"Name": _TEXT, "Input": _TEXT, "ParentTraceContext": _STRUCTURE},
    EventType.ContinueAsNew: {"Result": _TEXT},
    EventType.GenericEvent: {"Data": _TEXT},
    EventType.ExecutionSuspended: {"Reason": _TEXT},
    EventType.ExecutionResumed: {"Reason": _TEXT},
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `fields` holds every field of its kind, in their order, None where there is no value."""

    type: EventType
    timestamp: datetime
    event_id: int = -1
    fields: Mapping[str, Any] = field(default_factory=dict)
    is_played: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]

    def played(self) -> "Event":
        """Return the event as one that the orchestrator has seen."""
        return replace(self, is_played=True)


def make(kind: EventType, timestamp: datetime, event_id: int = -1, **values: Any) -> Event:
    """Return an event with these values; the other fields of its kind are None, or false if they are booleans."""
    known = FIELDS[kind]
    if unknown := set(values) - set(known):
        raise ValueError(f"{kind.name} has no field {', '.join(sorted(unknown))}")
    fields = {name: values.get(name, False if each is Kind.BOOLEAN else None) for name, each in known.items()}
    return Event(kind, timestamp, event_id, fields)


# What answers which scheduled event, and the field that names it.
ANSWERS: Mapping[EventType, tuple[EventType, str]] = {
    EventType.TaskCompleted: (EventType.TaskScheduled, "TaskScheduledId"),
    EventType.TaskFailed: (EventType.TaskScheduled, "TaskScheduledId"),
    EventType.SubOrchestrationInstanceCompleted: (EventType.SubOrchestrationInstanceCreated, "TaskScheduledId"),
    EventType.SubOrchestrationInstanceFailed: (EventType.SubOrchestrationInstanceCreated, "TaskScheduledId"),
    EventType.TimerFired: (EventType.TimerCreated, "TimerId"),
}
