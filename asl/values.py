"""JSON values as the language compares, prints and measures them."""

import json
import math
import sys
from json.encoder import encode_basestring
from typing import Any, TypeAlias

JsonValue: TypeAlias = dict[str, Any] | list[Any] | str | int | float | bool | None

MAXIMUM_BYTES = 262_144  # of one value between states; the language's own limit
LARGEST = sys.float_info.max
DEEPEST = 200  # values within values
TOO_LARGE = "it is too large"


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
    """Tell whether a value is larger than allowed, as JSON without spaces in UTF-8."""
    return flaw_in(value, most_bytes) == TOO_LARGE


def plain_text(value: Any) -> str:
    """A value as it stands in a text: strings bare, also within objects, which look like {key=value}."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={plain_text(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(plain_text(held) for held in value) + "]"
    return json_text(value)


def flaw_in(value: Any, most_bytes: int | None = None) -> str | None:
    """Why a value is no JSON that can be worked with, or None.

    It goes level by level and stops at the first flaw: a value may hold another so many times over that nobody could write it down.
    Each value counts for itself, with brackets, commas and colons, but without what it holds.
    """
    size, depth, level = 0, 0, [value]
    while level:
        if depth > DEEPEST:
            return f"it is nested deeper than {DEEPEST} levels"
        inner: list[Any] = []
        for held in level:
            if isinstance(held, str):
                size += _text_bytes(held)
            elif isinstance(held, dict):
                for key in held:
                    if not isinstance(key, str):
                        return "it has a key that is not a text"
                    size += _text_bytes(key) + 2
                size += 1 if held else 2
                inner.extend(held.values())
            elif isinstance(held, list):
                size += 1 + max(1, len(held))
                inner.extend(held)
            elif held is None:
                size += 4
            elif isinstance(held, bool):
                size += 5 - held
            elif (flaw := _flaw_of_number(held)) is not None:
                return flaw
            else:
                size += len(repr(held))
            if most_bytes is not None and size > most_bytes:
                return TOO_LARGE
        level, depth = inner, depth + 1
    return None


def _text_bytes(text: str) -> int:
    quoted = encode_basestring(text)
    # half a pair of surrogates cannot be sent, but it can be measured
    return len(quoted) if text.isascii() else len(quoted.encode(errors="surrogatepass"))


def _flaw_of_number(held: Any) -> str | None:
    if not isinstance(held, int | float):
        return f"it holds a {type(held).__name__}, which is nothing of JSON"
    if isinstance(held, float) and not math.isfinite(held):
        return "it holds a number that JSON does not have (NaN or infinity)"
    return None if -LARGEST <= held <= LARGEST else "it holds a number beyond what others can read"
