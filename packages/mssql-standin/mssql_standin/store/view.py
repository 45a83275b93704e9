"""What a catalog view is: a name, columns, and rows made of the catalog."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One catalog view: its name, its columns and its rows in stored form; bytes are hexadecimal text.

    `from_file` are further columns that are read from the file: name, type, SQLite text over the others (o0, o1, ..).
    """

    name: str
    columns: tuple[tuple[str, SqlType], ...]
    rows: Callable[[Catalog], list[Row]]
    from_file: tuple[tuple[str, SqlType, str], ...] = ()

    def document(self, catalog: Catalog) -> str:
        """Return the rows as a JSON text, made once for each state of the catalog."""
        documents = catalog.documents
        if self.name not in documents:
            documents[self.name] = json.dumps(self.rows(catalog))
        return documents[self.name]
