"""Functions of arrays."""

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
    numbers = range(begin, end + (1 if stride > 0 else -1), stride)
    if len(numbers) > LONGEST_RANGE:
        raise Refused(f"the range has {len(numbers)} elements, {LONGEST_RANGE} are allowed")
    return list(numbers)


def unique(values: Any) -> list[Any]:
    """The elements, each once, in the order of their first appearance."""
    kept: list[Any] = []
    seen: set[tuple[type, Any]] = set()
    for value in array(values):
        if isinstance(value, dict | list):
            if not any(same(value, other) for other in kept):
                kept.append(value)
        elif (known := (bool if isinstance(value, bool) else object, value)) not in seen:
            seen.add(known)
            kept.append(value)
    return kept
