"""The states that ask nothing of the outside but time: Pass, Choice, Wait, Succeed, Fail."""

from dataclasses import replace

from asl.choices.deciding import holds
from asl.definition import Choice, Fail, Pass, Rule, State, Wait
from asl.expressions import Language, Query, Template
from asl.failures import NO_CHOICE, StateFailure, runtime
from asl.moments import later
from asl.running.amounts import point_in_time, seconds
from asl.running.context import scope_of
from asl.running.effects import Effect, Failed, WaitUntil
from asl.running.evaluating import Scope, evaluate, shown, wrong_type
from asl.running.given import Given
from asl.running.leaving import moved, with_input, with_result
from asl.running.position import Phase, Position
from asl.running.shaping import arguments_of, effective
from asl.values import kind_of


def pass_on(state: State, work: Pass, position: Position, given: Given) -> Effect:
    """Go on with what a Pass state says, or with its input."""
    scope = effective(state, scope_of(state, position, given))
    if state.language is Language.JSONATA:
        return with_input(state, position, scope, state.next, state.assign, state.output)
    result = arguments_of(state, scope) if work.result is None else evaluate(work.result, scope, "Result")
    return with_result(state, position, result, scope)


def choose(state: State, work: Choice, position: Position, given: Given) -> Effect:
    """Go on where the first rule that holds says, else to the default."""
    scope = effective(state, scope_of(state, position, given))
    for rule in work.rules:
        if _holds(rule, scope):
            return with_input(state, position, scope, rule.next, rule.assign, rule.output)
    if work.default is None:
        raise StateFailure(
            NO_CHOICE, "Failed to transition out of the state. The state does not point to a next state."
        )
    return with_input(state, position, scope, work.default, state.assign, state.output)


def begin_wait(state: State, work: Wait, position: Position, given: Given) -> Effect:
    """Wait until the point in time that the state says."""
    scope = effective(state, scope_of(state, position, given))
    if work.seconds is not None:
        until = later(given.moment, seconds(work.seconds, scope, "Seconds"))
    else:
        until = given.moment if work.timestamp is None else point_in_time(work.timestamp, scope)
    return wait_on(state, replace(position, phase=Phase.WAITING, until=until), given)


def wait_on(state: State, position: Position, given: Given) -> Effect:
    """Go on if the time has come, else wait on."""
    until = position.until or given.moment
    if given.moment >= until:
        scope = effective(state, scope_of(state, position, given))
        return with_input(state, position, scope, state.next, state.assign, state.output)
    return WaitUntil(position, until if position.deadline is None else min(until, position.deadline))


def succeed(state: State, position: Position, given: Given) -> Effect:
    """End the machine with what the state was given."""
    scope = effective(state, scope_of(state, position, given))
    return with_input(state, position, scope, None, None, state.output)


def fail(state: State, work: Fail, position: Position, given: Given) -> Effect:
    """End the machine with the error that the state says."""
    scope = scope_of(state, position, given)
    error, cause = (
        _text(state, template, scope, field) for template, field in ((work.error, "Error"), (work.cause, "Cause"))
    )
    return Failed(moved(position), error, cause)


def _holds(rule: Rule, scope: Scope) -> bool:
    if not isinstance(rule.condition, Query):
        return holds(rule.condition, scope.find)
    value = evaluate(rule.condition, scope, "Condition")
    if not isinstance(value, bool):
        raise wrong_type(rule.condition.text, "Condition", "boolean", value)
    return value


def _text(state: State, template: Template | None, scope: Scope, field: str) -> str | None:
    if template is None:
        return None
    name = field if state.language is Language.JSONATA else f"{field}Path"
    value = evaluate(template, scope, name)
    if isinstance(value, str):
        return value
    if isinstance(template, Query):
        raise wrong_type(template.text, field, "string", value)
    raise runtime(f"The field '{name}' has to lead to a string, and it leads to {kind_of(value)}: {shown(value)}")
