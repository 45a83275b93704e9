"""What a path finds in a value."""

from collections.abc import Iterator
from typing import Any

from asl.effort import Effort
from asl.failures import runtime
from asl.paths.filtering import AT_A_GLANCE, holds
from asl.paths.values import Condition, Descent, Filter, Indexes, Names, Path, Slice, Step, Wildcard
from asl.values import JsonValue, kind_of

MOST_LOOKED_AT = 200_000  # values on the way of one path


class PathMissing(Exception):
    """A path that leads to one value leads to none here."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path.text, detail)
        self.path = path
        self.detail = detail


def select(path: Path, value: JsonValue, effort: Effort) -> JsonValue:
    """The one value that a definite path leads to, else an array of all that it finds, which may be none."""
    return _follow(path, value) if path.is_definite else list(_Search(value, effort).found(path.steps, value))


class _Search:
    """One look for all that a path leads to, which may not take for ever."""

    def __init__(self, whole: Any, effort: Effort) -> None:
        self.whole = whole
        self.effort = effort
        self.looked_at = 0

    def found(self, steps: tuple[Step, ...], value: Any) -> Iterator[Any]:
        """All that some steps lead to from a value."""
        values: Iterator[Any] = iter((value,))
        for step in steps:
            values = self._after(step, values)
        return values

    def _after(self, step: Step, values: Iterator[Any]) -> Iterator[Any]:
        for value in values:
            for taken in self._taken(step, value):
                self.pay(1)
                yield taken

    def _taken(self, step: Step, value: Any) -> Iterator[Any]:
        match step, value:
            case Names(names), dict():
                self.pay(len(names) // AT_A_GLANCE)
                yield from (value[name] for name in names if name in value)
            case Indexes(indexes), list():
                self.pay(len(indexes) // AT_A_GLANCE)
                yield from (value[index] for index in indexes if -len(value) <= index < len(value))
            case Slice(start, stop, stride), list():
                yield from value[start:stop:stride]
            case Wildcard(), list():
                yield from value
            case Wildcard(), dict():
                yield from value.values()
            case Filter(condition), list():
                yield from (held for held in value if self._holds(condition, held))
            case Filter(condition), dict():
                yield from (held for held in (value,) if self._holds(condition, held))
            case Descent(), _:
                yield from _everything_in(value)

    def _holds(self, condition: Condition, element: Any) -> bool:
        return holds(condition, element, self.whole, self)

    def pay(self, looks: int) -> None:
        """Count values that are looked at."""
        self.effort.look(looks)
        self.looked_at += looks
        if self.looked_at > MOST_LOOKED_AT:
            raise runtime(f"A path may look at {MOST_LOOKED_AT} values, and this one looks at more")


def _everything_in(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict | list):
            yield held
            inner = list(held.values()) if isinstance(held, dict) else held
            waiting.extend(reversed(inner))


def _follow(path: Path, value: Any) -> Any:
    way = "$"
    for number, step in enumerate(path.steps):
        before = way
        match step:
            case Names((name,)):
                way += f"['{name}']"
                if not isinstance(value, dict):
                    raise PathMissing(
                        path,
                        f"Expected to find an object with property ['{name}'] in path {before} but found '{kind_of(value)}'",
                    )
                if name not in value:
                    is_last = number == len(path.steps) - 1
                    raise PathMissing(
                        path, f"{'No results for path:' if is_last else 'Missing property in path'} {way}"
                    )
                value = value[name]
            case Indexes((index,)):
                way += f"[{index}]"
                if not isinstance(value, list):
                    raise PathMissing(
                        path, f"Filter: [{index}] can only be applied to arrays. Current context is: {kind_of(value)}"
                    )
                if not -len(value) <= index < len(value):
                    raise PathMissing(path, f"Index out of bounds when evaluating path {way}")
                value = value[index]
    return value
