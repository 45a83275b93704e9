"""The statements that definitions may run: .sql files of whoever configures the app, with bound parameters."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyodbc

from adapters.sql_server.connection import SqlServer, in_order, parameters_of
from adapters.sql_server.rows import plain
from adapters.sql_server.statements import LIMITS, render
from relay.errors import DatabaseError
from workflows.resources.statement import Statement
from workflows.resources.values import (
    DATA_LIMIT,
    MOST_OUTPUT_BYTES,
    OVER,
    SQL_FAILED,
    Task,
    TaskFailed,
    bad_arguments,
)

FOLDER = Path(__file__).parents[2] / "sql" / "statements"
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_OWN_TRANSACTIONS = re.compile(r"\b(BEGIN\s+TRAN(SACTION)?|COMMIT|ROLLBACK|SAVE\s+TRAN(SACTION)?)\b", re.IGNORECASE)
_LEAST_OF_THEIR_OWN = 50_000  # THROW takes numbers from here on
_LARGEST = 2**63 - 1
Rows = list[dict[str, Any]]


class SqlStatements:
    """Satisfies workflows.resources.ports.Statements."""

    def __init__(self, server: SqlServer, app: str, folder: Path = FOLDER) -> None:
        """Ask nothing yet."""
        self._server = server
        self._app = app
        self._folder = folder

    def read(self, statement: Statement, task: Task) -> Rows:
        """Run, and roll back."""
        sql, values = self._prepared(statement, task)
        return self._asked(lambda connection: _rows(connection, sql, values, statement), keep=False)

    def write(self, statement: Statement, task: Task) -> Rows:
        """Run, and store the result as the step's, in one transaction; a step that is done is not done again."""
        sql, values = self._prepared(statement, task)
        step = {
            "app": self._app, "execution": task.execution, "epoch": task.epoch, "step": task.place, "visit": task.visit,
        }  # fmt: skip

        def work(connection: pyodbc.Connection) -> Rows:
            held = self._one(connection, "execution/hold", step)
            if held["verdict"] == "done":
                kept = json.loads(held["result"])
                if "value" not in kept:
                    raise TaskFailed(OVER, "its time was over before it began")
                rows: Rows = kept["value"]["rows"]
                return rows
            if held["verdict"] == "over":
                raise TaskFailed(OVER, "the step is not this start's any more")
            rows = _rows(connection, sql, values, statement)
            result = json.dumps({"value": {"rows": rows}})
            if not self._one(connection, "execution/report", {**step, "result": result})["current"]:
                raise TaskFailed(OVER, "the execution has ended, or another start does it")
            return rows

        return self._asked(work, keep=True)

    def _asked(self, work: Any, *, keep: bool) -> Rows:
        try:
            rows: Rows = self._server.transaction(work, keep=keep)
        except DatabaseError as error:
            if error.nobody_answers:
                raise
            own = error.number is not None and error.number >= _LEAST_OF_THEIR_OWN
            raise TaskFailed(f"relay.Sql.{error.number}" if own else SQL_FAILED, str(error)) from None
        return rows

    @staticmethod
    def _one(connection: pyodbc.Connection, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        sql = render(name, LIMITS)
        with closing(connection.execute(sql, *in_order(sql, values))) as cursor:
            return dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))

    def _prepared(self, statement: Statement, task: Task) -> tuple[str, Sequence[Any]]:
        """Return the statement's text and its values, in their order; raise TaskFailed if they do not fit."""
        try:
            sql = (self._folder / statement.file).read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            raise bad_arguments("Resource", f"sql/statements/{statement.file} cannot be read") from None
        if _OWN_TRANSACTIONS.search(_COMMENT.sub("", sql)):
            raise bad_arguments(
                "Resource",
                f"sql/statements/{statement.file} begins or ends transactions itself; it runs in one of the app's, so leave that out",
            )
        declared = parameters_of(sql)
        told = task.arguments if isinstance(task.arguments, Mapping) else {}
        own = {"execution": task.execution, "idempotency_key": task.idempotency_key}
        given = {**{name: value for name, value in own.items() if name in declared}, **told}
        if missing := [name for name in declared if name not in given]:
            raise bad_arguments(missing[0], f"it is missing; sql/statements/{statement.file} declares @{missing[0]}")
        if unknown := [name for name in given if name not in declared]:
            raise bad_arguments(
                str(unknown[0]),
                f"sql/statements/{statement.file} declares no such parameter; it has {', '.join(declared) or 'none'}",
            )
        return sql, [_bound(name, given[name]) for name in declared]


def _bound(name: str, value: Any) -> Any:
    """Return a value as it is bound: lists and objects as JSON, for OPENJSON."""
    if isinstance(value, Mapping | list):
        return json.dumps(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST:
        raise bad_arguments(name, "it is larger than bigint; give it as a text")
    return value


def _rows(connection: pyodbc.Connection, sql: str, values: Sequence[Any], statement: Statement) -> Rows:
    """Return the rows of the last result set. All of it is read: an error in a later statement shows only when its turn comes.

    The cursor is closed, and never left as a context of its own: pyodbc commits there.
    """
    rows: Rows = []
    with closing(connection.execute(sql, *values)) as cursor:
        while True:
            if cursor.description is not None:
                rows = _of_one_set(cursor, statement)
            if not cursor.nextset():
                return rows


def _of_one_set(cursor: pyodbc.Cursor, statement: Statement) -> Rows:
    names = [column[0] for column in cursor.description]
    if len(set(names)) < len(names) or "" in names:
        raise TaskFailed(
            SQL_FAILED, f"statement {statement.name!r} gives two columns one name, or none; give each its own with AS"
        )
    rows: Rows = []
    left_bytes = MOST_OUTPUT_BYTES - len('{"rows":[]}')
    for found in cursor:
        row = {name: _shown(value) for name, value in zip(names, found, strict=True)}
        left_bytes -= len(json.dumps(row)) + 1
        rows.append(row)
        if len(rows) > statement.rows:
            raise TaskFailed(DATA_LIMIT, f"statement {statement.name!r} finds more than {statement.rows} rows")
        if left_bytes < 0:
            raise TaskFailed(
                DATA_LIMIT, f"what statement {statement.name!r} finds is larger than {MOST_OUTPUT_BYTES} bytes"
            )
    return rows


def _shown(value: Any) -> Any:
    """Return a value as JSON has it; a decimal of more digits than a number of JSON is sure to keep stays whole as a text."""
    if isinstance(value, Decimal):
        number = int(value) if value == value.to_integral_value() else float(value)
        return number if Decimal(repr(number)) == value else str(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    return plain(value)
