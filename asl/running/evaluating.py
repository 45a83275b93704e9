"""What a template yields in a state."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from asl import jsonata
from asl.effort import Effort
from asl.expressions import Elements, Literal, Members, Query, Template
from asl.failures import QUERY, StateFailure, runtime
from asl.intrinsics.calling import call
from asl.intrinsics.values import Call
from asl.jsonata.values import UNDEFINED, QueryError, Sources
from asl.paths.selecting import PathMissing, select
from asl.paths.values import CONTEXT, INPUT, Path
from asl.values import JsonValue, json_text, kind_of

SHOWN_CHARACTERS = 4_000  # of an input that a cause shows


@dataclass(frozen=True, slots=True)
class Scope:
    """What expressions of a state can see."""

    input: Any  # $ of paths
    context: Mapping[str, Any]  # $$ of paths
    variables: dict[str, Any]
    states: dict[str, Any]  # $states of JSONata
    sources: Sources
    effort: Effort  # one for the whole state

    def of(self, value: JsonValue) -> "Scope":
        """The same with another value as $."""
        return replace(self, input=value)

    def with_result(self, name: str, value: JsonValue) -> "Scope":
        """The same with a result, or an output of an error, as $ and in $states."""
        return replace(self, input=value, states={**self.states, name: value})

    def find(self, path: Path) -> JsonValue:
        """What a path leads to; PathMissing if to nothing."""
        if path.root == INPUT:
            return select(path, self.input, self.effort)
        if path.root == CONTEXT:
            return select(path, dict(self.context), self.effort)
        if path.root not in self.variables:
            raise PathMissing(path, f"The variable '{path.root}' has not been assigned")
        return select(path, self.variables[path.root], self.effort)


def evaluate(template: Template, scope: Scope, field: str) -> Any:
    """What a template yields; `field` is where it stands, for causes name it."""
    scope.effort.look(1)
    match template:
        case Literal(value):
            return value
        case Path():
            return _found(template, scope, field)
        case Call():
            return _called(template, scope)
        case Query(text):
            return _queried(text, scope, field)
        case Members(members):
            return {key: evaluate(held, scope, name) for key, name, held in members}
        case Elements(elements):
            return [evaluate(held, scope, f"{field}[{number}]") for number, held in enumerate(elements)]


def at_path(path: Path, scope: Scope) -> JsonValue:
    """What a path of a field such as InputPath leads to."""
    try:
        return scope.find(path)
    except PathMissing as missing:
        raise runtime(f"Invalid path '{path.text}' : {missing.detail}") from None


def wrong_type(text: str, field: str, expected: str, value: Any) -> StateFailure:
    """The failure of an expression in JSONata that yields what its field cannot take."""
    return StateFailure(
        QUERY,
        f"The JSONata expression '{text}' specified for the field '{field}' returned an unexpected result type. "
        f"Expected '{expected}', but was '{kind_of(value)}' for value: {shown(value)}",
    )


def shown(value: Any) -> str:
    """A value in a cause, cut if it is long."""
    text = json_text(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def _found(path: Path, scope: Scope, field: str) -> JsonValue:
    try:
        return scope.find(path)
    except PathMissing:
        raise runtime(
            f"The JSONPath '{path.text}' specified for the field '{field}' could not be found in the input "
            f"'{shown(scope.input)}'"
        ) from None


def _called(written: Call, scope: Scope) -> JsonValue:
    try:
        return call(written, scope.find, scope.sources, scope.effort)
    except PathMissing as missing:
        raise runtime(
            f"The function '{written.text}' had the following error: The JsonPath argument for the field "
            f"'{missing.path.text}' could not be found in the input '{shown(scope.input)}'"
        ) from None


def _queried(text: str, scope: Scope, field: str) -> JsonValue:
    told = f"The JSONata expression '{text}' specified for the field '{field}'"
    try:
        value = jsonata.evaluate(text, ChainMap({"states": scope.states}, scope.variables), scope.sources, scope.effort)
    except QueryError as error:
        raise StateFailure(QUERY, f"{told} threw an error during evaluation. {error.cause}") from None
    if value is UNDEFINED:
        raise StateFailure(QUERY, f"{told} returned nothing (undefined).")
    return value
