"""What a program consists of: variables, control flow, procedures, transactions; and the batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mssql_standin.parser.syntax.changes import Delete, Insert, InsertBulk, Merge, Update
from mssql_standin.parser.syntax.definitions import (
    AlterColumn,
    AlterDatabase,
    AlterTableAdd,
    AlterTableDrop,
    CreateIndex,
    CreateSchema,
    CreateTable,
    DropIndex,
    DropSchema,
    DropTable,
    TableDefinition,
    TrackDatabase,
    TrackTable,
    TransferTable,
    TruncateTable,
)
from mssql_standin.parser.syntax.expressions import Expression, Name
from mssql_standin.parser.syntax.queries import Query
from mssql_standin.parser.syntax.security import SecurityStatement
from mssql_standin.sql_types import SqlType


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
    """BEGIN TRANSACTION [name]."""

    name: Expression | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """COMMIT."""


@dataclass(frozen=True, slots=True)
class Rollback:
    """ROLLBACK; `name`: of a savepoint or of the outermost transaction."""

    name: Expression | None


@dataclass(frozen=True, slots=True)
class SaveTransaction:
    """SAVE TRANSACTION."""

    name: Expression


@dataclass(frozen=True, slots=True)
class WaitFor:
    """WAITFOR DELAY."""

    delay: Expression


@dataclass(frozen=True, slots=True)
class Use:
    """USE database."""

    database: str


Statement = (
    Declare | DeclareTable | SetVariable | SetOption | SelectStatement | Insert | InsertBulk | Update | Delete | Merge | CreateSchema
    | DropSchema | TransferTable | CreateTable | DropTable | TruncateTable | CreateIndex | DropIndex | AlterTableAdd | AlterTableDrop
    | AlterColumn | TrackTable | TrackDatabase | AlterDatabase | If | While | Block | TryCatch | Jump | Return | Print
    | RaiseError | Throw | Execute | ExecuteText | BeginTransaction | Commit | Rollback | SaveTransaction | WaitFor | Use
    | SecurityStatement
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """A parsed batch; `lines` maps id(statement) to its line number."""

    statements: tuple[Statement, ...]
    lines: dict[int, int]
    undeclared: tuple[str, ...] = ()  # variables that nothing declares, in order (only when asked for)


def walk(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    """Return statements and those inside them, in the order of the text."""
    for node in statements:
        yield node
        match node:
            case If(_, then, otherwise):
                yield from walk((then,) if otherwise is None else (then, otherwise))
            case While(_, body):
                yield from walk((body,))
            case Block(inner):
                yield from walk(inner)
            case TryCatch(attempt, handler):
                yield from walk((attempt, handler))
