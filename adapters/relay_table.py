"""One relay's table as SQL Server describes it, and the relay's statements rendered for it."""

from collections.abc import Mapping
from functools import cached_property

from adapters.column_sql import UNSUPPORTED_TYPES
from adapters.sql_server import SqlServer
from adapters.statements import relay_statements, statement
from relay.config import Relay
from relay.errors import ConfigError
from relay.identifiers import TableName
from relay.tables import Column, Table, problems


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
    """Described once, when it is first needed; a restart of the app sees a changed table."""

    def __init__(self, server: SqlServer, app: str, relay: Relay) -> None:
        """Ask nothing yet."""
        self._server = server
        self._app = app
        self._relay = relay

    @cached_property
    def columns(self) -> Table:
        """The table's columns. Raises ConfigError if the relay does not fit them, DatabaseError."""
        table = describe(self._server, self._relay.table)
        found = list(problems(self._relay, table, unsupported=UNSUPPORTED_TYPES))
        if found:
            raise ConfigError(found)
        return table

    @cached_property
    def statements(self) -> Mapping[str, str]:
        """The relay's statements by name. Raises as `columns` does."""
        return relay_statements(self._app, self._relay, self.columns)
