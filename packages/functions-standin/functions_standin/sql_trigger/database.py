"""What the trigger needs of a client of SQL Server."""

from typing import Any, Protocol

from functions_standin.sql_trigger.connection_string import OdbcConnectionString


class Database(Protocol):
    """A client shaped as pyodbc: connections with `cursor`, `commit`, `rollback`, `close` and a settable `autocommit`.

    Cursors have `execute` with `?` and a sequence of parameters, `description`, `fetchall` and `nextset`. Its errors descend from a
    class called Error, and their first two arguments are the SQLSTATE and the text.
    """

    def driver(self) -> str:
        """Return the driver's name for the connection string; raise FunctionInError if there is none."""

    def connect(self, to: OdbcConnectionString) -> Any:
        """Open a connection in autocommit mode."""


def is_database_error(error: BaseException | None) -> bool:
    """Tell whether a client of the database raised it (DB-API 2.0 names the class)."""
    return any(each.__name__ == "Error" for each in type(error).__mro__)
