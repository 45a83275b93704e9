"""A condition as values."""

from dataclasses import dataclass
from typing import TypeAlias

from asl.paths.values import Path
from asl.values import JsonValue


@dataclass(frozen=True, slots=True)
class Test:
    """A variable compared with a value, or with what another path leads to; `name` is the operator without Path."""

    variable: Path
    name: str
    value: JsonValue | Path


@dataclass(frozen=True, slots=True)
class And:
    """All of them hold."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of them holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    condition: "Condition"


Condition: TypeAlias = Test | And | Or | Not
