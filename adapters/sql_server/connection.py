"""SQL Server over pyodbc: statements over connections that heal themselves, and foreign errors turned into the relay's own."""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import pyodbc

from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.connections import Connections
from adapters.sql_server.retries import NOBODY_WAITS, Patience, Retries, Tries
from adapters.sql_server.translation import translate

NO_SUCH_COLUMN = 207
NO_SUCH_TABLE = 208  # the trigger has not started yet, or the relay's own tables were not created
LOCK_TIMEOUT = 1222  # another transaction holds what a statement waits for
TABLE_CHANGED = 51002  # our own, see parts/refuse_if_changed.sql
NO_SNAPSHOTS = 3952  # the database does not allow SNAPSHOT, any more
_COMMENT = re.compile(r"--[^\n]*")
_PARAMETER = re.compile(r"@(\w+)\s+[^=?@;]+?=\s*\?")
_TRANSACTIONS_OF_ITS_OWN = re.compile(r"\bBEGIN\s+TRANSACTION\b", re.IGNORECASE)
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
    """Statements over one database, each on a connection of its own while it runs; so many at once, and who comes later waits."""

    def __init__(
        self,
        odbc: OdbcConnection,
        *,
        on_connect: Callable[[Ask], None] | None = None,
        at_once: int = 1,
        retries: Retries = NOBODY_WAITS,
    ) -> None:
        """Open nothing yet; statements connect. `on_connect` may ask each new connection, and refuse it by raising."""
        self._on_connect = on_connect
        self._patience = Patience(retries)
        self._connections = Connections(odbc, self._look_at)
        self._places = threading.BoundedSemaphore(at_once)

    def ask(self, sql: str, **values: Any) -> Sequence[ResultSet]:
        """Run one batch in one transaction, unless it begins its own, and return its result sets.

        The values are those that the batch declares: `DECLARE @app nvarchar(60) = ?` takes `app`. What passes by itself is tried
        again, see retries.py: every statement of the relay may be repeated. One that took too long is not, nor is what the
        statement itself is to blame for. Raises DatabaseError.
        """
        return self.execute(sql, in_order(sql, values))

    def execute(self, sql: str, parameters: Sequence[Any]) -> Sequence[ResultSet]:
        """Run a batch as `ask` does; its ? take the parameters in their order."""
        run = _as_it_is if has_own_transactions(sql) else _transaction
        return self._repeat(lambda connection: run(connection, sql, parameters))

    def transaction(self, work: Callable[[pyodbc.Connection], T], *, keep: bool = True) -> T:
        """Do work in one transaction over one connection; `keep` False: what it writes is rolled back. It is repeated as `ask` says.

        Whatever else it raises rolls back too. Raises DatabaseError.
        """

        def done(connection: pyodbc.Connection) -> T:
            result = work(connection)
            if keep:
                connection.commit()
            else:
                connection.rollback()
            return result

        return self._repeat(done)

    def execute_outside_transaction(self, sql: str) -> None:
        """Run a statement that may not be part of a transaction, such as ALTER DATABASE."""

        self._repeat(lambda connection: _as_it_is(connection, sql, ()))

    def close(self) -> None:
        """Close what is open and not in use; the next statement opens a new connection."""
        self._connections.close_idle()

    def _repeat(self, work: Callable[[pyodbc.Connection], T]) -> T:
        tries = Tries(self._patience)
        while True:
            was_open = False
            try:
                with self._places, self._connections.lent() as (connection, was_open):
                    result = work(connection)
            except pyodbc.Error as error:
                translated = translate(error)
                if not tries.again(translated.number, was_open=was_open):
                    raise translated from error
            else:
                self._patience.well()
                return result

    def _look_at(self, connection: pyodbc.Connection) -> None:
        """Let a new connection be refused, before anybody works over it: another database may have answered."""
        if self._on_connect is not None:
            self._on_connect(lambda sql, **values: _transaction(connection, sql, in_order(sql, values)))


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


@lru_cache(maxsize=1024)
def has_own_transactions(sql: str) -> bool:
    """Tell whether a batch begins its transactions itself."""
    return _TRANSACTIONS_OF_ITS_OWN.search(_COMMENT.sub("", sql)) is not None


def _as_it_is(connection: pyodbc.Connection, sql: str, parameters: Sequence[Any]) -> Sequence[ResultSet]:
    connection.autocommit = True
    try:
        sets = _result_sets(connection.execute(sql, *parameters))
    except pyodbc.Error:
        with suppress(pyodbc.Error):  # it may be broken, and what broke it is what is told
            connection.autocommit = False
        raise
    connection.autocommit = False
    return sets


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
