"""Queries, what they read from, and expressions that hold one."""

from dataclasses import dataclass

from mssql_standin.parser.syntax.expressions import Condition, Expression, Name, OrderItem
from mssql_standin.sql_types import SqlType


@dataclass(frozen=True, slots=True)
class Star:
    """* or qualifier.*."""

    qualifier: Name


@dataclass(frozen=True, slots=True)
class SelectItem:
    """One item of a select list; `variable` is set for `@v = expression`."""

    expression: Expression | Star
    alias: str | None
    variable: str | None = None
    operator: str = "="


@dataclass(frozen=True, slots=True)
class Hints:
    """The table hints that mean something here."""

    locks: bool = False  # UPDLOCK, HOLDLOCK, XLOCK ..: take the writer's lock inside a transaction
    no_wait: bool = False
    dirty: bool = False  # NOLOCK, READPAST ..: waits for no writer
    indexes: tuple[str, ...] = ()  # INDEX: there is no plan to choose, but they have to be there


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table, view, table variable, temporary table or common table expression."""

    name: Name
    alias: str | None
    hints: Hints


@dataclass(frozen=True, slots=True)
class DerivedTable:
    """A subquery in FROM."""

    query: "Query"
    alias: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JsonColumn:
    """One column of OPENJSON .. WITH."""

    name: str
    type: SqlType
    path: str
    as_json: bool


@dataclass(frozen=True, slots=True)
class OpenJson:
    """OPENJSON(document, path) [WITH (columns)]; no columns is the default schema."""

    document: Expression
    path: Expression | None
    columns: tuple[JsonColumn, ...] | None
    alias: str | None


@dataclass(frozen=True, slots=True)
class StringSplit:
    """STRING_SPLIT(text, separator)."""

    text: Expression
    separator: Expression
    alias: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """CHANGETABLE(CHANGES table, version)."""

    table: Name
    since: Expression
    alias: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeVersion:
    """CHANGETABLE(VERSION table, (key columns), (values))."""

    table: Name
    keys: tuple[str, ...]
    values: tuple[Expression, ...]
    alias: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """A join; `kind`: inner, left, right, full, cross, cross apply, outer apply. `ordered`: a join hint fixes the order."""

    kind: str
    left: "Source"
    right: "Source"
    condition: Expression | None
    ordered: bool = False


Source = TableSource | DerivedTable | OpenJson | StringSplit | Changes | ChangeVersion | Join


@dataclass(frozen=True, slots=True)
class Select:
    """One SELECT without its ORDER BY."""

    items: tuple[SelectItem, ...]
    source: Source | None
    where: Expression | None
    group_by: tuple[Expression, ...]
    having: Expression | None
    distinct: bool = False
    top: Expression | None = None
    into: Name | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A table value constructor: VALUES (..), (..). None stands for DEFAULT."""

    rows: tuple[tuple[Expression | None, ...], ...]


@dataclass(frozen=True, slots=True)
class SetOperation:
    """UNION, UNION ALL, EXCEPT or INTERSECT."""

    operator: str
    left: "Body"
    right: "Body"


@dataclass(frozen=True, slots=True)
class CommonTable:
    """One common table expression."""

    name: str
    columns: tuple[str, ...]
    query: "Query"


@dataclass(frozen=True, slots=True)
class Query:
    """A query with its common table expressions, order and window of rows."""

    body: "Body"
    order: tuple[OrderItem, ...] = ()
    offset: Expression | None = None
    fetch: Expression | None = None
    tables: tuple[CommonTable, ...] = ()


Body = Select | Rows | SetOperation | Query


@dataclass(frozen=True, slots=True)
class ScalarQuery(Expression):
    """A subquery used as a value."""

    query: Query


@dataclass(frozen=True, slots=True)
class InQuery(Condition):
    """[NOT] IN (subquery)."""

    operand: Expression
    query: Query
    negated: bool


@dataclass(frozen=True, slots=True)
class Exists(Condition):
    """EXISTS (subquery)."""

    query: Query
