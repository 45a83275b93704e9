"""Definitions that run in a test, with tasks that a script answers."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from asl.interpret import Answer, Run, answered_at_once, interpret
from asl.reader.machines import read
from asl.reader.mistakes import DefinitionError
from asl.running.context import context_of
from asl.running.effects import RunTask
from asl.running.events import Raised, Returned
from asl.running.given import Given

BEGINS_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def given_at(now: datetime = BEGINS_AT) -> Given:
    """Time as it is told, and chance that is always the same."""

    def random(seed: int | None) -> float:
        return 0.5 if seed is None else int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:4]) / 2**32

    return Given(now, random, lambda: "0d0e-uuid", lambda step, attempt: f"token of {step} try {attempt}")


def context(data: Any = None) -> dict[str, Any]:
    """A context object."""
    return context_of(
        execution_id="e-1", name="order-7", data=data, started_at=BEGINS_AT, machine_id="m-1", machine_name="orders"
    )


class Script:
    """Answers tasks one after the other, and remembers what they were asked; without an answer the arguments come back."""

    def __init__(self, answers: Iterable[Any] = ()) -> None:
        self.answers = list(answers)
        self.asked: list[RunTask] = []

    def __call__(self, task: RunTask) -> Answer:
        self.asked.append(task)
        if not self.answers:
            return answered_at_once(Returned(task.arguments))
        answer = self.answers.pop(0)
        if answer is None or isinstance(answer, tuple):
            return answer
        return answered_at_once(answer if isinstance(answer, Raised | Returned) else Returned(answer))


def after(seconds: int, outcome: Any) -> Answer:
    """An answer that takes a while."""
    return outcome if isinstance(outcome, Raised) else Returned(outcome), timedelta(seconds=seconds)


def run(definition: dict[str, Any], data: Any = None, tasks: Iterable[Any] | Script = ()) -> Run:
    """Run a definition to its end."""
    script = tasks if isinstance(tasks, Script) else Script(tasks)
    read_again = json.loads(json.dumps(definition))
    return interpret(
        read(read_again), data, tasks=script, given_at=given_at, begins_at=BEGINS_AT, context=context(data)
    )


def output_of(definition: dict[str, Any], data: Any = None, tasks: Iterable[Any] | Script = ()) -> Any:
    """What a definition yields that ends well."""
    outcome = run(definition, data, tasks).outcome
    assert isinstance(outcome, Returned), outcome
    return outcome.output


def failure_of(definition: dict[str, Any], data: Any = None, tasks: Iterable[Any] | Script = ()) -> Raised:
    """How a definition fails."""
    outcome = run(definition, data, tasks).outcome
    assert isinstance(outcome, Raised), outcome
    return outcome


def states_of(result: Run) -> list[str]:
    """The names of the states in the order in which they were entered."""
    return [entered.state for entered in result.entered]


def one(state: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
    """A definition that begins with one state, which ends it unless it goes on to the others."""
    ends = {} if "Next" in state or state["Type"] in ("Choice", "Fail", "Succeed") else {"End": True}
    return {"StartAt": "First", "States": {"First": {**state, **ends}, **others}}


def passing(**fields: Any) -> dict[str, Any]:
    """A definition of one Pass state."""
    return one({"Type": "Pass", **fields})


def mistakes_of(definition: Any, resources: list[str] | None = None) -> dict[str, str]:
    """What the reader says about a definition, by pointers."""
    try:
        read(definition, resources)
    except DefinitionError as error:
        return {mistake.pointer: mistake.problem for mistake in error.mistakes}
    return {}
