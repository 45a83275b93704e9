"""What a running batch knows: its variables and table variables, and the session around it."""

from collections.abc import Sequence
from typing import Any

from mssql_standin.running import Running
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Table
from mssql_standin.store.database import ParsedBatch
from mssql_standin.store.row_rules import RowRules
from mssql_standin.store.views.view import OpenSession
from mssql_standin.values.conversion import conversion


class Frame:
    """One level of running text: a batch, or text that it executes. It is the runtime of its plans."""

    def __init__(
        self, session: Running, parsed: ParsedBatch, types: dict[str, SqlType], variables: dict[str, Any]
    ) -> None:
        """Declare the parameters and all variables of the batch; SQL Server does so before the first statement too."""
        self.session = session
        self.parsed = parsed
        self.file = session.file
        self.transaction = session.transaction
        self.types = {**types, **parsed.variables}
        self.variables: dict[str, Any] = {**dict.fromkeys(self.types), **variables}
        self.tables: dict[str, Table] = {}
        self._signature = parsed.shared.signature(self.types)
        self.is_compiling = False  # nothing runs yet
        self.tries = 0  # TRY blocks of this level that are being run

    @property
    def catalog(self) -> Catalog:
        """The definitions as the session sees them."""
        return self.transaction.catalog

    def visible_catalog(self) -> Catalog:
        """Return those definitions of which the session's user may know."""
        return self.session.visible_catalog()

    def sessions(self) -> Sequence[OpenSession]:
        """Return all open sessions."""
        return list(self.session.store.open_sessions.values())

    def row_count(self, table: Table) -> int:
        """Return how many rows a table has, as the session sees them."""
        return int(self.file.rows(f"SELECT count(*) FROM {table.physical}")[0][0])

    def clock(self) -> tuple[int, int]:
        """Return the statement's time: ticks of UTC, offset of local time in minutes."""
        return self.session.clock()

    def state(self, name: str) -> Any:
        """Return a piece of session state in stored form."""
        return self.session.state(name)

    def rules(self, table: Table) -> RowRules:
        """Return the compiled rules of a table."""
        return self.session.rules(table)

    def next_identity(self, table: Table) -> int:
        """Return the next value of a table's identity column."""
        return self.session.identities.next(table)

    def note_identity(self, table: Table, value: int, *, explicit: bool) -> None:
        """Remember the identity value of an inserted row."""
        self.session.identities.note(table, value, explicit=explicit)

    def forget_identity(self) -> None:
        """Note that an INSERT gave out no identity value."""
        self.session.identities.last = None

    def reset_identity(self, table: Table) -> None:
        """Start a table's identity values anew."""
        self.session.identities.reset(table)

    def assign_variable(self, name: str, source: SqlType, value: Any) -> None:
        """Convert a value to the variable's type and set it; text is cut without an error, as in SQL Server."""
        convert = conversion(source, self.types[name])
        self.variables[name] = convert(value) if convert and value is not None else value

    def local_tables(self) -> dict[str, Table]:
        """Return the temporary tables and table variables in sight."""
        return {**self.session.local_tables.temporary, **self.tables}

    def circumstances(self) -> tuple[Any, ...]:
        """Return what the plans of the batch depend on beside the tables that they use: variables, local tables, tracking."""
        names: tuple[tuple[str, str], ...] = ()
        if self.tables or self.session.local_tables.temporary:
            names = tuple(sorted((name, table.local_name) for name, table in self.local_tables().items()))
        return self._signature, names, self.transaction.catalog.tracking is None

    def close(self) -> None:
        """End the life of the table variables."""
        for table in self.tables.values():
            self.session.local_tables.drop_variable(table)
        self.tables.clear()
