"""A connection as the conformance tests use it: SQL in, rows or an error's number out; it notes what it said."""

import contextlib
import re
from collections.abc import Sequence
from typing import Any

import pyodbc

Row = tuple[Any, ...]


class Client:
    """One connection."""

    def __init__(self, connection: pyodbc.Connection, said: list[str]) -> None:
        """Use an open connection."""
        self.connection = connection
        self._said = said

    def keep_quiet(self) -> None:
        """Note no more of what is said: it is meant to be no T-SQL."""
        self._said = []

    def results(self, sql: str, *parameters: Any) -> list[list[Row] | int]:
        """Run a batch: the rows of each result set, and the count of each statement without one. Raises pyodbc.Error."""
        self._said.append(sql)
        found: list[list[Row] | int] = []
        with contextlib.closing(self.connection.cursor()) as cursor:
            cursor.execute(sql, *parameters)
            while True:
                found.append([tuple(row) for row in cursor.fetchall()] if cursor.description else cursor.rowcount)
                if not cursor.nextset():
                    return found

    def run(self, sql: str, *parameters: Any) -> None:
        """Run a batch to its end."""
        self.results(sql, *parameters)

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Return the rows of the last result set."""
        sets = [found for found in self.results(sql, *parameters) if isinstance(found, list)]
        return sets[-1]

    def value(self, sql: str, *parameters: Any) -> Any:
        """Return the only value of the last result set."""
        ((value,),) = self.rows(sql, *parameters)
        return value

    def error(self, sql: str, *parameters: Any) -> int:
        """Run a batch that must fail, to its end; return the number of the first error."""
        try:
            self.run(sql, *parameters)
        except pyodbc.Error as error:
            return number(error)
        raise AssertionError(f"this did not fail: {sql}")

    def insert_many(self, sql: str, rows: Sequence[Sequence[Any]], *, fast: bool) -> None:
        """Run a statement for each row of parameters, with the driver's array binding or one by one."""
        self._said.append(sql)
        with contextlib.closing(self.connection.cursor()) as cursor:
            cursor.fast_executemany = fast
            cursor.executemany(sql, rows)

    def outcome(self, sql: str, *parameters: Any) -> tuple[list[list[Row]], int | None]:
        """Run a batch to its end, errors included: its result sets, and the first error's number if there was one."""
        self._said.append(sql)
        sets: list[list[Row]] = []
        failed: int | None = None
        with contextlib.closing(self.connection.cursor()) as cursor:
            try:
                cursor.execute(sql, *parameters)
                more = True
                while more:
                    if cursor.description:
                        sets.append([tuple(row) for row in cursor.fetchall()])
                    more = cursor.nextset()
            except pyodbc.Error as error:
                failed = number(error)
        return sets, failed


def number(error: pyodbc.Error) -> int:
    """Return the server's number of an error."""
    found = re.search(r"\((\d+)\) \(SQL\w+\)", str(error))
    assert found is not None, error
    return int(found[1])
