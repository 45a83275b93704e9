"""One recorded case, and how our engine answers it."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asl.definition import Machine, Map
from asl.interpret import Answer, Run, Stuck, answered_at_once, interpret
from asl.reader.machines import read
from asl.reader.mistakes import DefinitionError
from asl.running.context import context_of
from asl.running.effects import RunTask
from asl.running.events import Raised, Returned
from asl.running.given import Given

BEGINS_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What somebody gave to Step Functions, and what came of it."""

    test: str
    definition: dict[str, Any]
    input: str
    outcome: str
    output: Any
    error: str | None
    cause: Any
    states: list[str]
    tasks: list[Any]
    kind: str
    language: str

    @property
    def name(self) -> str:
        """The test, without its file."""
        return self.test.rpartition("::")[2]

    @property
    def feature(self) -> str:
        """What it is about: the folder of its test, and the query language."""
        folder = self.test.partition("/v2/")[2].partition("/")[0] or self.kind
        return f"{folder} ({self.language})"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a case here; `states` are those that were entered, without what runs in executions of its own."""

    outcome: Returned | Raised | None
    states: list[str]
    refused: str | None = None


def cases_in(text: str) -> Iterator[Case]:
    """The cases that a file of vectors holds."""
    names = Case.__dataclass_fields__.keys()
    for written in json.loads(text):
        yield Case(**{name: written[name] for name in names})


def answer(case: Case) -> Answered:
    """Run a case."""
    try:
        machine = read(case.definition)
        run = interpret(
            machine,
            json.loads(case.input),
            tasks=_Script(case.tasks),
            given_at=_given_at,
            begins_at=BEGINS_AT,
            context=_context(json.loads(case.input)),
        )
    except (DefinitionError, Stuck) as error:
        return Answered(None, [], str(error))
    return Answered(run.outcome, list(_states(machine, run)))


def _states(machine: Machine, run: Run) -> Iterator[str]:
    for entered in run.entered:
        inner, is_apart = machine, False
        for name, number in entered.way:
            work = inner.states[name].work
            is_apart |= isinstance(work, Map) and work.is_distributed
            inner = work.processor if isinstance(work, Map) else work.branches[number]  # type: ignore[union-attr]
        if not is_apart:
            yield entered.state


def _context(data: Any) -> dict[str, Any]:
    return context_of(
        execution_id="arn:aws:states:region:111111111111:execution:machine:execution",
        name="execution",
        data=data,
        started_at=BEGINS_AT,
        machine_id="arn:aws:states:region:111111111111:stateMachine:machine",
        machine_name="machine",
        role="snf_role_arn",
    )


def _given_at(now: datetime) -> Given:
    def random(seed: int | None) -> float:
        return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:6]) / 2**48

    return Given(now, random, lambda: str(uuid.UUID(int=1, version=4)), lambda step, attempt: f"{step}/{attempt}")


class _Script:
    """Answers tasks with what was recorded, in that order; without a record the input comes back."""

    def __init__(self, tasks: list[Any]) -> None:
        self.left = list(tasks)

    def __call__(self, task: RunTask) -> Answer:
        if not self.left:
            return answered_at_once(Returned(task.arguments))
        kind, details = self.left.pop(0)
        if kind.endswith("Succeeded"):
            return answered_at_once(Returned(details.get("output")))
        if kind.endswith("TimedOut") and task.due_at is not None:
            return None
        cause = details.get("cause")
        told = cause if cause is None or isinstance(cause, str) else json.dumps(cause)
        return answered_at_once(Raised(details.get("error"), told))
