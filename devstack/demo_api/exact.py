"""JSON whose numbers keep every digit: the API must not damage what it is there to witness."""

import json
from decimal import Decimal
from typing import Any


def loads(text: str | bytes) -> Any:
    """Parse; a number with a fraction becomes Decimal."""
    return json.loads(text, parse_float=Decimal)


def dumps(value: Any) -> str:
    """Write; a Decimal keeps its digits."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)}: {dumps(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(dumps(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def canonical(value: Any) -> str:
    """Return one text for equal values: keys sorted, trailing zeros of fractions gone."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))}: {canonical(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(canonical(item) for item in value) + "]"
    return json.dumps(value)
