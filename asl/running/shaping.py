"""What a state works with, what comes of its result, and which variables it assigns."""

from collections.abc import Mapping
from typing import Any

from asl.definition import State
from asl.expressions import Language, Template
from asl.failures import DATA_LIMIT, StateFailure
from asl.paths.values import INPUT, Path
from asl.paths.writing import put
from asl.running.evaluating import Scope, at_path, evaluate
from asl.running.position import Position
from asl.values import MAXIMUM_BYTES, TOO_LARGE, JsonValue, flaw_in, is_too_large

MOST_VARIABLES_BYTES = 10 * 1024 * 1024


def at(path: Path | None, scope: Scope) -> Any:
    """What InputPath or OutputPath leads to; {} for null."""
    return {} if path is None else at_path(path, scope)


def effective(state: State, scope: Scope) -> Scope:
    """The scope after InputPath: its $ is what the state's own fields see."""
    return scope if state.language is Language.JSONATA else scope.of(at(state.input_path, scope))


def arguments_of(state: State, scope: Scope) -> Any:
    """What the state works with: its Parameters or Arguments, else all of its input."""
    if state.arguments is None:
        is_part = state.input_path is None or state.input_path.is_definite  # and so no larger than what was given
        return scope.input if is_part else checked(state, scope.input)
    field = "Arguments" if state.language is Language.JSONATA else "Parameters"
    return checked(state, evaluate(state.arguments, scope, field))


def output_of(state: State, result: JsonValue, scope: Scope, data: JsonValue) -> Any:
    """What the state hands on of its result, which ResultSelector has been through; `data` is what it was given."""
    if state.language is Language.JSONATA:
        return _computed(state, state.output, result, scope)
    combined = data if state.result_path is None else put(state.result_path, result, data)
    whole = scope.of(checked(state, combined))
    found, path = at(state.output_path, whole), state.output_path
    is_part = path is not None and path.root == INPUT and path.is_definite  # and so no larger than the whole
    return found if is_part else checked(state, found)


def passed_on(state: State, output: Template | None, scope: Scope) -> Any:
    """What a state hands on that has no result: its input, or an Output of its own or of one of its rules."""
    if state.language is Language.JSONATA:
        return _computed(state, output, scope.input, scope)
    return checked(state, at(state.output_path, scope))


def _computed(state: State, output: Template | None, otherwise: JsonValue, scope: Scope) -> Any:
    return checked(state, otherwise if output is None else evaluate(output, scope, "Output"))


def assigned(template: Template | None, scope: Scope, position: Position, state: State) -> dict[str, Any]:
    """The variables after an Assign, of which all parts see them as they were before."""
    if template is None:
        return position.variables
    values = checked(state, evaluate(template, scope, "Assign"))
    if not isinstance(values, Mapping):
        return position.variables
    variables = {**position.variables, **values}
    if is_too_large(variables, MOST_VARIABLES_BYTES):
        raise StateFailure(DATA_LIMIT, f"The variables after the state '{state.name}' are larger than 10 MiB.")
    return variables


def checked(state: State, value: Any, *, of_resource: bool = False) -> Any:
    """A value, if it is not larger than the language allows, and JSON; `of_resource` says that a resource has yielded it."""
    flaw = flaw_in(value, MAXIMUM_BYTES)
    if flaw is None:
        return value
    if flaw == TOO_LARGE:
        raise StateFailure(
            DATA_LIMIT,
            f"The state/task '{state.name}' returned a result with a size exceeding the maximum number of bytes service limit.",
            names_state=True,
            of_resource=of_resource,
        )
    raise StateFailure(
        DATA_LIMIT,
        f"The state/task '{state.name}' has a value that cannot be worked with: {flaw}.",
        of_resource=of_resource,
    )
