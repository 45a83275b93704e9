"""An engine that answers by what the text says, so that the wire can be tested by itself.

It runs in a process of its own: pyodbc holds the interpreter's lock during some calls to the driver, and a server in
the same process could then never answer.
"""

import datetime
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from mssql_standin.results import (
    Column,
    Done,
    Event,
    Message,
    NewTransaction,
    Parameter,
    ResultSet,
    ReturnStatus,
    TransactionChange,
)
from mssql_standin.server import running_server
from mssql_standin.sql_types import MAX, DateTime, SqlType, Time

VALUES: dict[str, tuple[SqlType, Any]] = {
    "bit": (SqlType("bit"), 1),
    "tinyint": (SqlType("tinyint"), 255),
    "smallint": (SqlType("smallint"), -32768),
    "int": (SqlType("int"), -5),
    "bigint": (SqlType("bigint"), 2**62),
    "decimal": (SqlType("decimal", precision=38, scale=10), Decimal("-1234567890123456789012345678.0123456789")),
    "money": (SqlType("money"), Decimal("-922337203685477.5808")),
    "float": (SqlType("float"), 0.1),
    "nvarchar": (SqlType("nvarchar", 50), "hé😀"),
    "nvarchar_max": (SqlType("nvarchar", MAX), "x😀" * 500_000),
    "varchar": (SqlType("varchar", 10), "é"),
    "varbinary": (SqlType("varbinary", 10), b"\x00\xff"),
    "varbinary_max": (SqlType("varbinary", MAX), b"z" * 90_000),
    "uniqueidentifier": (SqlType("uniqueidentifier"), uuid.UUID("6F9619FF-8B86-D011-B42D-00C04FC964FF")),
    "date": (SqlType("date"), datetime.date(2026, 1, 2)),
    "time": (SqlType("time", scale=7), Time(123_456_789_010)),
    "datetime2": (SqlType("datetime2", scale=7), DateTime(638_400_000_000_000_010)),
    "datetime": (SqlType("datetime"), DateTime(638_400_000_000_000_000)),
    "null_int": (SqlType("int"), None),
    "null_max": (SqlType("nvarchar", MAX), None),
}


class CannedSession:
    """Satisfies what the wire asks of a session; remembers what it was asked."""

    session_id = 51
    transaction_descriptor = 0

    def __init__(self, database: "CannedDatabase") -> None:
        self._database = database
        self._inserted: list[tuple[Any, ...]] = []
        self._cancel = threading.Event()
        self._transactions = 0

    def batch(self, sql: str, parameters: Sequence[Parameter] = ()) -> Iterator[Event]:
        self._cancel.clear()
        if "WAIT" in sql:
            self._cancel.wait(30)
        elif "BROKEN" in sql:
            raise KeyError("a bug of the engine")
        elif "ERROR" in sql:
            yield Message(2627, "Violation of PRIMARY KEY constraint.")
            yield Done(None)
        elif "PRINT" in sql:
            yield Message(0, "hello", severity=0)
            yield Done(None)
        elif "VALUES" in sql:
            columns = [Column(name, kind) for name, (kind, _) in VALUES.items()]
            yield ResultSet(columns, [tuple(value for _, value in VALUES.values())] * 3)
            yield Done(3)
        elif "COUNT" in sql:
            yield Done(7)
            yield ResultSet([Column("a", SqlType("int"))], [(1,), (2,)])
            yield Done(2)
        elif "INSERT" in sql:
            self._inserted.append(tuple(parameter.value for parameter in parameters))
            yield Done(1)
        elif "LIST" in sql:
            kind = SqlType("nvarchar", 50)
            yield ResultSet([Column("a", kind), Column("b", kind)], self._inserted)
            yield Done(len(self._inserted))
        elif "SESSIONS" in sql:
            yield ResultSet([Column("open", SqlType("int"))], [(self._database.open_sessions,)])
            yield Done(1)
        elif parameters:
            yield ResultSet([Column(p.name, p.type) for p in parameters], [tuple(p.value for p in parameters)])
            yield Done(1)

    def call(self, procedure: str, parameters: Sequence[Parameter]) -> Iterator[Event]:
        if procedure == "sp_known":
            yield ReturnStatus(3)
        else:
            yield Message(2812, f"Could not find stored procedure '{procedure}'.")
            yield Done(None)

    def begin(self, wanted: NewTransaction) -> list[Event]:
        self._transactions += 1
        return [TransactionChange("begin", self._transactions)]

    def commit(self, following: NewTransaction | None = None) -> list[Event]:
        ended: list[Event] = [TransactionChange("commit", self._transactions)]
        return ended + (self.begin(following) if following else [])

    def rollback(self, name: str = "", following: NewTransaction | None = None) -> list[Event]:
        ended: list[Event] = [TransactionChange("rollback", self._transactions)]
        return ended + (self.begin(following) if following else [])

    def describe_parameters(self, sql: str, declared: str = "") -> list[tuple[str, SqlType]]:
        return [(f"@P{n}", SqlType("nvarchar", 50)) for n in range(1, sql.count("@P") + 1)]

    def reset(self, *, keep_transaction: bool = False) -> None:
        self._cancel.clear()

    def cancel(self) -> None:
        self._cancel.set()

    def close(self) -> None:
        self._database.open_sessions -= 1


class CannedDatabase:
    """Hands out canned sessions."""

    name = "Demo"
    open_sessions = 0

    def connect(self, login: str, host: str = "", program: str = "") -> CannedSession:
        self.open_sessions += 1
        return CannedSession(self)


if __name__ == "__main__":
    with running_server(cast(Any, CannedDatabase()), "sa", sys.argv[1], Path(sys.argv[2])) as (_, port):
        print(port, flush=True)
        sys.stdin.read()
