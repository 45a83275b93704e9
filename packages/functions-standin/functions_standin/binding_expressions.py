"""`%Name%` in a binding's texts, replaced from the app settings. docs: "Binding expressions - app settings"."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from functions_standin.errors import FunctionInError
from functions_standin.functions import LoadedFunction

_NAMES_OF_SETTINGS = ("connection",)  # properties beginning so hold a setting's name, not an expression


def resolve(function: LoadedFunction, environment: Mapping[str, str]) -> LoadedFunction:
    """Return the function with its bindings' expressions replaced; raise FunctionInError for an unknown name."""
    bindings = tuple(
        replace(
            binding,
            properties={
                key: value if key.lower().startswith(_NAMES_OF_SETTINGS) else _resolved(value, environment)
                for key, value in binding.properties.items()
            },
        )
        for binding in function.bindings
    )
    return replace(function, bindings=bindings)


def _resolved(value: Any, environment: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    pieces = value.split("%")
    if len(pieces) % 2 == 0:
        raise FunctionInError(f"The '%' at position {value.rindex('%')} in '{value}' does not have a closing '%'")
    for index in range(1, len(pieces), 2):
        name = pieces[index]
        if not environment.get(name):
            raise FunctionInError(f"'%{name}%' does not resolve to a value.")
        pieces[index] = environment[name]
    return "".join(pieces)
