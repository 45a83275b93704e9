"""A call of an intrinsic function as values."""

from dataclasses import dataclass
from typing import TypeAlias

from asl.paths.values import Path
from asl.values import JsonValue


@dataclass(frozen=True, slots=True)
class Text:
    """A text in single quotes: as it is meant, and as it is written, for a template tells {} from \\{\\}."""

    value: str
    written: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, true, false or null."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    text: str
    name: str
    arguments: tuple["Argument", ...]


Argument: TypeAlias = Text | Constant | Path | Call
