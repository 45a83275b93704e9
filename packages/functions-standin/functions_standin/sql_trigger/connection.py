"""Connections to SQL Server through Microsoft's ODBC driver."""

import importlib.resources
import platform
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyodbc

from functions_standin.errors import FunctionInError
from functions_standin.sql_trigger.connection_string import OdbcConnectionString
from functions_standin.sql_trigger.database import Database, is_database_error
from functions_standin.sql_trigger.failures import CannotBegin, is_broken
from functions_standin.sql_trigger.pool import OF_THE_PROCESS, Pools
from functions_standin.sql_trigger.statements import render
from functions_standin.sql_trigger.values import ExactDateTime, ExactDateTimeOffset, ExactTime

_FIRST_DAY = datetime(1900, 1, 1)  # noqa: DTZ001 - these types know no zone
_SQL_TYPE_TIMESTAMP = 93
_SQL_SS_TIME2 = -154
_SQL_SS_TIMESTAMPOFFSET = -155


def find_driver() -> str:
    """Return the ODBC driver to use: an installed one, else the file inside the wheel mssql-python-odbc."""
    installed = pyodbc.drivers()
    for version in (18, 17):
        if (name := f"ODBC Driver {version} for SQL Server") in installed:
            return name
    try:
        wheel = Path(str(importlib.resources.files("mssql_python_odbc")))
    except ModuleNotFoundError:
        wheel = Path("/nonexistent")
    folder = wheel / "libs" / "linux" / "debian_ubuntu" / platform.machine() / "lib"
    if libraries := sorted(folder.glob("libmsodbcsql-18*.so*")):
        return str(libraries[-1])
    raise FunctionInError(
        "There is no ODBC driver for SQL Server; install msodbcsql18, or the Python package mssql-python-odbc"
    )


def connect(to: OdbcConnectionString) -> Any:
    """Open a connection in autocommit mode; temporal values arrive with all their 100 ns and offsets."""
    return prepared(pyodbc.connect(to.text, autocommit=True, timeout=to.login_timeout_seconds), to)


def prepared(connection: Any, to: OdbcConnectionString) -> Any:
    """Return a connection with the time-out of the connection string and exact temporal values."""
    connection.timeout = to.command_timeout_seconds
    connection.add_output_converter(_SQL_TYPE_TIMESTAMP, _date_time)
    connection.add_output_converter(_SQL_SS_TIME2, _time)
    connection.add_output_converter(_SQL_SS_TIMESTAMPOFFSET, _date_time_offset)
    return connection


def execute(connection: Any, sql: str, *parameters: object) -> list[list[Sequence[Any]]]:
    """Run a batch and return the rows of each of its result sets; an error anywhere in the batch is raised."""
    cursor = connection.cursor()
    try:
        cursor.execute(sql, parameters)
        results = []
        while True:
            if cursor.description is not None:
                results.append(cursor.fetchall())
            if not cursor.nextset():
                return results
    finally:
        cursor.close()


@contextmanager
def repeatable_read(connection: Any) -> Iterator[None]:
    """Run the block in a transaction of that isolation level; roll back if it raises."""
    try:
        execute(connection, render("isolation_level"))
        connection.autocommit = False
    except Exception as error:
        if is_database_error(error):
            raise CannotBegin(str(error)) from error
        raise
    try:
        yield
        connection.commit()
    except BaseException:
        _roll_back(connection)
        raise
    finally:
        _end_transaction_mode(connection)


class Odbc:
    """Microsoft's driver as a client of the trigger."""

    def driver(self) -> str:
        """Return an installed driver."""
        return find_driver()

    def connect(self, to: OdbcConnectionString) -> Any:
        """Open a connection."""
        return connect(to)


ODBC = Odbc()


class Link:
    """A connection that its owner reopens once an error has shown it to be lost."""

    def __init__(
        self, to: OdbcConnectionString, database: Database | None = None, pools: Pools = OF_THE_PROCESS
    ) -> None:
        self._to = to
        self._database = database or ODBC
        self._pools = pools
        self._connection: Any = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._connection is not None

    @property
    def connection(self) -> Any:
        """The open connection."""
        if self._connection is None:
            self.open()
        return self._connection

    def open(self) -> None:
        """Connect; raise PoolExhausted if there are as many connections as the pool may have."""
        self._pools.take(self._to)
        try:
            self._connection = self._database.connect(self._to)
        except BaseException:
            self._pools.give_back(self._to)
            raise

    def note(self, error: Exception) -> None:
        """Let go of the connection if the error says that it is lost."""
        if is_broken(error):
            self.close()

    def close(self) -> None:
        """Close the connection if there is one."""
        if self._connection is not None:
            with _suppressed():
                self._connection.close()
            self._connection = None
            self._pools.give_back(self._to)


@contextmanager
def _suppressed() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if not is_database_error(error):
            raise


def _roll_back(connection: Any) -> None:
    with _suppressed():  # a broken connection was rolled back by the server
        connection.rollback()


def _end_transaction_mode(connection: Any) -> None:
    with _suppressed():  # if it is broken, the next statement will say so
        connection.autocommit = True


def _date_time(raw: bytes) -> ExactDateTime:
    """Read what the driver hands over: a struct for datetime2, the server's own bytes for the two older types."""
    match len(raw):
        case 4:  # smalldatetime: days since 1900, minutes
            days, minutes = struct.unpack("<HH", raw)
            return ExactDateTime.of(_FIRST_DAY + timedelta(days=days, minutes=minutes), 0)
        case 8:  # datetime: days since 1900, 1/300 s, which .NET rounds to milliseconds
            days, three_hundredths = struct.unpack("<iI", raw)
            seconds, ms = divmod(int(three_hundredths / 0.3 + 0.5), 1000)
            return ExactDateTime.of(_FIRST_DAY + timedelta(days=days, seconds=seconds), ms * 10_000)
    year, month, day, hour, minute, second, nanoseconds = struct.unpack("<hHHHHHI", raw)
    return ExactDateTime(year, month, day, hour, minute, second, nanoseconds // 100)


def _time(raw: bytes) -> ExactTime:
    hour, minute, second, nanoseconds = struct.unpack("<HHHxxI", raw)
    return ExactTime(hour, minute, second, nanoseconds // 100)


def _date_time_offset(raw: bytes) -> ExactDateTimeOffset:
    local, offset_hours, offset_minutes = raw[:16], *struct.unpack("<hh", raw[16:])
    return ExactDateTimeOffset(_date_time(local), timedelta(hours=offset_hours, minutes=offset_minutes))
