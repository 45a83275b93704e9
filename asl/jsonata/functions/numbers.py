"""JSONata's functions on numbers."""

import math
import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from jsonata.functions import Functions
from jsonata.jexception import JException

from asl.jsonata.conversion import NULL
from asl.jsonata.functions.pictures import check_picture
from asl.jsonata.numbers import LARGEST_WHOLE, is_number, plain
from asl.jsonata.operators import finite
from asl.jsonata.values import QueryError

JSON_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
BASES = {"0x": 16, "0b": 2, "0o": 8}
LONGEST_NUMBER = 400  # characters: no double has more digits
DIGITS = 320  # after the point, or before it
LARGEST_ROMAN = 100_000
WORDS = frozenset(
    {"infinity", "NaN", "percent", "per-mille"}
)  # options of $formatNumber that may be longer than a character
OPTION_CHARACTERS = 20


def total(values: Any) -> Any:
    """The sum, one after the other: Python's own sum rounds differently from 3.12 on."""
    if values is None:
        return None
    result: float = 0
    for value in values:
        result += float(value)
    return plain(finite(result, "$sum"))


def average(values: Any) -> Any:
    """The mean."""
    return plain(total(values) / len(values)) if values else None


def number(value: Any) -> Any:
    """A number from a text, or of a truth."""
    if value is None or is_number(value):
        return value
    if value is NULL:
        raise JException("T0410", -1, 1, "number")
    if isinstance(value, bool):
        return int(value)
    try:
        return plain(finite(_read(value), value))
    except (ValueError, OverflowError, JException):
        raise JException("D3030", -1, value) from None


def _read(text: str) -> float:
    if len(text) > LONGEST_NUMBER:
        raise ValueError
    base = BASES.get(text[:2].lower())
    if base is not None and text[2:].isalnum():
        return float(int(text[2:], base))
    if not JSON_NUMBER.fullmatch(text):
        raise ValueError
    return int(text) if text.lstrip("-").isdigit() else float(text)


def floor(value: Any) -> Any:
    """The whole number below."""
    return None if value is None else plain(math.floor(value))


def ceil(value: Any) -> Any:
    """The whole number above."""
    return None if value is None else plain(math.ceil(value))


def round_(value: Any, digits: Any) -> Any:
    """Rounded, of two that are as near the even one."""
    if value is None:
        return None
    places = max(-DIGITS, min(DIGITS, int(digits or 0)))
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, Context(prec=2 * DIGITS + 20))
    return plain(int(rounded) if places <= 0 else float(rounded))


def abs_(value: Any) -> Any:
    """Without its sign."""
    return None if value is None else abs(value)


def sqrt(value: Any) -> Any:
    """The square root."""
    if value is None:
        return None
    if value < 0:
        raise JException("D3060", -1, value)
    return plain(math.sqrt(value))


def power(base: Any, exponent: Any) -> Any:
    """To the power of."""
    if base is None or exponent is None:
        return None
    try:
        return plain(math.pow(base, exponent))
    except (OverflowError, ValueError):
        raise JException("D3061", -1, base, exponent) from None


def format_number(value: Any, picture: Any, options: Any) -> Any:
    """Written as a picture shows it. Of its options regular expressions are made: single characters, then."""
    check_picture(picture)
    for name, option in (options or {}).items():
        if not isinstance(option, str) or not 1 <= len(option) <= (OPTION_CHARACTERS if name in WORDS else 1):
            raise QueryError(f"option {name} of $formatNumber must be a single character")
    return Functions.format_number(value, picture, options)


def format_integer(value: Any, picture: Any) -> Any:
    """A whole number written as a picture shows it."""
    check_picture(picture)
    largest = LARGEST_ROMAN if picture in {"I", "i"} else LARGEST_WHOLE
    if value is not None and abs(value) >= largest:
        raise QueryError(f"$formatInteger takes for this picture numbers below {largest}")
    return Functions.format_integer(value, picture)


def parse_integer(text: Any, picture: Any) -> Any:
    """A whole number from a text that is written as a picture shows."""
    check_picture(picture)
    check_picture(text)
    return plain(found) if is_number(found := Functions.parse_integer(text, picture)) else found


FUNCTIONS = {
    "abs": ("<n-:n>", abs_),
    "average": ("<a<n>:n>", average),
    "ceil": ("<n-:n>", ceil),
    "floor": ("<n-:n>", floor),
    "formatInteger": ("<n-s:s>", format_integer),
    "formatNumber": ("<n-so?:s>", format_number),
    "number": ("<(nsb)-:n>", number),
    "parseInteger": ("<s-s:n>", parse_integer),
    "power": ("<n-n:n>", power),
    "round": ("<n-n?:n>", round_),
    "sqrt": ("<n-:n>", sqrt),
    "sum": ("<a<n>:n>", total),
}
