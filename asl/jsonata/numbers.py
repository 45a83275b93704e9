"""Numbers as JSON and JSONata have them: doubles, whole ones without a point."""

from decimal import Decimal
from typing import Any

LARGEST = 1.7976931348623157e308  # that a double holds
LARGEST_WHOLE = 10**21  # from here on JavaScript writes an exponent, and so do we
SMALLEST_WITHOUT_EXPONENT = 1e-6


def is_number(value: Any) -> bool:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def plain(number: int | float) -> int | float:
    """The same number as JSON writes it: 3 for 3.0, 1e+21 for a whole number with an exponent."""
    if isinstance(number, float):
        return int(number) if number.is_integer() and abs(number) < LARGEST_WHOLE else number
    return number if abs(number) < LARGEST_WHOLE else float(number)


def number_text(number: int | float) -> str:
    """A number as $string and & write it: at most 15 digits of a fraction, whole numbers in full."""
    number = plain(number)
    if isinstance(number, int):
        return str(number)
    number = plain(float(f"{number:.15g}"))
    if isinstance(number, int):
        return str(number)
    if SMALLEST_WITHOUT_EXPONENT <= abs(number) < LARGEST_WHOLE:  # where Python has changed to an exponent already
        return f"{Decimal(repr(number)):f}"
    mantissa, _, power = repr(number).partition("e")
    return f"{mantissa}e{power[0]}{power[1:].lstrip('0')}"
