"""JSON that keeps every digit: numbers become Decimal when read and are written as they are."""

import json
from decimal import Decimal
from typing import Any

_scalar = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def loads(text: str | bytes) -> Any:
    """Parse JSON; numbers with a fraction or exponent become Decimal. Raises ValueError, for NaN and Infinity too."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refused)


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number that JSON knows")


def dumps(value: Any) -> str:
    """Write JSON without blanks; a Decimal keeps its digits, trailing zeros included."""
    match value:
        case Decimal():
            return format(value, "f")
        case dict():
            return "{" + ",".join([f"{_scalar(str(k))}:{dumps(v)}" for k, v in value.items()]) + "}"
        case list() | tuple():
            return "[" + ",".join([dumps(item) for item in value]) + "]"
        case _:
            return _scalar(value)
