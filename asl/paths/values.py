"""A path as values: where it begins, and its steps."""

from dataclasses import dataclass
from typing import TypeAlias

from asl.values import JsonValue

INPUT = "$"
CONTEXT = "$$"


class PathSyntaxError(ValueError):
    """A text is no path."""


@dataclass(frozen=True, slots=True)
class Names:
    """Members by their names: ['a'] or ['a','b']."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indexes:
    """Elements by their places; negative ones count from the end."""

    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """Elements from one place to before another."""

    start: int | None
    stop: int | None
    stride: int | None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """All members or elements."""


@dataclass(frozen=True, slots=True)
class Descent:
    """The value and all that it holds, at any depth."""


@dataclass(frozen=True, slots=True)
class Filter:
    """The elements of which a condition holds."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Path:
    """A path: `root` is $ (the input), $$ (the context object) or the name of a variable."""

    text: str
    root: str
    steps: tuple["Step", ...]

    @property
    def is_definite(self) -> bool:
        """Whether it leads to one value, or to none. Any other path yields an array."""
        return all(
            (isinstance(step, Names) and len(step.names) == 1) or (isinstance(step, Indexes) and len(step.indexes) == 1)
            for step in self.steps
        )


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in a condition."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Here:
    """A path from the element (@) or from the whole value ($) that a condition is asked about."""

    from_element: bool
    steps: tuple["Step", ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands and what is said of them."""

    left: "Operand"
    operator: str
    right: "Operand"


@dataclass(frozen=True, slots=True)
class Exists:
    """The element has something there."""

    operand: Here


@dataclass(frozen=True, slots=True)
class Not:
    """A condition does not hold."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Both:
    """All of the conditions hold."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the conditions holds."""

    conditions: tuple["Condition", ...]


Step: TypeAlias = Names | Indexes | Slice | Wildcard | Descent | Filter
Operand: TypeAlias = Constant | Here
Condition: TypeAlias = Comparison | Exists | Not | Both | Either
