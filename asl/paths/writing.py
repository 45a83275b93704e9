"""A value put where a reference path leads: ResultPath."""

from typing import Any

from asl.failures import RESULT_PATH, StateFailure
from asl.paths.values import INPUT, Indexes, Names, Path, PathSyntaxError
from asl.values import JsonValue, json_text

SHOWN_CHARACTERS = 1000  # of a value that a cause shows


def check_reference(path: Path) -> None:
    """Refuse what is no reference path: it leads to one place of the input, which may not be there yet."""
    if path.root != INPUT or not path.is_definite:
        raise PathSyntaxError(
            f"{path.text} is no reference path: it has to lead from $ to one place, by names and indexes"
        )


def put(path: Path, value: JsonValue, into: JsonValue) -> Any:
    """A copy of a value that has another at the place of a reference path; objects on the way are made."""
    return _put(path, 0, value, into)


def _put(path: Path, number: int, value: Any, into: Any) -> Any:
    if number == len(path.steps):
        return value
    match path.steps[number], into:
        case Names((name,)), dict():
            return {**into, name: _put(path, number + 1, value, into.get(name, _made(path, number)))}
        case Indexes((index,)), list() if -len(into) <= index < len(into):
            copy = list(into)
            copy[index] = _put(path, number + 1, value, into[index])
            return copy
        case Indexes((0,)), []:
            return [_put(path, number + 1, value, _made(path, number))]
    raise StateFailure(
        RESULT_PATH,
        f'Unable to apply step "{_shown(path, number)}" to input {json_text(into)[:SHOWN_CHARACTERS]}',
    )


def _made(path: Path, number: int) -> JsonValue:
    following = path.steps[number + 1] if number + 1 < len(path.steps) else None
    return [] if isinstance(following, Indexes) else {}


def _shown(path: Path, number: int) -> str:
    match path.steps[number]:
        case Names((name,)):
            return name
        case Indexes((index,)):
            return f"[{index}]"
    return path.text
