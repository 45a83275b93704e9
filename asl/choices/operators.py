"""The operators of comparisons: of which kind they are, and when they hold."""

import operator
from collections.abc import Callable
from typing import Any

from asl.choices.patterns import matches
from asl.moments import moment_in
from asl.values import is_number, kind_of

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}


def _text(value: Any) -> Any:
    """A text by its UTF-16 units, the order in which the language compares."""
    return value.encode("utf-16-be", "surrogatepass") if isinstance(value, str) else None


def _number(value: Any) -> Any:
    return value if is_number(value) else None


def _moment(value: Any) -> Any:
    return moment_in(value) if isinstance(value, str) else None


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else None


_KINDS: dict[str, tuple[Callable[[Any], Any], tuple[str, ...], str]] = {
    "String": (_text, tuple(_ORDERS), "a text"),
    "Numeric": (_number, tuple(_ORDERS), "a number"),
    "Boolean": (_boolean, ("Equals",), "true or false"),
    "Timestamp": (_moment, tuple(_ORDERS), "a time such as 2026-01-31T08:00:00Z"),
}

COMPARISONS = {f"{kind}{order}": (kind, order) for kind, (_, orders, _) in _KINDS.items() for order in orders}
QUESTIONS: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsNumeric": is_number,
    "IsString": lambda value: isinstance(value, str),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: _moment(value) is not None,
}
PRESENT = "IsPresent"
PATTERN = "StringMatches"
OPERATORS = (*COMPARISONS, *(f"{name}Path" for name in COMPARISONS), PATTERN, PRESENT, *QUESTIONS)


def wanted_by(name: str) -> str:
    """What kind of value an operator compares with, in words."""
    if name in QUESTIONS or name == PRESENT:
        return "true or false"
    return _KINDS["String" if name == PATTERN else COMPARISONS[name][0]][2]


def takes(name: str, value: Any) -> bool:
    """Tell whether a value can stand beside an operator in a definition."""
    if name in QUESTIONS or name == PRESENT:
        return isinstance(value, bool)
    return _KINDS["String" if name == PATTERN else COMPARISONS[name][0]][0](value) is not None


def compare(name: str, value: Any, other: Any) -> bool:
    """Tell whether a comparison holds. What is of another kind than the operator is never equal, less or greater."""
    if name in QUESTIONS:
        return bool(QUESTIONS[name](value) == other)
    if name == PATTERN:
        return isinstance(value, str) and matches(value, other)
    kind, order = COMPARISONS[name]
    taken, beside = _KINDS[kind][0](value), _KINDS[kind][0](other)
    if taken is None or beside is None or kind_of(value) != kind_of(other):
        return False
    return bool(_ORDERS[order](taken, beside))
