"""Which of the messages that came for an instance go into an episode, which wait and which are dropped.

docs: "Durable Functions billing and reliability" (at-least-once delivery); a pure function of what is stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from functions_standin.durable.events import ANSWERS, Event, EventType, Status
from functions_standin.durable.instance import status_of
from functions_standin.durable.messages import TaskMessage
from functions_standin.durable.replay import scheduled_ids

MAX_START_DEQUEUES = 10


class _Delivered(Protocol):
    @property
    def message(self) -> TaskMessage: ...

    @property
    def dequeue_count(self) -> int: ...


Delivered = TypeVar("Delivered", bound=_Delivered)


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of an instance: its history with the execution, and its row's status and execution if any."""

    history: Sequence[Event] = ()
    execution_id: str | None = None
    row_status: Status | None = None
    row_execution_id: str | None = None


@dataclass(slots=True)
class Intake(Generic[Delivered]):
    """The sorted messages. An episode runs on `accepted`, if any, with the history and execution given here."""

    history: Sequence[Event]
    execution_id: str
    accepted: list[Delivered] = field(default_factory=list)
    waiting: list[Delivered] = field(default_factory=list)
    dropped: list[Delivered] = field(default_factory=list)


def take_in(
    delivered: Sequence[Delivered], stored: Stored, *, is_entity: bool, new_id: Callable[[], str]
) -> Intake[Delivered]:
    """Sort the messages, given in the order in which they were sent."""
    intake: Intake[Delivered] = Intake(stored.history, stored.execution_id or "")
    others = []
    has_fresh_start = False
    for each in delivered:
        if each.message.event.type is not EventType.ExecutionStarted:
            others.append(each)
        elif each.message.execution_id == stored.execution_id:
            intake.dropped.append(each)  # it has been taken in before
        elif has_fresh_start:
            intake.waiting.append(each)
        elif _is_top_level(each) and stored.row_execution_id != each.message.execution_id:
            # The client has not written its row yet, or the row says that another start has won.
            (intake.dropped if each.dequeue_count >= MAX_START_DEQUEUES else intake.waiting).append(each)
        else:
            has_fresh_start = True
            intake.history, intake.execution_id = (), each.message.execution_id or new_id()
            intake.accepted.append(each)
    if not has_fresh_start and stored.execution_id is None:
        if is_entity:
            intake.execution_id = new_id()
        else:
            (intake.waiting if stored.row_status is Status.Pending else intake.dropped).extend(others)
            return intake
    if status_of(intake.history).is_terminal:
        intake.dropped += others
        return intake
    scheduled = scheduled_ids(intake.history)
    for each in others:
        _place(each, intake, scheduled)
    return intake


def _place(each: Delivered, intake: Intake[Delivered], scheduled: set[tuple[EventType, int]]) -> None:
    event = each.message.event
    if each.message.execution_id not in {None, intake.execution_id}:
        intake.dropped.append(each)
    elif event.type in ANSWERS:
        asked, column = ANSWERS[event.type]
        # An answer to what the history does not know: the episode that asked has not been written yet.
        (intake.accepted if (asked, event[column]) in scheduled else intake.waiting).append(each)
    else:
        intake.accepted.append(each)


def _is_top_level(each: _Delivered) -> bool:
    return not each.message.event["ParentInstance"]
