"""What measures make of values, in whatever order these come: each state is of one event, or of two states merged.

A state is what JSON can hold. Sums are exact: numbers are whole or Decimal, and no digit of them is dropped.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, localcontext
from typing import Any

from relay import exact_json
from workflows.streams.values import Function, Measure

MOST_DIGITS = 38  # of a number before its point, and after it
# More than a sum of so many numbers as there can be has.
EXACT = Context(prec=200, traps=[Inexact])
OVERFLOWN = "more"  # the state of a distinct that has more values than are told apart


@dataclass(frozen=True, slots=True)
class Seen:
    """One event's value of a measure, and the event's place in time; `tie` decides between events of one moment."""

    value: Any
    at_ms: int
    tie: str


def state_of(measure: Measure, seen: Seen) -> Any:
    """Return the state of one event; that of an event without a value is the state of none."""
    if measure.function is Function.COUNT:
        return 0 if measure.member and seen.value is None else 1
    if seen.value is None:
        return None
    match measure.function:
        case Function.AVG:
            return [seen.value, 1]
        case Function.DISTINCT:
            return [hashlib.sha256(exact_json.dumps(seen.value).encode()).hexdigest()[:24]]
        case Function.FIRST | Function.LAST:
            return [seen.at_ms, seen.tie, seen.value]
        case Function.TOP:
            return [seen.value]
        case _:
            return seen.value


def merged(measure: Measure, one: Any, other: Any) -> Any:
    """Return the state of what both are of; of which events comes first, and which first of two, changes nothing."""
    if one is None or other is None:
        return other if one is None else one
    match measure.function:
        case Function.COUNT:
            return one + other
        case Function.SUM:
            return exact_sum(one, other)
        case Function.AVG:
            return [exact_sum(one[0], other[0]), one[1] + other[1]]
        case Function.MIN:
            return min(one, other, key=order)
        case Function.MAX:
            return max(one, other, key=order)
        case Function.FIRST:
            return min(one, other, key=_moment)
        case Function.LAST:
            return max(one, other, key=_moment)
        case Function.DISTINCT:
            return _distinct(one, other, measure.most)
        case Function.TOP:
            return sorted([*one, *other], key=order, reverse=True)[: measure.most]


def told(measure: Measure, state: Any) -> Any:
    """Return what people are told of a state."""
    match measure.function:
        case Function.COUNT:
            return state
        case Function.AVG:
            return {"sum": None if state is None else state[0], "count": 0 if state is None else state[1]}
        case Function.DISTINCT:
            return measure.most if state == OVERFLOWN else len(state or ())
        case Function.FIRST | Function.LAST:
            return None if state is None else state[2]
        case Function.TOP:
            return state or []
        case _:
            return state


def at_least(measures: Sequence[tuple[str, Measure]], states: Sequence[Any]) -> list[str]:
    """Return the measures whose value is the bound that they have, and would be more."""
    return [name for (name, _), state in zip(measures, states, strict=True) if state == OVERFLOWN]


def order(value: Any) -> tuple[int, Any]:
    """Return by what values are ordered: numbers before texts, those by their characters' numbers."""
    return (1, value) if isinstance(value, str) else (0, value)


def exact_sum(one: Any, other: Any) -> Any:
    """Add without dropping a digit; what comes out whole is a whole number again."""
    with localcontext(EXACT):
        return plain_number(one + other)


def plain_number(number: Any) -> Any:
    """Return a number in its one form: whole, or a Decimal without zeros at its end."""
    if isinstance(number, Decimal):
        return int(number) if number == number.to_integral_value() else number.normalize(EXACT)
    return number


def _distinct(one: Any, other: Any, most: int) -> Any:
    if OVERFLOWN in (one, other):
        return OVERFLOWN
    both = sorted({*one, *other})
    return OVERFLOWN if len(both) > most else both


def _moment(state: Any) -> tuple[Any, Any]:
    return state[0], state[1]
