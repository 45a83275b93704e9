"""How a value of somebody's looks in a message about it."""

from typing import Any

_MOST_CHARACTERS = 60
_MOST_BITS = 200  # Python refuses to write out a whole number of some thousand digits


def shown(value: Any) -> str:
    """Return a value as a message shows it, cut if it is long."""
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"a number of {value.bit_length()} bits"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
