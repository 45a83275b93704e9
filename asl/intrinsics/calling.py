"""What a call yields."""

from collections.abc import Callable
from typing import Any

from asl.effort import Effort
from asl.failures import INTRINSIC, StateFailure
from asl.intrinsics import arrays, texts
from asl.intrinsics.arguments import Refused, whole
from asl.intrinsics.values import Argument, Call, Constant, Text
from asl.jsonata.values import Sources
from asl.paths.values import Path
from asl.values import JsonValue, is_too_large, json_text

CHARACTERS_PER_LOOK = 8
LOOKS_PER_ELEMENT = 2  # it is read or written, too
_PLAIN: dict[str, Callable[..., Any]] = {
    "States.Array": lambda *values: list(values),
    "States.ArrayContains": arrays.contains,
    "States.ArrayGetItem": arrays.get_item,
    "States.ArrayLength": arrays.length,
    "States.ArrayPartition": arrays.partition,
    "States.ArrayRange": arrays.span,
    "States.ArrayUnique": arrays.unique,
    "States.Base64Decode": texts.decode,
    "States.Base64Encode": texts.encode,
    "States.Hash": texts.digest,
    "States.JsonMerge": texts.merge,
    "States.JsonToString": json_text,
    "States.MathAdd": lambda one, other: whole(one) + whole(other),
    "States.StringSplit": texts.split,
    "States.StringToJson": texts.parse_json,
}


def call(written: Call, find: Callable[[Path], JsonValue], sources: Sources, effort: Effort) -> JsonValue:
    """What a call yields; `find` says what a path leads to. What it goes over and what it yields is paid for."""
    try:
        result = _called(written, find, sources, effort)
    except Refused as refused:
        raise StateFailure(INTRINSIC, f"The function '{written.text}' had the following error: {refused}") from None
    if is_too_large(result):
        raise StateFailure(INTRINSIC, f"The function '{written.text}' had the following error: its result is too large")
    effort.look(_looks(result))
    return result


def _called(written: Call, find: Callable[[Path], JsonValue], sources: Sources, effort: Effort) -> JsonValue:
    values = [_value_of(argument, find, sources, effort) for argument in written.arguments]
    if is_too_large(values):
        raise Refused("its arguments are too large")
    effort.look(_looks(values))
    match written.name:
        case "States.Format":
            first = written.arguments[0]
            template = first.written if isinstance(first, Text) else values[0]
            if not isinstance(template, str):
                raise Refused("the first argument has to be the template, a text")
            return texts.fill(template, values[1:])
        case "States.UUID":
            return sources.uuid()
        case "States.MathRandom":
            return _random(values, sources)
        case name:
            return _PLAIN[name](*values)  # type: ignore[no-any-return]


def _looks(value: Any) -> int:
    """How many values it counts as, for who goes over all of it: texts by their length."""
    looks, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            looks += 1 + len(each) // CHARACTERS_PER_LOOK
        elif isinstance(each, list | dict):
            looks += LOOKS_PER_ELEMENT * len(each)
            waiting += each if isinstance(each, list) else each.values()
    return looks


def _value_of(argument: Argument, find: Callable[[Path], JsonValue], sources: Sources, effort: Effort) -> JsonValue:
    match argument:
        case Text(value) | Constant(value):
            return value
        case Path():
            return find(argument)
        case Call():
            return call(argument, find, sources, effort)


def _random(values: list[Any], sources: Sources) -> int:
    """A whole number from the first to below the second; a seed gives the same one each time."""
    first, end = whole(values[0]), whole(values[1])
    if first >= end:
        raise Refused(f"the first number has to be below the second, and {first} is not below {end}")
    seed = whole(values[2]) if len(values) > 2 else None
    return first + int(sources.random(seed) * 2**53) * (end - first) // 2**53  # a span may be too wide for a float
