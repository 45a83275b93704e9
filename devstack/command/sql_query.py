"""`./dev sql query "..."`: runs T-SQL against SqlConnectionString and prints each result as a table."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyodbc

from devstack.command.settings import SQL_SETTING
from devstack.command.terminal import table
from functions_standin.errors import FunctionInError
from functions_standin.sql_trigger.connection import connect, find_driver
from functions_standin.sql_trigger.connection_string import to_odbc
from functions_standin.sql_trigger.failures import describe


def results(connection: Any, sql: str) -> Iterator[str]:
    """Run a batch, in autocommit mode; yield a text for each result set and each count of changed rows."""
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        while True:
            if cursor.description is not None:
                rows = [[_shown(value) for value in row] for row in cursor.fetchall()]
                yield table([column[0] for column in cursor.description], rows) + f"\n({_rows(len(rows))})"
            elif cursor.rowcount >= 0:
                yield f"({_rows(cursor.rowcount)} affected)"
            if not cursor.nextset():
                return
    finally:
        cursor.close()


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _shown(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return str(int(value))
        case bytes():
            return f"0x{value.hex().upper()}"
        case _:
            return str(value).replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


def main() -> int:
    """Run as a program; return the exit status."""
    parser = argparse.ArgumentParser(prog="./dev sql query", description=__doc__)
    parser.add_argument("statement", nargs="?", help="T-SQL")
    parser.add_argument("--file", type=Path, help="a file of T-SQL, run as one batch")
    arguments = parser.parse_args()
    if (arguments.statement is None) == (arguments.file is None):
        parser.error("it takes either a statement or --file")
    sql = arguments.statement if arguments.file is None else arguments.file.read_text(encoding="utf-8")
    try:
        to = to_odbc(os.environ.get(SQL_SETTING, ""), find_driver())
    except FunctionInError as error:
        return _fail(f"{error} (setting {SQL_SETTING})")
    try:
        connection = connect(to)
        try:
            for text in results(connection, sql):
                print(text)
        finally:
            connection.close()
    except pyodbc.Error as error:
        return _fail(describe(error, to))
    return 0


def _fail(reason: str) -> int:
    print(f"sql query: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
