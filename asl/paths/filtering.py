"""Whether the condition of a filter holds of an element."""

from collections.abc import Callable, Iterator
from typing import Any

from asl.paths.values import Both, Comparison, Condition, Constant, Either, Exists, Here, Not, Operand, Step
from asl.values import is_number, same

Find = Callable[[tuple[Step, ...], Any], Iterator[Any]]  # handed in: a path holds conditions, a condition paths

_NOTHING = object()


def holds(condition: Condition, element: Any, whole: Any, find: Find) -> bool:
    """Tell whether a condition holds of an element of the whole."""
    match condition:
        case Both(conditions):
            return all(holds(one, element, whole, find) for one in conditions)
        case Either(conditions):
            return any(holds(one, element, whole, find) for one in conditions)
        case Not(inner):
            return not holds(inner, element, whole, find)
        case Exists(operand):
            return next(_all_of(operand, element, whole, find), _NOTHING) is not _NOTHING
        case Comparison(left, operator, right):
            return _compare(operator, _value_of(left, element, whole, find), _value_of(right, element, whole, find))


def _all_of(operand: Here, element: Any, whole: Any, find: Find) -> Iterator[Any]:
    return find(operand.steps, element if operand.from_element else whole)


def _value_of(operand: Operand, element: Any, whole: Any, find: Find) -> Any:
    if isinstance(operand, Constant):
        return operand.value
    return next(_all_of(operand, element, whole, find), _NOTHING)


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
