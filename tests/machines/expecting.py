"""What comes of a random machine, as one plain value: whoever runs it has to come to the same."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from asl.interpret import Answer, Run, Tasks, answered_at_once, interpret
from asl.reader.machines import read
from asl.running.context import context_of
from asl.running.effects import RunTask
from asl.running.events import Raised, Returned
from asl.running.given import Given
from tests.machines.tasks import ECHO, FAILS, Refused, answer

BEGINS_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAME = "drawn"


def expected(definition: Mapping[str, Any], data: Any, tasks: Tasks | None = None, name: str = NAME) -> dict[str, Any]:
    """How an execution ends, and which states each of its branches and items enters in which order.

    Where one failure ends the others, how far those come is chance: such states are named in `cut_off`, and what is within them is left out.
    """
    return told(run(definition, data, tasks, name))


def run(definition: Mapping[str, Any], data: Any, tasks: Tasks | None = None, name: str = NAME) -> Run:
    """Run a machine that draw() has drawn; with `tasks`, one whose tasks are others."""
    return interpret(
        read(definition, None if tasks else [ECHO, FAILS]),
        data,
        tasks=tasks or _answered,
        given_at=_given,
        begins_at=BEGINS_AT,
        context=context_of(
            execution_id=name, name=name, data=data, started_at=BEGINS_AT, machine_id=NAME, machine_name=NAME
        ),
    )


def told(result: Run) -> dict[str, Any]:
    """A run as plain data."""
    entered: dict[str, list[str]] = {}
    for one in result.entered:
        entered.setdefault(one.execution, []).append(one.state)
    fickle = tuple(f"{name}/" for name in result.cut_off)
    kept = {name: states for name, states in sorted(entered.items()) if not name.startswith(fickle)}
    match result.outcome:
        case Returned(output):
            end = {"outcome": "done", "output": output, "error": None, "cause": None}
        case Raised(error, cause):
            end = {"outcome": "failed", "output": None, "error": error, "cause": cause}
    return {**end, "entered": kept, "cut_off": sorted(result.cut_off)}


def _answered(task: RunTask) -> Answer:
    try:
        return answered_at_once(Returned(answer(task.resource, task.arguments, task.attempt)))
    except Refused as refused:
        return answered_at_once(Raised(refused.error, refused.cause))


def _given(now: datetime) -> Given:
    return Given(now, lambda _: 0.5, lambda: "0d0e-uuid", lambda step, attempt: f"{step} {attempt}")
