"""The SQL Server stand-in over its wire, beside plain SQLite doing the same work in the same run.

Both write to the same disk with a commit for each update, both log each change for change tracking. The ratio says what TDS, TLS, the
driver, T-SQL's semantics and change tracking cost together; it says nothing about SQL Server.
"""

import argparse
import contextlib
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyodbc

from mssql_standin.testing.stand_in import DATABASE
from mssql_standin_tests.stand_in import StandIn

_ROWS = 5_000
_BULK_ROWS = 1_000
_SQLITE_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE Items (Id INTEGER PRIMARY KEY, Name TEXT, Pieces INTEGER);
CREATE TABLE Changes (Version INTEGER PRIMARY KEY, Id INTEGER NOT NULL, Operation TEXT NOT NULL);
CREATE INDEX ChangesById ON Changes (Id);
CREATE TRIGGER Inserted AFTER INSERT ON Items BEGIN INSERT INTO Changes (Id, Operation) VALUES (new.Id, 'I'); END;
CREATE TRIGGER Updated AFTER UPDATE ON Items BEGIN INSERT INTO Changes (Id, Operation) VALUES (new.Id, 'U'); END;
"""
_STAND_IN_SCHEMA = (
    f"ALTER DATABASE {DATABASE} SET CHANGE_TRACKING = ON",
    "CREATE TABLE dbo.Items (Id int NOT NULL PRIMARY KEY, Name nvarchar(50) NULL, Pieces int NULL)",
    "ALTER TABLE dbo.Items ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)",
)
_CHANGED_ROWS = {
    "stand-in": "SELECT c.Id, c.SYS_CHANGE_OPERATION, i.Name FROM CHANGETABLE(CHANGES dbo.Items, 0) AS c "
    "LEFT JOIN dbo.Items AS i ON i.Id = c.Id",
    "SQLite": "SELECT c.Id, CASE WHEN MIN(c.Operation) = 'I' THEN 'I' ELSE 'U' END, i.Name FROM Changes AS c "
    "LEFT JOIN Items AS i ON i.Id = c.Id GROUP BY c.Id",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work; `run` does it once for a running number, and `units` is how many things that does."""

    name: str
    units: int
    run: Callable[[str, Any, int], object]


def _read(_: str, connection: Any, number: int) -> object:
    return connection.execute("SELECT Name, Pieces FROM Items WHERE Id = ?", (number % _ROWS,)).fetchall()


def _update(_: str, connection: Any, number: int) -> None:
    connection.execute("UPDATE Items SET Pieces = Pieces + 1 WHERE Id = ?", (number % _ROWS,))
    connection.commit()


def _insert(_: str, connection: Any, number: int) -> None:
    first = _ROWS + number * _BULK_ROWS
    insert_rows(connection, first, first + _BULK_ROWS)


def _join(name: str, connection: Any, _: int) -> object:
    return connection.execute(_CHANGED_ROWS[name]).fetchall()


_TASKS = (  # the joins come before the inserts, so that they meet the same rows whatever the machine's speed
    Task("point reads", 1, _read),
    Task("updates, a commit each", 1, _update),
    Task(f"CHANGETABLE joins of {_ROWS} changed rows", 1, _join),
    Task(f"rows inserted {_BULK_ROWS} at a time, tracked", _BULK_ROWS, _insert),
)


def insert_rows(connection: Any, first: int, last: int) -> None:
    """Insert rows with these ids in one transaction, as fast as the driver can."""
    cursor = connection.cursor()
    if isinstance(cursor, pyodbc.Cursor):
        cursor.fast_executemany = True
    cursor.executemany("INSERT INTO Items VALUES (?, ?, ?)", [(n, f"item {n}", 0) for n in range(first, last)])
    connection.commit()


def per_second(name: str, connection: Any, task: Task, seconds: float) -> float:
    """Do a task over and over for about so long; return how many things that did in a second."""
    begin, done = time.perf_counter(), 0
    while (passed := time.perf_counter() - begin) < seconds or not done:
        task.run(name, connection, done)
        done += 1
    return done * task.units / passed


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(prog="sql", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="for each figure (3)")
    seconds = parser.parse_args(arguments).seconds
    with (
        tempfile.TemporaryDirectory(prefix="bench-sql-") as folder,
        StandIn(Path(folder)) as stand_in,
        contextlib.closing(stand_in.connect(autocommit=False)) as server,
        contextlib.closing(sqlite3.connect(Path(folder, "plain.sqlite3"))) as plain,
    ):
        _prepare(server, stand_in)
        plain.executescript(_SQLITE_SCHEMA)
        insert_rows(plain, 0, _ROWS)
        _print({"stand-in": server, "SQLite": plain}, seconds)
    return 0


def _prepare(server: pyodbc.Connection, stand_in: StandIn) -> None:
    with contextlib.closing(stand_in.connect()) as connection:
        for statement in _STAND_IN_SCHEMA:
            connection.execute(statement)
    insert_rows(server, 0, _ROWS)


def _print(connections: dict[str, Any], seconds: float) -> None:
    sys.stdout.write(
        f"per second, each for {seconds:g} s; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{os.cpu_count()} processors\n\n{'':45}{'stand-in':>10}{'SQLite':>10}{'faster by':>14}\n"
    )
    for task in _TASKS:
        found = {name: per_second(name, connection, task, seconds) for name, connection in connections.items()}
        ratio = found["SQLite"] / found["stand-in"]
        digits = 0 if found["stand-in"] >= 100 else 1
        figures = "".join(f"{found[name]:>10,.{digits}f}" for name in connections)
        sys.stdout.write(f"{task.name:45}{figures}{ratio:>8.1f} times\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
