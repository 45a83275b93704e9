"""Functions of arrays."""

from collections.abc import Hashable
from typing import Any

from asl.intrinsics.arguments import Refused, array, whole
from asl.values import same

LONGEST_RANGE = 1000


def contains(values: Any, wanted: Any) -> bool:
    """Tell whether an array holds a value."""
    return any(same(value, wanted) for value in array(values))


def get_item(values: Any, index: Any) -> Any:
    """The element at a place, the first is 0."""
    place = whole(index)
    if not 0 <= place < len(array(values)):
        raise Refused(f"the array has no element {place}, it has {len(values)}")
    return values[place]


def length(values: Any) -> int:
    """How many elements an array has."""
    return len(array(values))


def partition(values: Any, size: Any) -> list[Any]:
    """The elements in groups of one size; the last may be smaller."""
    step = whole(size)
    if step < 1:
        raise Refused(f"the size of a group has to be positive, and {step} is not")
    return [array(values)[begin : begin + step] for begin in range(0, len(array(values)), step)]


def span(first: Any, last: Any, step: Any) -> list[Any]:
    """Numbers from one to another, both included if the steps meet them."""
    begin, end, stride = whole(first), whole(last), whole(step)
    if stride == 0:
        raise Refused("the step may not be 0")
    number = max(0, (end - begin) // stride + 1)  # which may be more than a range can count
    if number > LONGEST_RANGE:
        raise Refused(f"the range has {number} elements, {LONGEST_RANGE} are allowed")
    return [begin + stride * place for place in range(number)]


def unique(values: Any) -> list[Any]:
    """The elements, each once, in the order of their first appearance."""
    first: dict[Hashable, Any] = {}
    for value in array(values):
        first.setdefault(_key(value), value)
    return list(first.values())


def _key(value: Any) -> Hashable:
    """What is equal for two values that are the same JSON: 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, dict):
        return dict, frozenset((name, _key(held)) for name, held in value.items())
    if isinstance(value, list):
        return list, tuple(_key(held) for held in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return isinstance(value, bool), value
    # A text: whole numbers can be chosen that have one hash, and then each is compared with each.
    return float, str(int(value)) if isinstance(value, int) or value.is_integer() else repr(value)
