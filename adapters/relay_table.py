"""One relay's table as SQL Server describes it, and the relay's statements rendered for it."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from adapters.column_sql import UNSUPPORTED_TYPES
from adapters.sql_server import SqlServer
from adapters.statements import relay_statements, statement
from relay.config import Relay
from relay.errors import ConfigError, DatabaseError
from relay.identifiers import TableName
from relay.names import leases_table
from relay.table_changes import TableState
from relay.tables import Column, Table, problems

_NO_SUCH_COLUMN, _NO_SUCH_TABLE, _CHANGED = 207, 208, 51002
T = TypeVar("T")


def describe(server: SqlServer, table: TableName) -> Table:
    """Return the table's columns; no columns if there is no such table."""
    [rows] = server.run(statement("describe_table"), str(table))
    return Table([_column(*row) for row in rows])


def _column(
    name: str, kind: str, bytes_long: int, precision: int, scale: int, key: int, computed: bool, collation: str | None
) -> Column:
    length = bytes_long // 2 if kind in {"nchar", "nvarchar"} and bytes_long > 0 else bytes_long
    return Column(name, kind, length, precision, scale, key, computed, collation)


class RelayTable:
    """Described when it is first needed, and again when it turns out to have changed."""

    def __init__(self, server: SqlServer, app: str, relay: Relay) -> None:
        """Ask nothing yet."""
        self._server = server
        self._app = app
        self._relay = relay
        self._described: Table | None = None
        self._statements: Mapping[str, str] | None = None

    @property
    def columns(self) -> Table:
        """The table's columns, for delivering its rows. Raises ConfigError if the relay does not fit them, DatabaseError."""
        table = self._table()
        found = list(problems(self._relay, table, unsupported=UNSUPPORTED_TYPES))
        if found:
            self.forget()  # somebody may mend it
            raise ConfigError(found)
        return table

    @property
    def statements(self) -> Mapping[str, str]:
        """The relay's statements by name. They need the table and its key, and not that the relay fits its other columns.

        Raises ConfigError if there is no table or no key, DatabaseError.
        """
        if self._statements is None:
            table = self._table()
            if not table.key:
                self.forget()
                raise ConfigError(list(problems(self._relay, table, unsupported=UNSUPPORTED_TYPES)))
            self._statements = relay_statements(self._app, self._relay, table)
        return self._statements

    def forget(self) -> None:
        """Describe the table anew when it is needed next."""
        self._described = self._statements = None

    def up_to_date(self, work: Callable[[], T]) -> T:
        """Do work with the table's statements, and once more if the server says that the table is another one by now."""
        try:
            return work()
        except DatabaseError as error:
            if error.number not in {_NO_SUCH_COLUMN, _NO_SUCH_TABLE, _CHANGED}:
                raise
        self.forget()
        return work()

    def look_again(self) -> TableState:
        """Describe the table anew and return how it is. Raises DatabaseError."""
        leases = str(TableName("az_func", leases_table(self._app, self._relay.name)))
        self.forget()
        [[[object_id, tracked]], keys] = self._server.run(statement("table_state"), str(self._relay.table), leases)
        return TableState(object_id, bool(tracked), self._table(), [name for (name,) in keys])

    def _table(self) -> Table:
        if self._described is None:
            self._described = describe(self._server, self._relay.table)
        return self._described
