"""A client of the database that outlives crashes of the server, and a load of changes written through it."""

import random
import threading
import time
from contextlib import suppress
from typing import Any

import pyodbc

from devstack.prove.leaks import FORBIDDEN
from functions_standin.sql_trigger.connection import find_driver
from functions_standin.sql_trigger.connection_string import to_odbc

_SERVER_GONE = {"08S01", "08001", "HYT00", "HYT01", "01000"}  # SQLSTATEs
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.02
_FIRST_KEY = 10_000
_INSERT_ORDER = f"""
IF NOT EXISTS (SELECT 1 FROM dbo.Orders WHERE OrderId = ?)
    INSERT INTO dbo.Orders (OrderId, Status, Total, CardNumber, InternalNote)
    VALUES (?, N'new', 1.50, '{FORBIDDEN}1234', N'{FORBIDDEN}')
"""
_INSERT_CUSTOMERS = f"""
IF NOT EXISTS (SELECT 1 FROM dbo.Customers WHERE Country = 'SE' AND Number = ?)
    INSERT INTO dbo.Customers (Country, Number, Name, CreditLimit)
    VALUES ('SE', ?, N'new', 1.5), ('DE', ?, N'{FORBIDDEN}', 1.5)
"""


class Database:
    """One connection, made anew when it breaks; a statement may run twice, so each must be safe to repeat."""

    def __init__(self, connection_string: str) -> None:
        self._odbc = to_odbc(connection_string, find_driver()).text
        self._connection: pyodbc.Connection | None = None

    def run(self, sql: str, *parameters: Any) -> list[Any]:
        """Run a statement until the server has answered it; return its rows."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._run(sql, parameters)
            except pyodbc.Error as error:
                self.close()
                if error.args[0] not in _SERVER_GONE or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(pyodbc.Error):
                connection.close()

    def _run(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
        if self._connection is None:
            self._connection = pyodbc.connect(self._odbc, timeout=5, autocommit=True)
        with self._connection.cursor() as cursor:
            cursor.execute(sql, *parameters)
            return cursor.fetchall() if cursor.description else []


class Load:
    """Inserts, updates and deletes rows of both tables until it is stopped; `changes` counts acknowledged statements."""

    def __init__(self, connection_string: str, seed: int) -> None:
        self.changes = 0
        self._random = random.Random(seed)
        self._database = Database(connection_string)
        self._stop = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._write, name="load", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; raise what went wrong."""
        self._stop.set()
        self._thread.join()
        if self._error:
            raise self._error

    def _write(self) -> None:
        try:
            for key in iter(lambda: _FIRST_KEY + self.changes, None):
                if self._stop.wait(_PAUSE_SECONDS):
                    break
                self._change(key)
                self.changes += 1
        except Exception as error:  # noqa: BLE001 - told by stop
            self._error = error
        finally:
            self._database.close()

    def _change(self, key: int) -> None:
        older = self._random.randint(max(_FIRST_KEY, key - 40), key)
        match self._random.choice(["insert", "insert", "update", "update", "delete", "customer", "credit"]):
            case "insert":
                self._database.run(_INSERT_ORDER, key, key)
            case "update":
                status = f"paid {key}"
                self._database.run("UPDATE dbo.Orders SET Status = ?, Total = ? WHERE OrderId = ?", status, key, older)
            case "delete":
                self._database.run("DELETE FROM dbo.Orders WHERE OrderId = ?", older)
            case "customer":
                self._database.run(_INSERT_CUSTOMERS, key, key, key)
            case _:
                sql = "UPDATE dbo.Customers SET CreditLimit = ? WHERE Country IN ('SE', 'DE') AND Number = ?"
                self._database.run(sql, key, older)
