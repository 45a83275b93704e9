"""What stands in a definition and is computed when a state runs."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from asl.intrinsics.values import Call
from asl.paths.values import Path
from asl.values import JsonValue


class Language(Enum):
    """In what a state computes its values."""

    JSONPATH = "JSONPath"
    JSONATA = "JSONata"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands there as it is."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Query:
    """An expression in JSONata, without its {% and %}."""

    text: str


@dataclass(frozen=True, slots=True)
class Members:
    """An object whose members are computed, by their names and the names of the fields they stand in."""

    members: tuple[tuple[str, str, "Template"], ...]


@dataclass(frozen=True, slots=True)
class Elements:
    """An array whose elements are computed."""

    elements: tuple["Template", ...]


Template: TypeAlias = Literal | Path | Call | Query | Members | Elements
