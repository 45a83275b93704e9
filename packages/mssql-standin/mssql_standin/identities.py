"""Identity values: handed out once and never again while the server runs, whatever becomes of the transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from mssql_standin.store.catalog import Table
from mssql_standin.store.database import SharedStore
from mssql_standin.store.file import FileConnection
from mssql_standin.store.local_tables import LocalTables


class Identities:
    """The identity values of one session's tables, and the last one it inserted."""

    def __init__(self, store: SharedStore, file: FileConnection, local_tables: LocalTables) -> None:
        """Start without a last value."""
        self._store = store
        self._file = file
        self._local_tables = local_tables
        self.last: int | None = None  # @@IDENTITY
        self.last_of_scope: int | None = None  # SCOPE_IDENTITY()

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Run text whose identity values SCOPE_IDENTITY() shows to nobody outside it, and those outside not to it."""
        outer, self.last_of_scope = self.last_of_scope, None
        try:
            yield
        finally:
            self.last_of_scope = outer

    def current(self, table: Table) -> int | None:
        """Return the last value handed out for a table; None if there was none."""
        if table.local_name:
            return self._local_tables.identities.get(table.local_name)
        if table.object_id not in self._store.last_identities:
            rows = self._file.rows("SELECT last FROM main.identities WHERE object_id = ?", (table.object_id,))
            if not rows:
                return None
            self._store.last_identities[table.object_id] = rows[0][0]
        return self._store.last_identities[table.object_id]

    def next(self, table: Table) -> int:
        """Return the next value of a table's identity column."""
        assert table.identity is not None  # noqa: S101 - asked of tables with one only
        assert table.identity.identity is not None  # noqa: S101
        seed, increment = table.identity.identity
        last = self.current(table)
        return seed if last is None else last + increment

    def note(self, table: Table, value: int, *, explicit: bool) -> None:
        """Remember the value of an inserted row; an explicit one only if it goes beyond the last."""
        self.last = self.last_of_scope = value
        assert table.identity is not None  # noqa: S101
        assert table.identity.identity is not None  # noqa: S101
        last, increment = self.current(table), table.identity.identity[1]
        if explicit and last is not None and (value - last) * increment < 0:
            return
        if table.local_name:
            self._local_tables.identities[table.local_name] = value
            return
        self._store.last_identities[table.object_id] = value
        self._file.rows("INSERT OR REPLACE INTO main.identities VALUES (?, ?)", (table.object_id, value))

    def reset(self, table: Table) -> None:
        """Start anew from the seed."""
        if table.local_name:
            self._local_tables.identities.pop(table.local_name, None)
            return
        self._store.last_identities.pop(table.object_id, None)
        self._file.rows("DELETE FROM main.identities WHERE object_id = ?", (table.object_id,))
