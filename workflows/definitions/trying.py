"""One state of a definition, tried with an input: what it would do, and with a mock of its task what comes of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from asl.definition import Machine
from asl.interpret import try_state, way_to
from asl.moments import text_of
from asl.running.context import context_of
from asl.running.effects import Done, Effect, Enter, Failed, Fork, MapItems, RunTask, WaitUntil
from asl.running.events import ChildrenEnded, Event, Raised, Returned
from asl.running.given import Given
from asl.running.position import Phase
from asl.running.step import step
from asl.values import MAXIMUM_BYTES, flaw_in
from relay.errors import InputError

MOST_SHOWN = 100  # inputs of branches or items
KEYS = frozenset({"state", "input", "context", "variables", "mock", "version"})
_MOCK = 'send {"output": …} or {"error": "…", "cause": "…"}'

Mock: TypeAlias = Returned | Raised


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Which state is tried, and with what."""

    state: str
    data: Any
    context: dict[str, Any]
    variables: dict[str, Any]
    mock: Mock | None


def trial_of(body: Mapping[str, Any]) -> Trial:
    """Return what a request wants tried. Raises InputError."""
    if unknown := sorted(body.keys() - KEYS):
        raise InputError([f"{unknown[0]!r} is no key here; take {', '.join(sorted(KEYS))}."])
    if not isinstance(body.get("state"), str):
        raise InputError(["state: name the state that is to be tried."])
    for key in ("context", "variables"):
        if not isinstance(body.get(key, {}), dict):
            raise InputError([f"{key}: it must be a JSON object."])
    for key in ("input", "context", "variables"):
        if (flaw := flaw_in(body.get(key, {}), MAXIMUM_BYTES)) is not None:
            raise InputError([f"{key}: it cannot be taken: {flaw}; at most {MAXIMUM_BYTES} bytes of JSON are."])
    return Trial(
        state=body["state"],
        data=body.get("input", {}),
        context=body.get("context", {}),
        variables=body.get("variables", {}),
        mock=_mock_of(body["mock"]) if "mock" in body else None,
    )


def _mock_of(mock: Any) -> Mock:
    if isinstance(mock, dict) and set(mock) == {"output"}:
        return Returned(mock["output"])
    texts = isinstance(mock, dict) and all(isinstance(value, str) for value in mock.values())
    if texts and "error" in mock and set(mock) <= {"error", "cause"}:
        return Raised(mock["error"], mock.get("cause"))
    raise InputError([f"mock: it is not what a task can come to; {_MOCK}."])


def try_out(machine: Machine, name: str, trial: Trial, moment: datetime) -> dict[str, Any]:
    """Return what the state does, as JSON. Chance is the same each time: numbers are 0.5, names are zeros. Raises InputError."""
    try:
        way_to(machine, trial.state)
    except KeyError:
        raise InputError(
            [f"state: {name} has no state {trial.state[:80]!r}; GET /api/workflows/{name} shows them."]
        ) from None
    given = Given(moment, lambda _: 0.5, lambda: "00000000-0000-4000-8000-000000000000", lambda *_: "token")
    known = context_of(
        execution_id="test", name="test", data=trial.data, started_at=moment, machine_id=name, machine_name=name
    )
    context = {**known, **trial.context}
    effect = try_state(machine, trial.state, trial.data, given=given, context=context, variables=trial.variables)
    if trial.mock is not None:
        effect = step(machine, effect.position, _event_of(trial.mock, effect), given)
    return {"state": trial.state, **_shown(effect)}


def _event_of(mock: Mock, effect: Effect) -> Event:
    """Return what has happened if a task, or each branch or item, comes to the mock."""
    match effect, mock:
        case RunTask(), _:
            return mock
        case Fork() | MapItems(), Raised():
            return ChildrenEnded((mock,) * len(effect.children))
        case Fork() | MapItems(), Returned(output):
            if isinstance(output, list) and len(output) == len(effect.children):
                return ChildrenEnded(tuple(Returned(each) for each in output))
            raise InputError(
                [f"mock: output: it must be a list of {len(effect.children)}, one for each branch or item."]
            )
    raise InputError(["mock: this state has nothing done that could come to it; leave it out."])


def _shown(effect: Effect) -> dict[str, Any]:
    match effect:
        case Enter(position):
            return {"effect": "enter", "next": position.state, "output": position.data, "variables": position.variables}
        case RunTask():
            due_at = effect.due_at and text_of(effect.due_at)
            return {"effect": "task", "resource": effect.resource, "arguments": effect.arguments, "due_at": due_at}
        case WaitUntil(position, until):
            return {"effect": "retry" if position.phase is Phase.RETRYING else "wait", "until": text_of(until)}
        case Fork():
            return {"effect": "branches", **_inputs(effect)}
        case MapItems():
            limits = {"max_concurrency": effect.max_concurrency, "tolerated_failures": effect.tolerated}
            return {"effect": "items", **_inputs(effect), **limits}
        case Done(position, output):
            return {"effect": "done", "output": output, "variables": position.variables}
        case Failed():
            return {"effect": "fail", "error": effect.error, "cause": effect.cause}


def _inputs(effect: Fork | MapItems) -> dict[str, Any]:
    return {"count": len(effect.children), "inputs": [child.data for child in effect.children[:MOST_SHOWN]]}
