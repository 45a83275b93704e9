"""Whether the condition of a filter holds of an element."""

from collections.abc import Iterator
from typing import Any, Protocol

from asl.paths.values import Both, Comparison, Condition, Constant, Either, Exists, Here, Not, Operand, Step
from asl.values import is_number, same

AT_A_GLANCE = 8  # names that are looked up, or values that are compared, take as much as one that a path goes through
_NOTHING = object()


class Search(Protocol):
    """What is handed in, for a path holds conditions, and a condition paths."""

    def found(self, steps: tuple[Step, ...], value: Any) -> Iterator[Any]:
        """All that some steps lead to from a value."""

    def pay(self, looks: int) -> None:
        """Count values that are looked at."""


def holds(condition: Condition, element: Any, whole: Any, search: Search) -> bool:
    """Tell whether a condition holds of an element of the whole."""
    search.pay(1)
    match condition:
        case Both(conditions):
            return all(holds(one, element, whole, search) for one in conditions)
        case Either(conditions):
            return any(holds(one, element, whole, search) for one in conditions)
        case Not(inner):
            return not holds(inner, element, whole, search)
        case Exists(operand):
            return next(_all_of(operand, element, whole, search), _NOTHING) is not _NOTHING
        case Comparison(left, operator, right):
            one, other = (_value_of(operand, element, whole, search) for operand in (left, right))
            search.pay((_values_in(one) + _values_in(other)) // AT_A_GLANCE)
            return _compare(operator, one, other)


def _all_of(operand: Here, element: Any, whole: Any, search: Search) -> Iterator[Any]:
    return search.found(operand.steps, element if operand.from_element else whole)


def _value_of(operand: Operand, element: Any, whole: Any, search: Search) -> Any:
    if isinstance(operand, Constant):
        return operand.value
    return next(_all_of(operand, element, whole, search), _NOTHING)


def _values_in(value: Any) -> int:
    """How many values a comparison may go through."""
    number, level = 0, [value]
    while level:
        number += len(level)
        level = [
            inner
            for held in level
            if isinstance(held, dict | list)
            for inner in (held.values() if isinstance(held, dict) else held)
        ]
    return number


def _compare(operator: str, left: Any, right: Any) -> bool:
    if left is _NOTHING or right is _NOTHING:
        return operator in {"!=", "nin"} and left is not right
    match operator:
        case "==":
            return same(left, right)
        case "!=":
            return not same(left, right)
        case "in":
            return isinstance(right, list) and any(same(left, one) for one in right)
        case "nin":
            return not (isinstance(right, list) and any(same(left, one) for one in right))
    if not ((is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))):
        return False
    match operator:
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)
