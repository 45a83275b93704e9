"""Row conditions: tests of a column's value, as relays.toml writes them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from relay.changes.change import Row


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a column's value, such as at_least 100. A row passes if all of the relay's conditions hold."""

    column: str
    operator: str
    operand: Any


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(value: Any, operand: Any) -> bool:
        return value is not None and compare(value, operand)

    return test


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, operand: value is not None and bool(value == operand),
    "not_equals": lambda value, operand: value is None or bool(value != operand),
    "in": lambda value, operand: value is not None and value in operand,
    "not_in": lambda value, operand: value is None or value not in operand,
    "at_least": _ordered(lambda value, operand: value >= operand),
    "at_most": _ordered(lambda value, operand: value <= operand),
    "is_null": lambda value, operand: (value is None) is operand,
}


def holds(conditions: Iterable[Condition], row: Row) -> bool:
    """Tell whether every condition holds for the row.

    A value of another kind than its operand (text against a number) is an odd case; it passes, because a change
    that need not have been sent does no harm and a change that is missing does.
    """
    return all(_holds(condition, row) for condition in conditions)


def _holds(condition: Condition, row: Row) -> bool:
    try:
        return OPERATORS[condition.operator](row[condition.column], condition.operand)
    except TypeError:
        return True
