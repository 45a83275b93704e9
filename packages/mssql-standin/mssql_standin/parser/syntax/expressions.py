"""Values and conditions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mssql_standin.sql_types import SqlType

Name = tuple[str, ...]  # the parts of a dotted name, outermost first


class Expression:
    """Whatever stands in the place of a value, as far as grammar goes; those that hold queries are among these."""

    __slots__ = ()


class Condition(Expression):
    """Whatever is true, false or unknown."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A constant in stored form; type "null" for NULL."""

    value: Any
    type: SqlType


@dataclass(frozen=True, slots=True)
class ColumnName(Expression):
    """A column, perhaps qualified."""

    parts: Name


@dataclass(frozen=True, slots=True)
class Variable(Expression):
    """@name, in lower case."""

    name: str


@dataclass(frozen=True, slots=True)
class GlobalVariable(Expression):
    """@@NAME, in lower case without the signs."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """-, + or ~."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    """Arithmetic, concatenation or bitwise operation."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Case(Expression):
    """CASE; with an operand the conditions are values to compare with it."""

    operand: Expression | None
    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One term of ORDER BY."""

    expression: Expression
    descending: bool


@dataclass(frozen=True, slots=True)
class Window:
    """OVER (PARTITION BY .. ORDER BY ..)."""

    partition: tuple[Expression, ...]
    order: tuple[OrderItem, ...]


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A built-in function. `part` is the date part of DATEADD and its kin."""

    name: str
    arguments: tuple[Expression, ...]
    distinct: bool = False
    star: bool = False
    window: Window | None = None
    part: str = ""
    order: tuple[OrderItem, ...] = ()  # WITHIN GROUP


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """CAST, CONVERT and their TRY_ forms."""

    operand: Expression
    type: SqlType
    style: Expression | None = None
    attempt: bool = False


@dataclass(frozen=True, slots=True)
class Collate(Expression):
    """An expression with COLLATE."""

    operand: Expression
    collation: str


# --- conditions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison(Condition):
    """Two values compared."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logical(Condition):
    """AND or OR."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """NOT."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class IsNull(Condition):
    """IS [NOT] NULL."""

    operand: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class Between(Condition):
    """[NOT] BETWEEN."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class InList(Condition):
    """[NOT] IN (values)."""

    operand: Expression
    items: tuple[Expression, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Like(Condition):
    """[NOT] LIKE."""

    operand: Expression
    pattern: Expression
    escape: Expression | None
    negated: bool


def children(node: object) -> tuple[object, ...]:
    """Return the parts of a node of the tree, or of a tuple of them."""
    if isinstance(node, tuple):
        return node
    slots = getattr(type(node), "__dataclass_fields__", None)
    return tuple(getattr(node, slot) for slot in slots) if slots else ()


def inside(node: object) -> Iterator[object]:
    """Return a node and everything in it, however deep."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(children(part))
