"""What a function asks of its arguments."""

import math
from typing import Any

from asl.values import is_number, json_text


class Refused(Exception):
    """A function does not take these arguments; its text says why."""


def array(value: Any) -> list[Any]:
    """An argument that has to be an array."""
    if not isinstance(value, list):
        raise Refused(f"an array is needed, but this is {_shown(value)}")
    return value


def text(value: Any) -> str:
    """An argument that has to be a text."""
    if not isinstance(value, str):
        raise Refused(f"a text is needed, but this is {_shown(value)}")
    return value


def whole(value: Any) -> int:
    """An argument that has to be a number; what is no whole one is rounded, halves upwards."""
    if not is_number(value) or not math.isfinite(value):
        raise Refused(f"a number is needed, but this is {_shown(value)}")
    return value if isinstance(value, int) else math.floor(value + 0.5)


def _shown(value: Any) -> str:
    shown = json_text(value)
    return shown if len(shown) <= 200 else shown[:200] + "…"
