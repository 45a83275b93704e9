from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from functions_standin.durable.events import Event, EventType, Status, make
from functions_standin.durable.instance import start_message
from functions_standin.durable.intake import Intake, Stored, take_in
from functions_standin.durable.messages import TaskMessage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PARENT = {"Name": "p", "OrchestrationInstance": {"InstanceId": "p", "ExecutionId": "e"}, "TaskScheduleId": 0}


@dataclass
class Delivered:
    message: TaskMessage
    dequeue_count: int = 1


def start(execution_id: str, *, parent: Any = None, dequeue_count: int = 1) -> Delivered:
    message = start_message(
        instance_id="i", execution_id=execution_id, name="f", input_text=None, now=NOW, parent=parent
    )
    return Delivered(message, dequeue_count)


def answer(task_id: int, execution_id: str = "e1") -> Delivered:
    return Delivered(TaskMessage(make(EventType.TaskCompleted, NOW, TaskScheduledId=task_id), "i", execution_id))


def raised() -> Delivered:
    return Delivered(TaskMessage(make(EventType.EventRaised, NOW, Name="E"), "i"))


def running(*more: Event) -> Stored:
    history = [make(EventType.OrchestratorStarted, NOW), start("e1").message.event, *more]
    return Stored(history, "e1", Status.Running, "e1")


SCHEDULED = make(EventType.TaskScheduled, NOW, 0, Name="a")
ENDED = make(EventType.ExecutionCompleted, NOW, 1, OrchestrationStatus=Status.Completed)
PENDING = Stored(row_status=Status.Pending, row_execution_id="e1")


def sorted_in(intake: Intake[Delivered]) -> tuple[int, int, int]:
    return len(intake.accepted), len(intake.waiting), len(intake.dropped)


@pytest.mark.parametrize(
    ("messages", "stored", "expected"),
    [
        pytest.param([start("e1")], PENDING, (1, 0, 0), id="a start that its row announces"),
        pytest.param([start("e1")], Stored(), (0, 1, 0), id="a start whose row is not there yet waits"),
        pytest.param([start("e1", dequeue_count=10)], Stored(), (0, 0, 1), id="but not for ever"),
        pytest.param([start("e2")], running(), (0, 1, 0), id="a start against the row waits"),
        pytest.param([start("e1")], running(), (0, 0, 1), id="a start that was taken in before"),
        pytest.param([start("e2", parent=PARENT)], running(), (1, 0, 0), id="a parent's start is taken in again"),
        pytest.param([start("e1"), raised()], PENDING, (2, 0, 0), id="an event with the start"),
        pytest.param([raised()], PENDING, (0, 1, 0), id="an event before the start"),
        pytest.param([raised()], Stored(), (0, 0, 1), id="an event to nobody"),
        pytest.param([answer(0)], running(SCHEDULED), (1, 0, 0), id="an answer"),
        pytest.param([answer(0)], running(), (0, 1, 0), id="an answer before its question is written"),
        pytest.param([answer(0, "e0")], running(SCHEDULED), (0, 0, 1), id="an answer to an earlier execution"),
        pytest.param([answer(0), raised()], running(SCHEDULED, ENDED), (0, 0, 2), id="messages to one that has ended"),
    ],
)
def test_messages_are_sorted(messages: Sequence[Delivered], stored: Stored, expected: tuple[int, int, int]) -> None:
    intake = take_in(messages, stored, is_entity=False, new_id=lambda: "new")

    assert sorted_in(intake) == expected


def test_a_start_over_an_instance_that_has_ended_begins_with_an_empty_history() -> None:
    ended = running(SCHEDULED, ENDED)
    stored = Stored(ended.history, "e1", Status.Pending, "e2")

    intake = take_in([start("e2")], stored, is_entity=False, new_id=lambda: "new")

    assert (sorted_in(intake), intake.history, intake.execution_id) == ((1, 0, 0), (), "e2")


def test_an_entity_starts_itself() -> None:
    intake = take_in([raised()], Stored(), is_entity=True, new_id=lambda: "new")

    assert (sorted_in(intake), intake.execution_id) == ((1, 0, 0), "new")
