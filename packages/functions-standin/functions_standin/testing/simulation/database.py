"""The database as a simulated host sees it: any client shaped as pyodbc, on which a host may die at every statement."""

import contextlib
from collections.abc import Callable
from typing import Any

from functions_standin.sql_trigger.connection import prepared
from functions_standin.sql_trigger.connection_string import OdbcConnectionString

Told = Callable[[str, str], None]


class SimulatedDatabase:
    """Opens connections with `connect`, which gets the ODBC connection string; `moment` is told every statement and may raise."""

    def __init__(self, connect: Callable[[str], Any], moment: Told) -> None:
        self._connect = connect
        self._moment = moment
        self._open: list[Any] = []

    def driver(self) -> str:
        """Return a name for connection strings."""
        return "simulated"

    def connect(self, to: OdbcConnectionString) -> Any:
        """Open a connection in autocommit mode."""
        self._moment("sql before", "connect")
        inner = prepared(self._connect(to.text), to)
        inner.autocommit = True
        self._open.append(inner)
        return _Connection(inner, self._moment)

    def lose(self) -> None:
        """Close every connection: the server rolls back what was not committed."""
        for each in self._open:
            with contextlib.suppress(Exception):
                each.rollback()
            with contextlib.suppress(Exception):
                each.close()
        self._open.clear()


class _Connection:
    def __init__(self, inner: Any, moment: Told) -> None:
        object.__setattr__(self, "_inner", inner)
        object.__setattr__(self, "_moment", moment)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._moment("sql before", f"{name} = {value}")
        setattr(self._inner, name, value)

    def cursor(self) -> "_Cursor":
        return _Cursor(self._inner.cursor(), self._moment)

    def commit(self) -> None:
        self._moment("sql before", "commit")
        self._inner.commit()
        self._moment("sql after", "commit")

    def rollback(self) -> None:
        self._moment("sql before", "rollback")
        self._inner.rollback()

    def close(self) -> None:
        self._inner.close()


class _Cursor:
    def __init__(self, inner: Any, moment: Told) -> None:
        self._inner = inner
        self._moment = moment

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def execute(self, sql: str, *parameters: Any) -> "_Cursor":
        what = sql.partition("\n")[0].removeprefix("-- ")
        self._moment("sql before", what)
        self._inner.execute(sql, *parameters)
        self._moment("sql after", what)
        return self
