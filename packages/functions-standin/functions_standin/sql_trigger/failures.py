"""Errors as the real trigger tells them: the exception's type in .NET and its message."""

import re
from dataclasses import dataclass

from functions_standin.errors import HostError
from functions_standin.sql_trigger.connection_string import OdbcConnectionString
from functions_standin.sql_trigger.database import is_database_error

INVALID_OPERATION = "System.InvalidOperationException"
SQL_EXCEPTION = "Microsoft.Data.SqlClient.SqlException"
_DEADLOCK = "40001"
_BROKEN_STATES = "08"
_TIMED_OUT = "HYT00"
_TIMED_OUT_TEXT = (
    "Execution Timeout Expired.  The timeout period elapsed prior to completion of the operation or the server is not "
    "responding."
)
_PREFIX = re.compile(r"\[(Microsoft|unixODBC|SQL Server|ODBC Driver \d+ for SQL Server)\]")
# What pyodbc makes of a diagnostic record: its state, the driver's names, the text, the number; one after the other.
_RECORD = re.compile(r"\[\w{5}\] (?:\[[^\]]*\])*(?P<text>.*?) \(-?\d+\)(?= \(SQL\w+\)$|; \[\w{5}\] )", re.DOTALL)


class CannotBegin(Exception):
    """A transaction could not be begun; the cause is the driver's error."""


class ClientError(Exception):
    """What .NET or its client refuses before the server is asked, under the name of its type there."""

    def __init__(self, type_name: str, message: str) -> None:
        super().__init__(message)
        self.type_name = type_name


@dataclass(frozen=True, slots=True)
class Told:
    """An error for the log."""

    type_name: str
    message: str

    def __str__(self) -> str:
        """As in most of the trigger's lines."""
        return f"{self.type_name}. Exception message: {self.message}"

    @property
    def as_exception(self) -> str:
        """As the first line of an exception that is logged whole."""
        return f"{self.type_name}: {self.message}"


def told(error: Exception, to: OdbcConnectionString | None) -> Told:
    """Tell an error, without the password of the connection string."""
    cause = _cause(error)
    if isinstance(cause, ClientError):
        return Told(cause.type_name, str(cause))
    if is_database_error(cause):
        return Told(SQL_EXCEPTION, _without_password(_driver_text(cause), to))
    return Told(INVALID_OPERATION, str(cause) if isinstance(cause, HostError) else _without_password(str(cause), to))


def describe(error: Exception, to: OdbcConnectionString) -> str:
    """Return the error's text for people: without the driver's prefixes, and never with the password."""
    cause = _cause(error)
    text = str(cause.args[1]) if is_database_error(cause) and len(cause.args) > 1 else str(cause)
    return to.without_password(_PREFIX.sub("", text))


def is_broken(error: Exception) -> bool:
    """Tell whether the connection is lost: only a new one helps."""
    return _state(error).startswith(_BROKEN_STATES)


def is_deadlock(error: Exception) -> bool:
    """Tell whether the server chose this transaction as a deadlock victim."""
    return _state(error) == _DEADLOCK


def _driver_text(error: BaseException) -> str:
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    if error.args[:1] == (_TIMED_OUT,) and "Query timeout" in text:
        return _TIMED_OUT_TEXT
    records = [found["text"] for found in _RECORD.finditer(text)]
    return "\n".join(records) or text


def _without_password(text: str, to: OdbcConnectionString | None) -> str:
    return to.without_password(text) if to is not None else text


def _cause(error: BaseException) -> BaseException:
    return error.__cause__ if isinstance(error, CannotBegin) and error.__cause__ is not None else error


def _state(error: BaseException) -> str:
    cause = _cause(error)
    return str(cause.args[0]) if is_database_error(cause) and cause.args else ""
