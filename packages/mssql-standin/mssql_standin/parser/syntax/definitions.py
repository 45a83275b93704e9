"""Tables, their parts, and the statements that define them."""

from dataclasses import dataclass
from typing import Any

from mssql_standin.parser.syntax.expressions import Expression, Name
from mssql_standin.sql_types import SqlType


@dataclass(frozen=True, slots=True)
class TextExpression:
    """An expression kept in a definition: its source text and its tree."""

    text: str
    tree: Expression


@dataclass(frozen=True, slots=True)
class KeyDefinition:
    """PRIMARY KEY, UNIQUE or an index. Columns are (name, descending)."""

    name: str | None
    columns: tuple[tuple[str, bool], ...]
    kind: str  # "primary", "unique", "index"
    unique: bool
    clustered: bool | None
    included: tuple[str, ...] = ()
    not_null: tuple[str, ...] = ()  # an index's filter: the columns that it asks to be not NULL


@dataclass(frozen=True, slots=True)
class ForeignKeyDefinition:
    """FOREIGN KEY .. REFERENCES."""

    name: str | None
    columns: tuple[str, ...]
    table: Name
    referenced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckDefinition:
    """CHECK (condition)."""

    name: str | None
    condition: TextExpression
    column: str | None = None  # if it stands at one


@dataclass(frozen=True, slots=True)
class DefaultDefinition:
    """DEFAULT expression, for a column given later by ALTER TABLE .. FOR."""

    name: str | None
    value: TextExpression
    column: str


Constraint = KeyDefinition | ForeignKeyDefinition | CheckDefinition | DefaultDefinition


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """One column of CREATE TABLE or ALTER TABLE ADD."""

    name: str
    type: SqlType | None  # None: computed
    nullable: bool | None
    collation: str | None = None
    identity: tuple[int, int] | None = None
    default: TextExpression | None = None
    default_name: str | None = None
    with_values: bool = False
    computed: TextExpression | None = None
    persisted: bool = False


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """What is between the parentheses of CREATE TABLE."""

    columns: tuple[ColumnDefinition, ...]
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class CreateSchema:
    """CREATE SCHEMA [AUTHORIZATION]."""

    name: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class TransferTable:
    """ALTER SCHEMA .. TRANSFER a table."""

    schema: str
    table: Name


@dataclass(frozen=True, slots=True)
class DropSchema:
    """DROP SCHEMA [IF EXISTS]."""

    name: str
    if_exists: bool


@dataclass(frozen=True, slots=True)
class CreateTable:
    """CREATE TABLE."""

    name: Name
    definition: TableDefinition


@dataclass(frozen=True, slots=True)
class DropTable:
    """DROP TABLE [IF EXISTS]."""

    names: tuple[Name, ...]
    if_exists: bool


@dataclass(frozen=True, slots=True)
class TruncateTable:
    """TRUNCATE TABLE."""

    name: Name


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """CREATE [UNIQUE] INDEX."""

    table: Name
    key: KeyDefinition


@dataclass(frozen=True, slots=True)
class DropIndex:
    """DROP INDEX name ON table."""

    name: str
    table: Name
    if_exists: bool


@dataclass(frozen=True, slots=True)
class AlterTableAdd:
    """ALTER TABLE .. ADD columns and constraints."""

    table: Name
    definition: TableDefinition


@dataclass(frozen=True, slots=True)
class AlterTableDrop:
    """ALTER TABLE .. DROP COLUMN or CONSTRAINT; `kind`: column, constraint."""

    table: Name
    kind: str
    names: tuple[str, ...]
    if_exists: bool


@dataclass(frozen=True, slots=True)
class AlterColumn:
    """ALTER TABLE .. ALTER COLUMN."""

    table: Name
    column: ColumnDefinition


@dataclass(frozen=True, slots=True)
class TrackTable:
    """ALTER TABLE .. ENABLE or DISABLE CHANGE_TRACKING."""

    table: Name
    enable: bool
    columns: bool = False


@dataclass(frozen=True, slots=True)
class TrackDatabase:
    """ALTER DATABASE .. SET CHANGE_TRACKING. `switch`: True ON, False OFF, None only changes the options."""

    database: str | None
    switch: bool | None
    retention: tuple[int, str] | None
    auto_cleanup: bool | None


@dataclass(frozen=True, slots=True)
class AlterDatabase:
    """ALTER DATABASE .. SET another option that the stand-in knows."""

    database: str | None
    option: str
    value: Any
