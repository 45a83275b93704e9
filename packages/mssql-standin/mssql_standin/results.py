"""What a session yields while it runs a request: the boundary between the wire and the engine.

The engine yields these in the order in which a real server would send them; the wire turns each into TDS tokens.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from mssql_standin.sql_types import SqlType


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result set."""

    name: str
    type: SqlType
    nullable: bool = True
    identity: bool = False
    computed: bool = True  # an expression, or a column that the table computes: nobody can update it


@dataclass(frozen=True, slots=True)
class ColumnOrigin:
    """Where a column of a result comes from: the number of a table from 1, 0 for an expression; its name there."""

    table: int
    name: str
    key: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Browse:
    """What is told of a result besides, if keys are asked for: the names of its tables, and each column's origin."""

    tables: tuple[tuple[str, ...], ...]
    columns: tuple[ColumnOrigin, ...]


@dataclass(frozen=True, slots=True)
class ResultSet:
    """Rows of a query; the engine sends a Done with their count after it."""

    columns: list[Column]
    rows: Iterable[tuple[Any, ...]]
    browse: Browse | None = None


class Command(IntEnum):
    """What kind of statement ended, by the numbers of a DONE token; clients count the rows of some kinds only."""

    OTHER = 0
    DROP_SCHEMA = 0xB0
    SELECT = 0xC1
    SELECT_INTO = 0xC2
    INSERT = 0xC3
    DELETE = 0xC4
    UPDATE = 0xC5
    CREATE_TABLE = 0xC6
    DROP_TABLE = 0xC7
    CREATE_INDEX = 0xC8
    DROP_INDEX = 0xC9
    ALTER_TABLE = 0xD8
    EXECUTE = 0xE0
    BULK_INSERT = 0xF0
    MERGE = 0x117
    CREATE_SCHEMA = 0x14A
    ALTER_SCHEMA = 0x14B


@dataclass(frozen=True, slots=True)
class Done:
    """End of one statement. `row_count` is None when there is nothing to count or NOCOUNT is on."""

    row_count: int | None
    command: Command = Command.OTHER


@dataclass(frozen=True, slots=True)
class Message:
    """An error (class 11 and up) or information (0 to 10), as in sys.messages."""

    number: int
    text: str
    severity: int = 16
    state: int = 1
    line: int = 1
    procedure: str = ""


@dataclass(frozen=True, slots=True)
class TransactionChange:
    """A transaction began, was committed or rolled back inside a request (ENVCHANGE 8, 9, 10)."""

    kind: str  # "begin" | "commit" | "rollback"
    descriptor: int  # of the transaction that began or ended; never 0


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """The transaction that a client begins, or wants as soon as the running one has ended."""

    isolation: int = 0  # by the wire protocol's numbers; 0 keeps the session's
    name: str = ""


@dataclass(frozen=True, slots=True)
class ReturnStatus:
    """The return value of a stored procedure called as an RPC."""

    value: int


@dataclass(frozen=True, slots=True)
class OutputValue:
    """The value of an OUTPUT parameter of an RPC."""

    name: str
    type: SqlType
    value: Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a request: `@name`, its declared type and its value."""

    name: str
    type: SqlType
    value: Any
    output: bool = False


Event = ResultSet | Done | Message | TransactionChange | ReturnStatus | OutputValue


class SqlError(Exception):
    """A statement failed; the message is what the client sees."""

    def __init__(self, number: int, text: str, severity: int = 16, state: int = 1, line: int = 1) -> None:
        """Keep the error as the Message that goes to the client."""
        super().__init__(text)
        self.message = Message(number, text, severity, state, line)
