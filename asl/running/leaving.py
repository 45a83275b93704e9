"""How an execution leaves a state: to the next one, or to its end."""

from dataclasses import replace
from typing import Any

from asl.definition import State
from asl.effort import COSTLY
from asl.expressions import Template
from asl.failures import runtime
from asl.running.effects import Done, Effect, Enter
from asl.running.evaluating import Scope, evaluate
from asl.running.position import Phase, Position
from asl.running.shaping import assigned, output_of, passed_on
from asl.values import JsonValue

MOST_TRANSITIONS = 100_000


def with_result(state: State, position: Position, result: JsonValue, scope: Scope) -> Effect:
    """Leave with the result of a task, branches or items."""
    after = scope.with_result("result", result)
    if state.result_selector is not None:
        result = evaluate(state.result_selector, after, "ResultSelector")
        after = after.of(result)
    variables = assigned(state.assign, after, position, state)
    return leave(state.next, position, output_of(state, result, after, position.data), variables)


def with_input(
    state: State, position: Position, scope: Scope, target: str | None, assign: Template | None, output: Template | None
) -> Effect:
    """Leave with what the state was given, by an Assign and an Output of the state's or of a rule's."""
    variables = assigned(assign, scope, position, state)
    return leave(target, position, passed_on(state, output, scope), variables)


def leave(target: str | None, position: Position, output: JsonValue, variables: dict[str, Any]) -> Effect:
    """Enter the target, or end the execution if there is none."""
    left: dict[str, Any] = {"data": output, "variables": variables, "events": position.events + 1}
    if target is None:
        return Done(moved(position, **left), output)
    if position.transitions >= MOST_TRANSITIONS:
        raise runtime(
            f"An execution may enter {MOST_TRANSITIONS} states, of which those with much to work out count as up to {COSTLY}, and this one enters more"
        )
    return Enter(moved(position, state=target, transitions=position.transitions + 1, **left))


def moved(position: Position, **changes: Any) -> Position:
    """A position with nothing out and no times running, about to enter its state."""
    return replace(
        position,
        **{
            "phase": Phase.ENTERING,
            **dict.fromkeys(("work", "until", "timeout_at", "heartbeat_seconds", "heartbeat_at"), None),
            **changes,
        },
    )
