"""JSON values on their way into the engine, which keeps null and nothing apart, and back."""

import json
import math
from typing import Any, cast

from jsonata.utils import Utils

from asl.jsonata.bounds import DEPTH, RESULT_BYTES, too_deep
from asl.jsonata.numbers import LARGEST, is_number, number_text, plain
from asl.jsonata.values import UNDEFINED, JsonValue, QueryError, Undefined

NULL = Utils.NULL_VALUE


def taken_in(value: Any, level: int = 0) -> Any:
    """A copy of a JSON value as the engine has it. A copy, for the engine may write into what it is given."""
    if value is None:
        return NULL
    if isinstance(value, dict):
        check_depth(level)
        return {str(key): taken_in(held, level + 1) for key, held in value.items()}
    if isinstance(value, list | tuple):
        check_depth(level)
        return [taken_in(held, level + 1) for held in value]
    if is_number(value):
        if not -LARGEST <= value <= LARGEST:  # nan too
            raise QueryError("D1001: a number is out of range")
        return plain(value)
    return value


def given_back(value: Any) -> JsonValue | Undefined:
    """What the engine yields, as a JSON value of our own that shares nothing with anything."""
    if value is None:
        return UNDEFINED
    result = _as_json(value, 0)
    size = len(json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))
    if size > RESULT_BYTES:
        raise QueryError(f"the result of the expression is larger than {RESULT_BYTES // 1024} KiB")
    return result


def copy_of(value: Any, level: int = 0) -> Any:
    """A copy of a value of the engine's that shares nothing with it; functions are left out as nothing."""
    if isinstance(value, dict):
        check_depth(level)
        return {key: copy_of(held, level + 1) for key, held in value.items()}
    if isinstance(value, list):
        check_depth(level)
        return [copy_of(held, level + 1) for held in value]
    return value


def json_text(value: Any, indent: int | None = None, level: int = 0) -> str:
    """A value as $string writes it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        if not math.isfinite(value):
            raise QueryError("D3001: $string was given a number that is out of range")
        return number_text(value)
    if value is None or value is NULL:
        return "null"
    if not isinstance(value, list | dict):
        return '""' if level else ""  # a function
    check_depth(level)
    colon = ":" if indent is None else ": "
    parts = (
        [json_text(held, indent, level + 1) for held in value]
        if isinstance(value, list)
        else [
            f"{json.dumps(key, ensure_ascii=False)}{colon}{json_text(held, indent, level + 1)}"
            for key, held in value.items()
        ]
    )
    opening, closing = "[]" if isinstance(value, list) else "{}"
    if indent is None or not parts:
        return opening + ",".join(parts) + closing
    margin = "\n" + " " * indent * level
    inner = margin + " " * indent
    return opening + inner + f",{inner}".join(parts) + margin + closing


def check_depth(level: int) -> None:
    """Stops at what holds itself, or nearly."""
    if level > DEPTH:
        raise too_deep()


def _as_json(value: Any, level: int) -> JsonValue:
    if value is None or value is NULL:
        return None
    if isinstance(value, dict):
        check_depth(level)
        return {key: _as_json(held, level + 1) for key, held in value.items()}
    if isinstance(value, list):
        check_depth(level)
        return [_as_json(held, level + 1) for held in value]
    if is_number(value):
        if not math.isfinite(value):
            raise QueryError("D1001: a number is out of range")
        return plain(cast("int | float", value))
    if isinstance(value, str | bool):
        return value
    raise QueryError("the result of the expression holds a function, which is no JSON value: call it")
