"""Whether a condition holds."""

from collections.abc import Callable

from asl.choices.operators import PRESENT, compare
from asl.choices.values import And, Condition, Not, Or, Test
from asl.failures import runtime
from asl.paths.selecting import PathMissing
from asl.paths.values import Path
from asl.values import JsonValue

Find = Callable[[Path], JsonValue]  # what a path leads to; PathMissing if to nothing


def holds(condition: Condition, find: Find) -> bool:
    """Tell whether a condition holds."""
    match condition:
        case And(conditions):
            return all(holds(one, find) for one in conditions)
        case Or(conditions):
            return any(holds(one, find) for one in conditions)
        case Not(inner):
            return not holds(inner, find)
        case Test(variable, name, value):
            if name == PRESENT:
                return _is_present(variable, find) == value
            other = _found(value, find) if isinstance(value, Path) else value
            return compare(name, _found(variable, find), other)


def _is_present(variable: Path, find: Find) -> bool:
    try:
        found = find(variable)
    except PathMissing:
        return False
    return variable.is_definite or found != []


def _found(path: Path, find: Find) -> JsonValue:
    try:
        return find(path)
    except PathMissing:
        raise runtime(
            f"Invalid path '{path.text}': The choice state's condition path references an invalid value."
        ) from None
