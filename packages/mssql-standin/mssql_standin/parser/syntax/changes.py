"""INSERT, UPDATE, DELETE, MERGE."""

from dataclasses import dataclass

from mssql_standin.parser.syntax.expressions import Expression, Name
from mssql_standin.parser.syntax.queries import CommonTable, Query, SelectItem, Source, TableSource
from mssql_standin.sql_types import SqlType


@dataclass(frozen=True, slots=True)
class Output:
    """OUTPUT list [INTO target (columns)]."""

    items: tuple[SelectItem, ...]
    into: Name | None
    into_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One term of SET in UPDATE or MERGE: column, variable or both."""

    column: Name | None
    variable: str | None
    operator: str
    value: Expression | None  # None: DEFAULT


@dataclass(frozen=True, slots=True)
class Insert:
    """INSERT; `source` None is DEFAULT VALUES."""

    target: Name
    columns: tuple[str, ...] | None
    source: Query | None
    output: Output | None
    tables: tuple[CommonTable, ...]
    context: Expression | None = None
    top: Expression | None = None


@dataclass(frozen=True, slots=True)
class InsertBulk:
    """INSERT BULK: the rows follow in a message of their own."""

    target: Name
    columns: tuple[tuple[str, SqlType], ...]
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class Update:
    """UPDATE."""

    target: TableSource
    assignments: tuple[Assignment, ...]
    output: Output | None
    source: Source | None
    where: Expression | None
    top: Expression | None
    tables: tuple[CommonTable, ...]
    context: Expression | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE."""

    target: TableSource
    output: Output | None
    source: Source | None
    where: Expression | None
    top: Expression | None
    tables: tuple[CommonTable, ...]
    context: Expression | None = None


@dataclass(frozen=True, slots=True)
class MergeBranch:
    """One WHEN of MERGE. `match`: matched, target (not matched by target), source; `action`: update, delete, insert."""

    match: str
    condition: Expression | None
    action: str
    assignments: tuple[Assignment, ...] = ()
    columns: tuple[str, ...] | None = None
    values: tuple[Expression | None, ...] | None = None  # None: DEFAULT VALUES


@dataclass(frozen=True, slots=True)
class Merge:
    """MERGE."""

    target: TableSource
    source: Source
    condition: Expression
    branches: tuple[MergeBranch, ...]
    output: Output | None
    tables: tuple[CommonTable, ...]
    context: Expression | None = None
