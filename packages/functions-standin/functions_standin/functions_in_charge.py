"""Sorts the app's functions: who runs which, which are disabled, which cannot run and why."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from functions_standin.binding_expressions import resolve
from functions_standin.errors import FunctionInError
from functions_standin.extension import Extension
from functions_standin.functions import RETURN_VALUE, LoadedFunction
from functions_standin.http.routing import Router
from functions_standin.input_bindings import InputBindings
from functions_standin.settings import is_disabled

HTTP_TRIGGER = "httpTrigger"


@dataclass(frozen=True, slots=True)
class FunctionsInCharge:
    """The app's functions by name, and what is to be said about them."""

    functions: dict[str, LoadedFunction] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)


def take_charge(
    functions: Iterable[LoadedFunction],
    *,
    router: Router,
    extensions: Iterable[Extension],
    inputs: InputBindings,
    environment: Mapping[str, str],
    allowed: Collection[str] | None,
) -> FunctionsInCharge:
    """Hand every function to the one that runs it. `allowed` are the only names to take; None takes all."""
    result = FunctionsInCharge()
    by_trigger = {trigger_type: extension for extension in extensions for trigger_type in extension.trigger_types}
    wanted = None if allowed is None else {name.lower() for name in allowed}
    for function in sorted(functions, key=lambda each: each.name.lower()):
        if wanted is not None and function.name.lower() not in wanted:
            continue
        result.functions[function.name] = function
        if is_disabled(function.name, environment):
            result.disabled.add(function.name)
            continue
        try:
            resolved = resolve(function, environment)
            _check_bindings(resolved, by_trigger, inputs)
            result.functions[function.name] = resolved
            trigger_type = resolved.trigger.type
            if trigger_type == HTTP_TRIGGER:
                _check_http(resolved)
                router.add(resolved)
            else:
                by_trigger[trigger_type].add(resolved)
        except FunctionInError as error:
            result.errors[function.name] = str(error)
    return result


def _check_bindings(function: LoadedFunction, by_trigger: Mapping[str, Extension], inputs: InputBindings) -> None:
    unknown = [
        binding.type
        for binding in (function.trigger, *function.inputs)
        if binding.type not in {HTTP_TRIGGER, *by_trigger} and not inputs.supplies(binding.type)
    ]
    unknown += [b.type for b in function.outputs if (b.type, b.name) != ("http", RETURN_VALUE)]
    if unknown:
        raise FunctionInError(
            f"The binding type(s) '{', '.join(unknown)}' are not registered: this stand-in does not support them."
        )


def _check_http(function: LoadedFunction) -> None:
    if function.return_binding is None:
        raise FunctionInError("an HTTP function needs the output binding that app.route or http_output adds")
    if function.has_retry_policy:
        raise FunctionInError("an HTTP function cannot have a retry policy; the host would not run it")
