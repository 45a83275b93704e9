"""Checks a function's parameters against its bindings, as the Python worker does when it indexes an app."""

import inspect
import typing
from collections.abc import Callable, Sequence
from typing import Any

from azure.functions import meta

from functions_standin.errors import LoadError
from functions_standin.functions import RETURN_VALUE, Binding

_CONTEXT = "context"


def wants_context(name: str, body: Callable[..., Any], bindings: Sequence[Binding]) -> bool:
    """Tell whether the function takes the invocation's context; raise LoadError if its parameters do not fit."""
    parameters = inspect.signature(body).parameters
    annotations = _annotations(name, body)
    bound = {binding.name: binding for binding in bindings if binding.name != RETURN_VALUE}
    context = _CONTEXT in parameters and _CONTEXT not in bound
    if context and not _is_context(annotations.get(_CONTEXT)):
        raise _cannot_load(
            name,
            f'the "context" parameter is expected to be of type azure.functions.Context, got {annotations[_CONTEXT]!r}',
        )
    declared = set(parameters) - ({_CONTEXT} if context else set())
    if unbound := declared - set(bound):
        raise _cannot_load(
            name,
            "the following parameters are declared in Python but not in the function's decorators: "
            + ", ".join(sorted(unbound)),
        )
    if undeclared := set(bound) - declared:
        raise _cannot_load(
            name,
            "the following parameters are declared in the function's decorators but not in Python: "
            + ", ".join(sorted(undeclared)),
        )
    for parameter, binding in bound.items():
        if binding.direction == "IN" and parameter in annotations:
            _check_input(name, binding, annotations[parameter])
    returned = annotations.get("return")
    for binding in bindings:
        if binding.name == RETURN_VALUE and returned not in {None, type(None)}:
            _check_return(name, binding, returned)
    return context


def _annotations(name: str, body: Callable[..., Any]) -> dict[str, Any]:
    try:
        hints = typing.get_type_hints(body)
    except Exception as error:
        raise _cannot_load(name, f"its annotations cannot be resolved: {type(error).__name__}: {error}") from error
    return {key: hint for key, hint in hints.items() if key == "return" or hint is not inspect.Parameter.empty}


def _is_context(annotation: object) -> bool:
    return annotation is None or getattr(annotation, "__name__", "") == "Context"


def _check_input(name: str, binding: Binding, annotation: Any) -> None:
    if not isinstance(annotation, type):
        raise _cannot_load(name, f'binding {binding.name} has invalid non-type annotation "{annotation}"')
    converter = meta.get_binding_registry().get(binding.type)
    fits = (
        issubclass(annotation, str | bytes) if converter is None else converter.check_input_type_annotation(annotation)
    )
    if not fits:
        raise _cannot_load(
            name,
            f'type of {binding.name} binding "{binding.type}" does not match its Python annotation '
            f'"{annotation.__name__}"',
        )


def _check_return(name: str, binding: Binding, annotation: Any) -> None:
    if not isinstance(annotation, type):
        raise _cannot_load(name, f'has invalid non-type return type "{annotation}"')
    converter = meta.get_binding_registry().get(binding.type)
    if converter is not None and not converter.check_output_type_annotation(annotation):
        raise _cannot_load(
            name, f'Python return annotation "{annotation.__name__}" does not match binding type "{binding.type}"'
        )


def _cannot_load(name: str, problem: str) -> LoadError:
    return LoadError(f"cannot load the {name} function: {problem}")
