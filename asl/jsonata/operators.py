"""What JSONata's operators make of values, where the engine's own does it wrongly or copies too much."""

import math
from typing import Any

from jsonata.jexception import JException
from jsonata.utils import Utils

from asl.jsonata.numbers import LARGEST, is_number, plain


def field_of(value: Any, name: str) -> Any:
    """A field of an object, or those of all objects in a list."""
    if isinstance(value, dict):
        return value.get(name)
    if not isinstance(value, list):
        return None
    found = Utils.create_sequence()
    for held in value:
        add_to(found, field_of(held, name))
    return found


def all_fields_of(value: Any) -> Any:
    """The values of an object, or of a list, lists in it laid out flat."""
    found = Utils.create_sequence()
    if getattr(value, "outer_wrapper", False) and value:
        value = value[0]
    held_ones = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for held in held_ones:
        lay_out(found, held)
    return found


def lay_out(found: list[Any], value: Any) -> None:
    """Adds a value, of a list all that it and the lists in it hold."""
    if isinstance(value, list):
        for held in value:
            lay_out(found, held)
    else:
        found.append(value)


def add_to(found: list[Any], value: Any) -> None:
    """Adds a value, of a list its elements, of nothing nothing."""
    if isinstance(value, list):
        found.extend(value)
    elif value is not None:
        found.append(value)


def arithmetic(operator: str, left: Any, right: Any) -> Any:
    """What two numbers come to; nothing if one is nothing."""
    for value, code in ((left, "T2001"), (right, "T2002")):
        if value is not None and not is_number(value):
            raise JException(code, -1, operator, value)
    if left is None or right is None:
        return None
    return plain(finite(_computed(operator, float(left), float(right)), f"{left} {operator} {right}"))


def finite(number: Any, source: str) -> float:
    """A number that JSON can hold."""
    if not isinstance(number, int | float) or not abs(number) <= LARGEST:  # what is no number is not within anything
        raise JException("D1001", -1, source)
    return number


def _computed(operator: str, left: float, right: float) -> float:
    try:
        if operator == "+":
            return left + right
        if operator == "-":
            return left - right
        if operator == "*":
            return left * right
        return left / right if operator == "/" else math.fmod(left, right)
    except (ZeroDivisionError, ValueError, OverflowError):
        return math.inf


def ends_of_range(first: Any, last: Any) -> tuple[int | None, int | None]:
    """Both ends, which are whole numbers or nothing."""
    return _whole(first, "T2003"), _whole(last, "T2004")


def _whole(value: Any, code: str) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise JException(code, -1, value)
    return value
