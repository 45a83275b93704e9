"""The syntax tree of a batch. Names are kept as written; nothing here is bound to a table yet."""

from dataclasses import dataclass
from typing import Any

from mssql_standin.sql_types import SqlType

Name = tuple[str, ...]  # the parts of a dotted name, outermost first


# --- expressions -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant in stored form; type "null" for NULL."""

    value: Any
    type: SqlType


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column, perhaps qualified."""

    parts: Name


@dataclass(frozen=True, slots=True)
class Variable:
    """@name, in lower case."""

    name: str


@dataclass(frozen=True, slots=True)
class GlobalVariable:
    """@@NAME, in lower case without the signs."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary:
    """-, + or ~."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, concatenation or bitwise operation."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Case:
    """CASE; with an operand the conditions are values to compare with it."""

    operand: "Expression | None"
    branches: tuple[tuple["Expression", "Expression"], ...]
    otherwise: "Expression | None"


@dataclass(frozen=True, slots=True)
class Window:
    """OVER (PARTITION BY .. ORDER BY ..)."""

    partition: tuple["Expression", ...]
    order: tuple["OrderItem", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in function. `part` is the date part of DATEADD and its kin."""

    name: str
    arguments: tuple["Expression", ...]
    distinct: bool = False
    star: bool = False
    window: Window | None = None
    part: str = ""
    order: tuple["OrderItem", ...] = ()  # WITHIN GROUP


@dataclass(frozen=True, slots=True)
class Cast:
    """CAST, CONVERT and their TRY_ forms."""

    operand: "Expression"
    type: SqlType
    style: "Expression | None" = None
    attempt: bool = False


@dataclass(frozen=True, slots=True)
class Collate:
    """An expression with COLLATE."""

    operand: "Expression"
    collation: str


@dataclass(frozen=True, slots=True)
class ScalarQuery:
    """A subquery used as a value."""

    query: "Query"


# --- conditions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values compared."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Logical:
    """AND or OR."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Not:
    """NOT."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class IsNull:
    """IS [NOT] NULL."""

    operand: "Expression"
    negated: bool


@dataclass(frozen=True, slots=True)
class Between:
    """[NOT] BETWEEN."""

    operand: "Expression"
    low: "Expression"
    high: "Expression"
    negated: bool


@dataclass(frozen=True, slots=True)
class InList:
    """[NOT] IN (values)."""

    operand: "Expression"
    items: tuple["Expression", ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class InQuery:
    """[NOT] IN (subquery)."""

    operand: "Expression"
    query: "Query"
    negated: bool


@dataclass(frozen=True, slots=True)
class Exists:
    """EXISTS (subquery)."""

    query: "Query"


@dataclass(frozen=True, slots=True)
class Like:
    """[NOT] LIKE."""

    operand: "Expression"
    pattern: "Expression"
    escape: "Expression | None"
    negated: bool


Condition = Comparison | Logical | Not | IsNull | Between | InList | InQuery | Exists | Like
Expression = (
    Literal
    | ColumnName
    | Variable
    | GlobalVariable
    | Unary
    | Binary
    | Case
    | Call
    | Cast
    | Collate
    | ScalarQuery
    | Condition
)
CONDITIONS = (Comparison, Logical, Not, IsNull, Between, InList, InQuery, Exists, Like)


# --- queries ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One term of ORDER BY."""

    expression: Expression
    descending: bool


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


# --- definitions -----------------------------------------------------------------------------------------------


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


# --- statements ------------------------------------------------------------------------------------------------


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
class Declare:
    """DECLARE @a type [= value]."""

    name: str
    type: SqlType
    value: Expression | None


@dataclass(frozen=True, slots=True)
class DeclareTable:
    """DECLARE @t TABLE (..)."""

    name: str
    definition: TableDefinition


@dataclass(frozen=True, slots=True)
class SetVariable:
    """SET @a = value, also with compound operators."""

    name: str
    operator: str
    value: Expression


@dataclass(frozen=True, slots=True)
class SetOption:
    """SET option value."""

    option: str
    value: Any


@dataclass(frozen=True, slots=True)
class SelectStatement:
    """A query whose rows go to the client, to variables or to a new table."""

    query: Query


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


@dataclass(frozen=True, slots=True)
class CreateSchema:
    """CREATE SCHEMA."""

    name: str


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


@dataclass(frozen=True, slots=True)
class If:
    """IF .. ELSE."""

    condition: Expression
    then: "Statement"
    otherwise: "Statement | None"


@dataclass(frozen=True, slots=True)
class While:
    """WHILE."""

    condition: Expression
    body: "Statement"


@dataclass(frozen=True, slots=True)
class Block:
    """BEGIN .. END."""

    statements: tuple["Statement", ...]


@dataclass(frozen=True, slots=True)
class TryCatch:
    """BEGIN TRY .. END TRY BEGIN CATCH .. END CATCH."""

    attempt: Block
    handler: Block


@dataclass(frozen=True, slots=True)
class Jump:
    """BREAK or CONTINUE."""

    kind: str


@dataclass(frozen=True, slots=True)
class Return:
    """RETURN."""


@dataclass(frozen=True, slots=True)
class Print:
    """PRINT."""

    value: Expression


@dataclass(frozen=True, slots=True)
class RaiseError:
    """RAISERROR (message, severity, state, arguments) WITH options."""

    message: Expression
    severity: Expression
    state: Expression
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Throw:
    """THROW; without arguments it raises the caught error again."""

    number: Expression | None
    message: Expression | None
    state: Expression | None


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of EXECUTE."""

    name: str | None
    value: Expression | None  # None: DEFAULT
    output: bool = False


@dataclass(frozen=True, slots=True)
class Execute:
    """EXECUTE [@status =] procedure arguments."""

    procedure: Name
    arguments: tuple[Argument, ...]
    status: str | None


@dataclass(frozen=True, slots=True)
class ExecuteText:
    """EXECUTE (text)."""

    text: Expression


@dataclass(frozen=True, slots=True)
class BeginTransaction:
    """BEGIN TRANSACTION."""


@dataclass(frozen=True, slots=True)
class Commit:
    """COMMIT."""


@dataclass(frozen=True, slots=True)
class Rollback:
    """ROLLBACK, of everything or to a savepoint."""

    savepoint: str | None


@dataclass(frozen=True, slots=True)
class SaveTransaction:
    """SAVE TRANSACTION."""

    savepoint: str


@dataclass(frozen=True, slots=True)
class WaitFor:
    """WAITFOR DELAY."""

    delay: Expression


@dataclass(frozen=True, slots=True)
class Use:
    """USE database."""

    database: str


Statement = (
    Declare | DeclareTable | SetVariable | SetOption | SelectStatement | Insert | Update | Delete | Merge | CreateSchema
    | DropSchema | TransferTable | CreateTable | DropTable | TruncateTable | CreateIndex | DropIndex | AlterTableAdd | AlterTableDrop
    | AlterColumn | TrackTable | TrackDatabase | AlterDatabase | If | While | Block | TryCatch | Jump | Return | Print
    | RaiseError | Throw | Execute | ExecuteText | BeginTransaction | Commit | Rollback | SaveTransaction | WaitFor | Use
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """A parsed batch; `lines` maps id(statement) to its line number."""

    statements: tuple[Statement, ...]
    lines: dict[int, int]
    undeclared: tuple[str, ...] = ()  # variables that nothing declares, in order (only when asked for)
