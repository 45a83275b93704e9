"""Temporary tables and table variables: SQLite TEMP tables, with the scopes and rollback rules of T-SQL.

A table variable outlives the rollback of a transaction, a temporary table does not. SQLite's tables are kept and
emptied for the next use, because creating one makes SQLite prepare every statement of the connection again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from mssql_standin.binder.registry import Registry
from mssql_standin.store.catalog import Table
from mssql_standin.store.file import FileConnection

_shapes = Registry()


class LocalTables:
    """The temporary tables of a session and the table variables of its running batches."""

    def __init__(self, file: FileConnection, definition: Callable[[Table], list[str]]) -> None:
        """Start with none. `definition` gives the SQLite statements that create a table."""
        self._file = file
        self._definition = definition
        self._free: dict[str, list[Table]] = defaultdict(list)
        self._instances: dict[str, int] = defaultdict(int)
        self._variables: list[Table] = []
        self._at_begin: dict[str, Table] = {}
        self.temporary: dict[str, Table] = {}
        self.identities: dict[str, int] = {}

    def create(self, table: Table) -> Table:
        """Make an empty table of this shape and return it with its name in SQLite."""
        shape = f"{'v' if table.name.startswith('@') else 'x'}{_shapes.number(replace(table, object_id=0, created=''), _nothing)}"
        if self._free[shape]:
            made = replace(table, local_name=self._free[shape].pop().local_name)
            self._file.rows(f"DELETE FROM {made.physical}")
        else:
            self._instances[shape] += 1
            made = replace(table, local_name=f"{shape}_{self._instances[shape]}")
            for statement in self._definition(made):
                self._file.rows(statement)
        self.identities.pop(made.local_name, None)
        if table.name.startswith("@"):
            self._variables.append(made)
        return made

    def drop_variable(self, table: Table) -> None:
        """End the life of a table variable."""
        self._variables.remove(table)
        self._free[table.local_name.split("_")[0]].append(table)

    def drop_temporary(self, name: str) -> None:
        """DROP TABLE #name; the SQLite table goes too, because a rollback may bring it back."""
        table = self.temporary.pop(name)
        self._file.rows(f"DROP TABLE {table.physical}")

    def drop_all_temporary(self) -> None:
        """Drop all temporary tables; not even the rollback of a running transaction brings them back."""
        for name in list(self.temporary):
            self.drop_temporary(name)
        self._at_begin = {}

    def begin(self) -> None:
        """Remember which temporary tables exist when a transaction begins."""
        self._at_begin = dict(self.temporary)

    def rollback(self) -> None:
        """Forget the temporary tables that were created since the transaction began."""
        self.temporary = dict(self._at_begin)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Carry the rows of table variables over a rollback in SQLite."""
        saved = [(table, self._file.rows(f"SELECT * FROM {table.physical}")) for table in self._variables]
        yield
        existing = {name for (name,) in self._file.rows("SELECT name FROM temp.sqlite_master WHERE type = 'table'")}
        for shape, tables in self._free.items():
            self._free[shape] = [table for table in tables if table.local_name in existing]
        for table, rows in saved:
            if table.local_name not in existing:
                for statement in self._definition(table):
                    self._file.rows(statement)
            self._file.rows(f"DELETE FROM {table.physical}")
            marks = ", ".join("?" * len(table.columns))
            names = ", ".join(column.physical for column in table.columns)
            for row in rows:
                self._file.insert(f"INSERT INTO {table.physical} ({names}) VALUES ({marks})", row)


def _nothing() -> None:
    return None
