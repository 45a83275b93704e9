"""Rows in and out of one table: writing, uniqueness at the end of the statement, foreign keys, the change log."""

import sqlite3
from collections.abc import Sized
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.store.catalog import Catalog, ForeignKey, Index, Table
from mssql_standin.store.file import FileConnection
from mssql_standin.store.row_rules import shown_key
from mssql_standin.store.sqlite_functions import column_mask
from mssql_standin.store.transaction import Transaction

Row = list[Any]
_INSERTED, _UPDATED, _DELETED = 1, 2, 3


class TableWriter:
    """Writes rows of one table for one statement; the rows are complete and allowed already."""

    def __init__(
        self, table: Table, catalog: Catalog, file: FileConnection, transaction: Transaction, context: bytes | None
    ) -> None:
        """Prepare the SQLite statements. `context` is that of WITH CHANGE_TRACKING_CONTEXT."""
        self.table = table
        self._catalog = catalog
        self._file = file
        self._transaction = transaction
        self._context = context
        names = [column.physical for column in table.columns]
        marks = ", ".join("?" * len(names))
        self._insert = f"INSERT INTO {table.physical} ({', '.join(names)}) VALUES ({marks})"
        self._reinsert = f"INSERT INTO {table.physical} (rowid, {', '.join(names)}) VALUES (?, {marks})"
        self._delete = f"DELETE FROM {table.physical} WHERE rowid = ?"
        self._unique = [(index, self._places(index)) for index in table.indexes if index.unique]
        self._key = [] if table.primary_key is None else self._places(table.primary_key)
        self._null_prone = [
            (index, places) for index, places in self._unique if any(table.columns[p].nullable for p in places)
        ]

    def _places(self, index: Index) -> list[int]:
        return [self.table.by_id[column_id] for column_id in index.column_ids]

    def _lock(self, rows: Sized) -> None:
        if rows and not self.table.local_name:
            self._transaction.lock_rows(self.table.object_id)

    # --- rows ------------------------------------------------------------------------------------------------

    def insert(self, rows: list[Row]) -> None:
        """Insert rows. Raises SqlError 2627 or 2601."""
        self._lock(rows)
        for row in rows:
            self._store(self._insert, row, row, None)
            self._log(_INSERTED, row, None)

    def delete(self, rows: list[tuple[int, Row]]) -> None:
        """Delete rows given by rowid and old values."""
        self._lock(rows)
        for rowid, row in rows:
            self._file.rows(self._delete, (rowid,))
            self._log(_DELETED, row, None)

    def update(self, rows: list[tuple[int, Row, Row]], named: list[int]) -> None:
        """Update rows given by rowid, old and new values; `named` are the places that SET names."""
        self._lock(rows)
        touched = set(named) | {p for p, column in enumerate(self.table.columns) if column.computed}
        filters = {self.table.by_id[column_id] for index, _ in self._unique for column_id in index.not_null}
        unique_places = filters | {place for _, places in self._unique for place in places}
        if len(rows) > 1 and touched & unique_places:  # SQLite checks after each row, SQL Server after the statement
            for rowid, _, _ in rows:
                self._file.rows(self._delete, (rowid,))
            for rowid, _, new in rows:
                self._store(self._reinsert, [rowid, *new], new, rowid)
        else:
            places = sorted(touched)
            sets = ", ".join(f"{self.table.columns[place].physical} = ?" for place in places)
            sql = f"UPDATE {self.table.physical} SET {sets} WHERE rowid = ?"
            for rowid, _, new in rows:
                self._store(sql, [*(new[place] for place in places), rowid], new, rowid)
        self._log_updates(rows, named)

    def _log_updates(self, rows: list[tuple[int, Row, Row]], named: list[int]) -> None:
        if not self.table.tracked:
            return
        mask = self._mask(named)
        moved = [(old, new) for _, old, new in rows if self._identity_of(old) != self._identity_of(new)]
        for old, _ in moved:
            self._log(_DELETED, old, None)
        for _, new in moved:
            self._log(_INSERTED, new, None)
        for _, old, new in rows:
            if self._identity_of(old) == self._identity_of(new):
                self._log(_UPDATED, new, mask)

    def _identity_of(self, row: Row) -> list[Any]:
        return [row[place] for place in self._key]

    def _mask(self, named: list[int]) -> bytes | None:
        """Return the columns that SET names; NULL, meaning all, for a key column or when all others are named."""
        if not self.table.tracks_columns or set(named) & set(self._key):
            return None
        others = {
            place for place, column in enumerate(self.table.columns) if place not in self._key and not column.computed
        }
        if others <= set(named):
            return None
        return column_mask([self.table.columns[place].column_id for place in named])

    def _log(self, operation: int, row: Row, mask: bytes | None) -> None:
        if not self.table.tracked:
            return
        names = "".join(f", {self.table.columns[place].physical}" for place in self._key)
        marks = ", ?" * len(self._key)
        version = self._transaction.logged_change()
        self._file.insert(
            f"INSERT INTO {self.table.changes} (version, operation, mask, context{names}) VALUES (?, ?, ?, ?{marks})",
            [version, operation, mask, self._context, *self._identity_of(row)],
        )

    # --- uniqueness ------------------------------------------------------------------------------------------

    def _store(self, sql: str, arguments: list[Any], row: Row, rowid: int | None) -> None:
        for index, places in self._null_prone:
            if any(row[place] is None for place in places) and self._exists(index, places, row, rowid):
                raise self._duplicate(index, places, row)
        try:
            self._file.insert(sql, arguments)
        except sqlite3.IntegrityError as error:
            for index, places in self._unique:
                if self._exists(index, places, row, rowid):
                    raise self._duplicate(index, places, row) from None
            raise SqlError(2627, f"Violation of a unique constraint ({error}).", 14) from error

    def _exists(self, index: Index, places: list[int], row: Row, rowid: int | None) -> bool:
        if any(row[self.table.by_id[column_id]] is None for column_id in index.not_null):
            return False  # the row does not belong to the index
        matches = " AND ".join(f"{self.table.columns[place].physical} IS ?" for place in places)
        filtered = "".join(f" AND c{column_id} IS NOT NULL" for column_id in index.not_null)
        sql = f"SELECT 1 FROM {self.table.physical} WHERE {matches}{filtered} AND rowid IS NOT ? LIMIT 1"
        return bool(self._file.rows(sql, [*(row[place] for place in places), rowid]))

    def _duplicate(self, index: Index, places: list[int], row: Row) -> SqlError:
        table = f"{self.table.schema}.{self.table.name}"
        value = f"The duplicate key value is {shown_key(self.table, places, row)}."
        if index.kind == "index":
            return SqlError(
                2601,
                f"Cannot insert duplicate key row in object '{table}' with unique index '{index.name}'. {value}",
                14,
            )
        kind = "PRIMARY KEY" if index.kind == "primary" else "UNIQUE KEY"
        return SqlError(
            2627,
            f"Violation of {kind} constraint '{index.name}'. Cannot insert duplicate key in object '{table}'. {value}",
            14,
        )

    # --- foreign keys ----------------------------------------------------------------------------------------

    def check_references(self, stored: list[Row], removed: list[Row], verb: str) -> None:
        """Check foreign keys once the statement's rows are in place. Raises SqlError 547."""
        for key in self.table.foreign_keys:
            parent = self._catalog.tables[key.referenced_id]
            for row in stored:
                self._check_parent(key, parent, row, verb)
        if not removed or self.table.local_name:
            return
        for child in self._catalog.tables.values():
            for key in child.foreign_keys:
                if key.referenced_id == self.table.object_id:
                    for row in removed:
                        self._check_children(key, child, row, verb)

    def _check_parent(self, key: ForeignKey, parent: Table, row: Row, verb: str) -> None:
        values = [row[self.table.by_id[column_id]] for column_id in key.columns]
        if None in values or _found(self._file, parent, key.referenced_columns, values):
            return
        raise self._conflict("FOREIGN KEY", key, parent, key.referenced_columns, verb)

    def _check_children(self, key: ForeignKey, child: Table, row: Row, verb: str) -> None:
        values = [row[self.table.by_id[column_id]] for column_id in key.referenced_columns]
        if None in values or _found(self._file, self.table, key.referenced_columns, values):
            return
        if _found(self._file, child, key.columns, values):
            raise self._conflict("REFERENCE", key, child, key.columns, verb)

    def _conflict(self, kind: str, key: ForeignKey, other: Table, columns: tuple[int, ...], verb: str) -> SqlError:
        column = f", column '{other.names_of(columns)[0]}'" if len(columns) == 1 else ""
        return SqlError(
            547,
            f'The {verb} statement conflicted with the {kind} constraint "{key.name}". The conflict occurred in database '
            f'"{self._catalog.database}", table "{other.schema}.{other.name}"{column}.',
            state=0,
        )


def _found(file: FileConnection, table: Table, columns: tuple[int, ...], values: list[Any]) -> bool:
    matches = " AND ".join(f"c{column_id} = ?" for column_id in columns)
    return bool(file.rows(f"SELECT 1 FROM {table.physical} WHERE {matches} LIMIT 1", values))
