"""What an expression reads of its variables, so that the rest of them need not be copied for it."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonata.parser import Parser

from asl.values import JsonValue

Way = tuple[str, ...]  # a variable, then names of fields
_LOOKS_BACK = (
    "focus",
    "index",
    "ancestor",
    "seeking_parent",
)  # of parts from which a path goes on above where it has come to


def parts_of(tree: Any) -> Iterator[Any]:
    """The parts of an expression, each once."""
    waiting: list[Any] = [tree]
    seen: set[Any] = set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, list | tuple):
            waiting.extend(part)
        elif isinstance(part, Parser.Symbol) and part not in seen:
            seen.add(part)
            waiting.extend(part.__dict__.values())
            yield part


def ways_in(tree: Any) -> tuple[Way, ...]:
    """The ways to all that an expression may read: no more of them than are written down, but rather too short than too long."""
    parts = list(parts_of(tree))
    looks_back = any(part.type == "parent" or any(getattr(part, name, None) for name in _LOOKS_BACK) for part in parts)
    paths = [] if looks_back else [part.steps for part in parts if part.type == "path"]
    begun = {steps[0] for steps in paths}
    alone = [part for part in parts if part.type == "variable" and part not in begun]
    found = {_way(steps) for steps in paths if steps[0].type == "variable"} | {(str(part.value),) for part in alone}
    return tuple(sorted(found))


def part_read(variables: Mapping[str, JsonValue], ways: tuple[Way, ...]) -> dict[str, JsonValue]:
    """The variables that are read, of objects those fields only that are; nothing is copied but the objects on the way."""
    return _fields(variables, list(ways))


def values_in(value: JsonValue) -> int:
    """How many values there are to copy."""
    count, waiting = 0, [value]
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict | list):
            count += len(held)
            waiting.extend(
                each for each in (held.values() if isinstance(held, dict) else held) if isinstance(each, dict | list)
            )
    return count


def _way(steps: Any) -> Way:
    way = [str(steps[0].value)]
    if steps[0].predicate:
        return tuple(way)
    for step in steps[1:]:
        if step.type != "name":
            break
        way.append(str(step.value))
        if step.stages or step.predicate:
            break
    return tuple(way)


def _fields(value: Mapping[str, JsonValue], ways: list[Way]) -> dict[str, JsonValue]:
    further: dict[str, list[Way]] = {}
    for name, *rest in ways:
        further.setdefault(name, []).append(tuple(rest))
    return {name: _read(value[name], rests) for name, rests in further.items() if name in value}


def _read(value: JsonValue, ways: list[Way]) -> JsonValue:
    return _fields(value, ways) if isinstance(value, dict) and all(ways) else value
