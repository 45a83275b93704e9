"""SQL Server over pyodbc: one connection that heals itself, and foreign errors turned into the relay's own."""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import pyodbc

from adapters.sql_server.connection_string import OdbcConnection
from relay.errors import DatabaseError

NO_SUCH_COLUMN = 207
NO_SUCH_TABLE = 208  # the trigger has not started yet, or the relay's own tables were not created
LOCK_TIMEOUT = 1222  # another transaction holds what a statement waits for
TABLE_CHANGED = 51002  # our own, see parts/refuse_if_changed.sql
_DEADLOCK = 1205
_MAX_TRIES = 3
_NUMBER = re.compile(r"\((\d+)\) \(SQL")
_PREFIXES = re.compile(r"(?:\[[^\]]*\])+")
_UTF_16 = (pyodbc.SQL_WCHAR, pyodbc.SQL_WVARCHAR, pyodbc.SQL_WLONGVARCHAR)
_COMMENT = re.compile(r"--[^\n]*")
_PARAMETER = re.compile(r"@(\w+)\s+[^=?@;]+?=\s*\?")
T = TypeVar("T")
Row = dict[str, Any]  # column name -> value


@dataclass(frozen=True, slots=True)
class ResultSet:
    """What one SELECT of a batch returned."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def dicts(self) -> list[Row]:
        """Return the rows by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def first(self) -> Row | None:
        """Return the first row, None if there is none."""
        return next(iter(self.dicts()), None)

    def value(self) -> Any:
        """Return the only column of the only row."""
        [[value]] = self.rows
        return value


class Ask(Protocol):
    """Runs a batch with the values that it declares, as SqlServer.ask does."""

    def __call__(self, sql: str, **values: Any) -> Sequence[ResultSet]:
        """Return its result sets."""


class SqlServer:
    """One connection to one database; statements are serialised, so give each concurrent user its own."""

    def __init__(self, odbc: OdbcConnection, *, on_connect: Callable[[Ask], None] | None = None) -> None:
        """Open nothing yet; the first statement connects. `on_connect` may ask each new connection, and refuse it by raising."""
        self._odbc = odbc
        self._on_connect = on_connect
        self._connection: pyodbc.Connection | None = None
        self._lock = threading.Lock()

    def ask(self, sql: str, **values: Any) -> Sequence[ResultSet]:
        """Run one batch in one transaction and return its result sets.

        The values are those that the batch declares: `DECLARE @app nvarchar(60) = ?` takes `app`. A deadlock victim and a
        connection that broke are tried again, at most three times in all: every statement of the relay may be repeated.
        Raises DatabaseError.
        """
        return self.execute(sql, in_order(sql, values))

    def execute(self, sql: str, parameters: Sequence[Any]) -> Sequence[ResultSet]:
        """Run a batch as `ask` does; its ? take the parameters in their order."""
        return self._repeat(lambda connection: _transaction(connection, sql, parameters))

    def execute_outside_transaction(self, sql: str) -> None:
        """Run a statement that may not be part of a transaction, such as ALTER DATABASE."""

        def work(connection: pyodbc.Connection) -> None:
            connection.autocommit = True
            try:
                _result_sets(connection.execute(sql))
            finally:
                connection.autocommit = False

        self._repeat(work)

    def close(self) -> None:
        """Close the connection; the next statement opens a new one."""
        with self._lock:
            self._drop()

    def _repeat(self, work: Callable[[pyodbc.Connection], T]) -> T:
        with self._lock:
            for remaining in reversed(range(_MAX_TRIES)):
                was_open = self._connection is not None
                try:
                    return work(self._open())
                except pyodbc.Error as error:
                    translated = translate(error)
                    healthy = translated.number is not None and self._roll_back()
                    if not healthy:
                        self._drop()
                    worth_another = translated.number == _DEADLOCK or (not healthy and was_open)
                    if not remaining or not worth_another:
                        raise translated from error
        raise AssertionError("unreachable")

    def _open(self) -> pyodbc.Connection:
        if self._connection is None:
            pyodbc.pooling = False  # a pooled connection would hide that the server went away
            connection = pyodbc.connect(self._odbc.text, timeout=self._odbc.login_timeout_seconds, autocommit=False)
            connection.timeout = self._odbc.command_timeout_seconds
            for kind in _UTF_16:
                connection.add_output_converter(kind, _characters)
            self._look_at(connection)
            self._connection = connection
        return self._connection

    def _look_at(self, connection: pyodbc.Connection) -> None:
        """Let a new connection be refused, before anybody works over it: another database may have answered."""
        if self._on_connect is None:
            return
        try:
            self._on_connect(lambda sql, **values: _transaction(connection, sql, in_order(sql, values)))
        except BaseException:
            connection.close()
            raise

    def _roll_back(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.rollback()
        except pyodbc.Error:
            return False
        return True

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(pyodbc.Error):  # it was broken already
                connection.close()


def _characters(utf_16: bytes | None) -> str | None:
    """Return a text as SQL Server holds it, also one that was cut within a surrogate pair: pyodbc would fail for the whole result."""
    return None if utf_16 is None else utf_16.decode("utf-16-le", "surrogatepass")


@lru_cache(maxsize=1024)
def parameters_of(sql: str) -> Sequence[str]:
    """Return the names under which a batch declares its parameters, in their order."""
    return tuple(_PARAMETER.findall(_COMMENT.sub("", sql)))


def in_order(sql: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """Return the values in the order in which a batch declares them; raise TypeError for one that is not given."""
    names = parameters_of(sql)
    missing = [name for name in names if name not in values]
    if missing:
        raise TypeError(
            f"the statement declares @{', @'.join(missing)}, and no such value is given: {sql.splitlines()[0]}"
        )
    return [values[name] for name in names]


def _transaction(connection: pyodbc.Connection, sql: str, parameters: Sequence[Any]) -> Sequence[ResultSet]:
    sets = _result_sets(connection.execute(sql, *parameters))
    connection.commit()
    return sets


def _result_sets(cursor: pyodbc.Cursor) -> Sequence[ResultSet]:
    """Fetch everything: an error in a later statement of the batch shows only when its turn comes."""
    sets = []
    with cursor:
        while True:
            if cursor.description is not None:
                columns = [column[0] for column in cursor.description]
                sets.append(ResultSet(columns, [list(row) for row in cursor.fetchall()]))
            if not cursor.nextset():
                return sets


def translate(error: pyodbc.Error) -> DatabaseError:
    """Return the relay's error for pyodbc's; the driver's texts hold no password."""
    text = str(error.args[-1]) if error.args else str(error)
    match = _NUMBER.search(text)
    number = int(match[1]) if match else None
    message = _PREFIXES.sub("", text.split(" (SQL")[0]).strip() or type(error).__name__
    remedy = _REMEDIES.get(number or -1, "")
    if number is None or number in {0, 10054, 10060, 10061}:
        remedy = "Is the server up, and does SqlConnectionString name it rightly?"
        number = None
    return DatabaseError(f"SQL Server: {message}" + (f" {remedy}" if remedy else ""), number)


_REMEDIES = {
    208: "If this is the failure ledger or a leases table: ./dev sql enable creates the ledger, the trigger's first start the leases.",
    229: "Grant the login the permission; docs/operating.md lists what the relay needs.",
    4060: "The database of SqlConnectionString does not exist, or the login may not open it.",
    18456: "User ID or Password of SqlConnectionString is wrong.",
    51001: "Run ./dev sql enable.",
}
