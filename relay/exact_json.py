"""JSON that keeps every digit: numbers become Decimal when read and are written as they are."""

import json
import re
from decimal import Decimal
from typing import Any

_scalar = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_FURTHEST = 400  # places before and after the point that are written out; no float needs more, and 1e999999999 has a gigabyte of them
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def loads(text: str | bytes) -> Any:
    """Parse JSON; numbers with a fraction or exponent become Decimal. Raises ValueError, for NaN and Infinity too."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refused)


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number that JSON knows")


def with_floats(value: Any) -> Any:
    """Return the same with floats for Decimals: so the engine of definitions has its numbers."""
    return json.loads(dumps(value))


def dumps(value: Any) -> str:
    """Write JSON without blanks; a Decimal keeps its digits, trailing zeros included, one far from 1 its exponent.

    Half of a surrogate pair, which SQL Server stores and UTF-8 cannot hold, becomes its escape: \\ud83d.
    """
    match value:
        case Decimal():
            return format(value, "f") if abs(value.adjusted()) <= _FURTHEST else str(value)
        case dict():
            return "{" + ",".join([f"{_text(str(k))}:{dumps(v)}" for k, v in value.items()]) + "}"
        case list() | tuple():
            return "[" + ",".join([dumps(item) for item in value]) + "]"
        case str():
            return _text(value)
        case _:
            return _scalar(value)


def _text(value: str) -> str:
    text = _scalar(value)
    return text if text.isascii() else _HALF_A_CHARACTER.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
