"""Where a relay stands in change tracking, as SQL Server knows it."""

import json
from collections.abc import Sequence

from adapters.relay_table import RelayTable
from adapters.sql_server import SqlServer
from adapters.statements import statement
from relay.config import Relay
from relay.errors import DatabaseError
from relay.guard import Outlook
from relay.names import function_id, function_name

_NO_SUCH_TABLE = 208  # the trigger has not started yet, or the tables were not created


class SqlGuardStore:
    """One relay's; used by one thread at a time."""

    def __init__(self, server: SqlServer, app: str, relay: Relay) -> None:
        """Ask nothing yet."""
        self._server = server
        self._app = app
        self._relay = relay
        self._table = RelayTable(server, app, relay)

    def look(self) -> Outlook | None:
        """Return where the relay stands; None: its trigger has never started. Raises ConfigError, DatabaseError."""
        function = function_id(self._app, function_name(self._relay.name))
        try:
            [[row]] = self._server.run(self._table.statements["guard"], self._app, self._relay.name, function)
        except DatabaseError as error:
            if error.number != _NO_SUCH_TABLE:
                raise
            return None
        position, oldest, current, untaken, gap, ahead, caught_up_at, behind_ms, silent_ms, told, retention_hours = row
        if caught_up_at is None:
            return None
        return Outlook(
            position=position,
            oldest=oldest,
            current=current,
            untaken=untaken,
            gap=bool(gap),
            ahead=bool(ahead),
            caught_up_at=caught_up_at + "Z",
            behind_seconds=behind_ms / 1000,
            silent_seconds=silent_ms / 1000,
            retention_hours=None if retention_hours is None else float(retention_hours),
            told=tuple(json.loads(told)),
        )

    def remember_told(self, told: Sequence[str]) -> None:
        """Remember what people need not be told again."""
        self._server.run(statement("guard_told"), self._app, self._relay.name, json.dumps(list(told)))
