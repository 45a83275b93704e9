"""JSON values as the language compares, prints and measures them."""

import json
import math
import sys
from collections.abc import Iterator
from typing import Any, TypeAlias

JsonValue: TypeAlias = dict[str, Any] | list[Any] | str | int | float | bool | None

MAXIMUM_BYTES = 262_144  # of one value between states; the language's own limit
LARGEST = sys.float_info.max
DEEPEST = 200  # values within values


def is_number(value: Any) -> bool:
    """Tell whether a value is a number. Python takes true for one, JSON does not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same JSON: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(held, other[key]) for key, held in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(held, beside) for held, beside in zip(one, other, strict=True))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def kind_of(value: Any) -> str:
    """The name that JSON has for what a value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def json_text(value: Any) -> str:
    """A value as JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_too_large(value: Any, most_bytes: int = MAXIMUM_BYTES) -> bool:
    """Tell whether a value is larger than allowed, as JSON without spaces in UTF-8.

    It stops at the limit: a value may hold another so many times over that nobody could write it down.
    """
    size, waiting = 0, [value]
    while waiting and size <= most_bytes:
        held = waiting.pop()
        if isinstance(held, dict):
            size += 1 + max(1, sum(_bytes_of(key) + 2 for key in held))
            waiting.extend(held.values())
        elif isinstance(held, list):
            size += 1 + max(1, len(held))
            waiting.extend(held)
        else:
            size += _bytes_of(held)
    return size > most_bytes


def _bytes_of(scalar: Any) -> int:
    # half a pair of surrogates cannot be sent, but it can be measured
    return len(json_text(scalar).encode(errors="surrogatepass"))


def plain_text(value: Any) -> str:
    """A value as it stands in a text: strings bare, also within objects, which look like {key=value}."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={plain_text(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(plain_text(held) for held in value) + "]"
    return json_text(value)


def flaw_in(value: Any) -> str | None:
    """Why a value that a caller hands in is no JSON that can be worked with, or None."""
    for held, depth in _everything_in(value):
        if depth > DEEPEST:
            return f"it is nested deeper than {DEEPEST} levels"
        if isinstance(held, float) and not math.isfinite(held):
            return "it holds a number that JSON does not have (NaN or infinity)"
        if is_number(held) and not -LARGEST <= held <= LARGEST:
            return "it holds a number beyond what others can read"
        if isinstance(held, dict) and not all(isinstance(key, str) for key in held):
            return "it has a key that is not a text"
        if held is not None and not isinstance(held, str | int | float | bool | dict | list):
            return f"it holds a {type(held).__name__}, which is nothing of JSON"
    return None


def _everything_in(value: Any) -> Iterator[tuple[Any, int]]:
    waiting = [(value, 0)]
    while waiting:
        held, depth = waiting.pop()
        yield held, depth
        if depth <= DEEPEST:
            inner = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
            waiting.extend((one, depth + 1) for one in inner)
