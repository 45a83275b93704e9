"""Where a relay stands in change tracking, as SQL Server knows it."""

import json
from collections.abc import Sequence
from typing import Any

from adapters.column_sql import UNSUPPORTED_TYPES
from adapters.relay_table import RelayTable
from adapters.sql_server import SqlServer
from adapters.statements import statement
from relay.config import Relay
from relay.errors import ConfigError, DatabaseError
from relay.guard import Outlook
from relay.names import function_id, function_name
from relay.table_changes import TableState, halts

_NO_SUCH_TABLE = 208  # the trigger has not started yet, or the tables were not created
_CAUGHT_UP_AT = 6  # its place in the guard's row


class SqlGuardStore:
    """One relay's; used by one thread at a time."""

    def __init__(self, server: SqlServer, app: str, relay: Relay) -> None:
        """Ask nothing yet."""
        self._server = server
        self._app = app
        self._relay = relay
        self._table = RelayTable(server, app, relay)
        self._at_start: TableState | None = None  # about what the trigger found when it started

    def look(self) -> Outlook | None:
        """Return where the relay stands; None: its trigger has never started.

        Raises DatabaseError, and ConfigError if the relay stands still and never was seen otherwise.
        """
        now = self._table.look_again()
        if now.object_id is not None and self._at_start is None:
            self._at_start = now
        halted = halts(self._relay, self._at_start or now, now, unsupported=UNSUPPORTED_TYPES)
        row = self._ask(now, halted=bool(halted))
        if row is None and halted:
            raise ConfigError(halted)
        if row is None:
            return None
        position, oldest, current, untaken, gap, ahead, caught_up_at, behind_ms, silent_ms, told, retention_hours = row
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
            halted=tuple(halted),
        )

    def _ask(self, now: TableState, *, halted: bool) -> Sequence[Any] | None:
        """Return the guard's row, without what only change tracking could say if that cannot be asked."""
        function = function_id(self._app, function_name(self._relay.name))
        try:
            if now.can_be_asked:
                [rows] = self._server.run(
                    self._table.statements["guard"], self._app, self._relay.name, function, int(halted)
                )
            else:
                [rows] = self._server.run(statement("guard_place"), self._app, self._relay.name)
        except DatabaseError as error:
            if error.number != _NO_SUCH_TABLE:
                raise
            return None
        return next((row for row in rows if row[_CAUGHT_UP_AT] is not None), None)

    def remember_told(self, told: Sequence[str]) -> None:
        """Remember what people need not be told again."""
        self._server.run(statement("guard_told"), self._app, self._relay.name, json.dumps(list(told)))
