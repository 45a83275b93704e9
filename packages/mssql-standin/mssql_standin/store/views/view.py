"""What a catalog view is: a name, columns, and rows that are computed when it is read."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Table
from mssql_standin.values.type_rules import SYSNAME

Row = tuple[Any, ...]
_COLUMN = re.compile(r"(\w+) (\w+)(?:\((\d+)\))?(?: = (.+))?", re.DOTALL)
_COMMA = re.compile(r",\s+(?![^(]*\))")


class OpenSession(Protocol):
    """What sys.dm_exec_sessions tells of a session."""

    session_id: int
    isolation: str
    date_order: str

    def state(self, name: str) -> Any:
        """Return a piece of session state in stored form."""


class Reader(Protocol):
    """What the rows of a view are computed from."""

    def visible_catalog(self) -> Catalog:
        """Return those definitions of which the reading session's user may know."""

    def sessions(self) -> Sequence[OpenSession]:
        """Return all open sessions."""

    def row_count(self, table: Table) -> int:
        """Return how many rows a table has, as the reading session sees them."""


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """A column: its name, its type, and its value as SQLite text over `value`, the row as a JSON array."""

    name: str
    type: SqlType
    sql: str


@dataclass(frozen=True, slots=True)
class View:
    """One catalog view. `of_server`: it is the same in every database. `rows` are in stored form."""

    name: str
    columns: tuple[ViewColumn, ...]
    rows: Callable[[Reader], Sequence[Row]]
    of_server: bool = False
    of_catalog: bool = False  # the rows are the same as long as the definitions are
    source: str = ""  # what SQLite reads them from, as JSON arrays in a column `value`, if they are all in the file

    def document(self, reader: Reader) -> str:
        """Return the rows as a JSON text; one of definitions alone is made once for each state of them."""
        if not self.of_catalog:
            return json.dumps(self.rows(reader))
        documents = reader.visible_catalog().documents
        if self.name not in documents:
            documents[self.name] = json.dumps(self.rows(reader))
        return documents[self.name]


def catalog_view(name: str, columns: str, rows: Callable[[Catalog], Sequence[Row]], *, of_server: bool = False) -> View:
    """Return a view that is computed from the definitions alone; the columns as `columns_of` reads them."""
    return View(name, columns_of(columns), lambda reader: rows(reader.visible_catalog()), of_server, of_catalog=True)


def file_view(name: str, columns: str, source: str) -> View:
    """Return a view whose rows are all in the file: `source` has them as JSON arrays in a column `value`."""
    return View(name, columns_of(columns), lambda _: (), source=source)


def columns_of(text: str) -> tuple[ViewColumn, ...]:
    """Read `name type, name type = value, ..`: a value is SQLite text, $0 in it the row's first cell; the other columns are cells, in order."""
    columns: list[ViewColumn] = []
    cells = 0
    for part in _COMMA.split(" ".join(text.split())):
        match = _COLUMN.fullmatch(part)
        if match is None:
            raise ValueError(f"this is no column of a view: {part}")
        name, kind, length, sql = match.groups()
        if sql is None:
            sql, cells = f"${cells}", cells + 1
        cell = re.sub(r"\$(\d+)", r"json_extract(value, '$[\1]')", sql)
        columns.append(
            ViewColumn(name, SYSNAME if kind == "sysname" else SqlType(kind, int(length) if length else None), cell)
        )
    return tuple(columns)


def nothing(_: Catalog) -> Sequence[Row]:
    """The rows of a view of things that cannot be made here."""
    return ()


def schema_ids(catalog: Catalog) -> dict[str, int]:
    """Return the ids of schemas by lower-case name."""
    return {name.lower(): number for number, name in catalog.schemas.items()}
