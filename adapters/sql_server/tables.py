"""Named statements over the app's own tables, by name in and out."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.sql_server.connection import SqlServer
from adapters.sql_server.statements import LIMITS, render


class SqlTables:
    """Satisfies relay.ports.Tables."""

    def __init__(self, server: SqlServer, app: str) -> None:
        """Ask nothing yet."""
        self._server = server
        self._app = app

    def ask(self, statement: str, **values: Any) -> Sequence[Sequence[Mapping[str, Any]]]:
        """Run sql/<statement>.sql; return its result sets. Raises DatabaseError."""
        found = self._server.ask(render(statement, LIMITS), app=self._app, **values)
        return [each.dicts() for each in found]
