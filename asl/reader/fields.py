"""The fields of one object of a definition."""

import math
from collections.abc import Iterator
from typing import Any

from asl.reader.mistakes import Mistakes, below
from asl.values import is_number, kind_of

LARGEST = 99_999_999  # seconds, attempts: the language's own limit


class Fields:
    """An object of the definition, its place, and where its mistakes go."""

    def __init__(self, value: dict[str, Any], pointer: str, mistakes: Mistakes) -> None:
        self.value = value
        self.pointer = pointer
        self.mistakes = mistakes

    def has(self, name: str) -> bool:
        return name in self.value

    def wrong(self, name: str, problem: str, remedy: str) -> None:
        """Note a mistake of one field."""
        self.mistakes.add(below(self.pointer, name), problem, remedy)

    def missing(self, name: str, remedy: str) -> None:
        """Note that a field is missing."""
        self.mistakes.add(self.pointer, f"{name} is missing", remedy)

    def text(self, name: str, default: str | None = None) -> str | None:
        """A field that is a text and not empty, if it is there."""
        if name not in self.value:
            return default
        value = self.value[name]
        if isinstance(value, str) and value:
            return value
        self.wrong(name, f"a text is needed, and this is {_told(value)}", "write a text in quotes")
        return default

    def needed_text(self, name: str, remedy: str) -> str:
        """A field that has to be a text."""
        if name not in self.value:
            self.missing(name, remedy)
        return self.text(name) or ""

    def number(self, name: str, default: Any, least: float, most: float = LARGEST, *, is_whole: bool = True) -> Any:
        """A field that is a number within bounds, if it is there."""
        value = self.value.get(name, default)
        if value is default and name not in self.value:
            return default
        if (
            is_number(value)
            and math.isfinite(value)
            and least <= value <= most
            and not (is_whole and value != int(value))
        ):
            return int(value) if is_whole else float(value)
        kind = "a whole number" if is_whole else "a number"
        self.wrong(name, f"{_told(value)} is not {kind} from {least:g} to {most:.15g}", f"write {kind} in that range")
        return default

    def objects(self, name: str) -> Iterator["Fields"]:
        """The objects of a field that is an array of objects."""
        value = self.value.get(name, [])
        if not isinstance(value, list):
            self.wrong(name, f"an array is needed, and this is {_told(value)}", "write objects in [ and ]")
            return
        for number, held in enumerate(value):
            if isinstance(held, dict):
                yield Fields(held, below(self.pointer, name, number), self.mistakes)
            else:
                self.mistakes.add(
                    below(self.pointer, name, number), f"an object is needed, and this is {_told(held)}", "write { … }"
                )

    def object(self, name: str) -> "Fields | None":
        """A field that is an object, if it is there."""
        if name not in self.value:
            return None
        value = self.value[name]
        if isinstance(value, dict):
            return Fields(value, below(self.pointer, name), self.mistakes)
        self.wrong(name, f"an object is needed, and this is {_told(value)}", "write { … }")
        return None

    def check_only(self, allowed: frozenset[str] | set[str], what: str) -> None:
        """Note fields that do not belong here."""
        for name in self.value:
            if name not in allowed:
                self.wrong(
                    name, f"{what} has no field {name}", f"leave it out, or write one of {', '.join(sorted(allowed))}"
                )

    def check_one_of(self, *names: str) -> None:
        """Note that of fields which exclude each other more than one is there."""
        given = [name for name in names if name in self.value]
        if len(given) > 1:
            self.wrong(given[1], f"{' and '.join(given)} exclude each other", "leave one of them out")


def _told(value: Any) -> str:
    return f"{value!r}"[:60] if is_number(value) or isinstance(value, str) else f"of kind {kind_of(value)}"
