"""What an orchestrator decided: work to schedule, and how it ended."""

from dataclasses import dataclass
from datetime import datetime

from functions_standin.durable.events import Event, EventType


@dataclass(frozen=True, slots=True)
class ScheduleActivity:
    """Run an activity; `input` is a JSON array with the input's JSON text as its only member."""

    event_id: int
    name: str
    input: str | None


@dataclass(frozen=True, slots=True)
class StartSubOrchestration:
    """Start an orchestration that reports to this one; without `instance_id` it gets one made from the event id."""

    event_id: int
    name: str
    input: str | None
    instance_id: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Wake this instance at a time."""

    event_id: int
    fire_at: datetime


@dataclass(frozen=True, slots=True)
class SendEvent:
    """Send a request to an entity."""

    event_id: int
    instance_id: str
    name: str
    input: str


Decision = ScheduleActivity | StartSubOrchestration | StartTimer | SendEvent

# The event that records a decision, and under it the decision's class.
RECORDED_AS: dict[EventType, type[Decision]] = {
    EventType.TaskScheduled: ScheduleActivity,
    EventType.SubOrchestrationInstanceCreated: StartSubOrchestration,
    EventType.TimerCreated: StartTimer,
    EventType.EventSent: SendEvent,
}


@dataclass(frozen=True, slots=True)
class Completed:
    """The orchestrator returned; `output` is a JSON text."""

    output: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The orchestrator raised, or its history contradicts it."""

    reason: str
    details: str | None


@dataclass(frozen=True, slots=True)
class Terminated:
    """A client ended the instance; `reason` is plain text."""

    reason: str | None


@dataclass(frozen=True, slots=True)
class ContinuedAsNew:
    """The orchestrator starts over with a new input; `carried` are the events raised after it said so."""

    input: str | None
    carried: tuple[Event, ...]


Completion = Completed | Failed | Terminated | ContinuedAsNew
