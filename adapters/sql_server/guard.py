"""Where a relay stands in change tracking, as SQL Server knows it."""

import json
from collections.abc import Sequence
from typing import Any

from adapters.sql_server.column_sql import UNSUPPORTED_TYPES
from adapters.sql_server.connection import NO_SUCH_TABLE, Row
from adapters.sql_server.table import RelayTable
from relay.errors import ConfigError, DatabaseError
from relay.guard.outlook import Outlook
from relay.guard.table_changes import TableState, halts
from relay.guard.trigger_limits import hints
from relay.names import function_id, function_name


class FirstLook:
    """A relay's table as this process saw it first: about what the trigger found when it started."""

    def __init__(self) -> None:
        """Nobody has looked yet."""
        self._state: TableState | None = None

    def compared_with(self, now: TableState) -> TableState:
        """Return what was seen first; what there is now, if nobody had seen the table before."""
        if now.object_id is not None and self._state is None:
            self._state = now
        return self._state or now


class SqlGuard:
    """Satisfies relay.ports.Guard."""

    def __init__(self, table: RelayTable, first_look: FirstLook, batch_size: int = 100) -> None:
        """Ask nothing yet. All guards of a relay in one process share their first look; the trigger takes `batch_size` changes at once."""
        self._table = table
        self._first_look = first_look
        self._batch_size = batch_size

    def take_stock(self) -> Outlook | None:
        """Return where the relay stands, and remember it; None: its trigger has never started.

        Raises DatabaseError, and ConfigError if the relay stands still and never was seen otherwise.
        """
        return self._outlook("take_stock")

    def peek(self) -> Outlook | None:
        """Return where the relay stands, and write nothing; raises as `take_stock` does."""
        return self._outlook("peek")

    def _outlook(self, how: str) -> Outlook | None:
        now = self._table.look_again()
        relay = self._table.relay
        halted = halts(relay, self._first_look.compared_with(now), now, unsupported=UNSUPPORTED_TYPES)
        row = self._ask(how, now, halted=bool(halted))
        if row is None and halted:
            raise ConfigError(halted)
        return None if row is None else _outlook(row, halted, list(hints(relay, now.table, self._batch_size)))

    def _ask(self, how: str, now: TableState, *, halted: bool) -> Row | None:
        """Return the guard's row, without what only change tracking could say if that cannot be asked."""
        function = function_id(self._table.app, function_name(self._table.relay.name))
        try:
            if now.can_be_asked:
                [found] = self._table.ask(f"guard/{how}", function_id=function, halted=int(halted))
            else:
                [found] = self._table.ask_plainly(f"guard/{how}_untracked")
        except DatabaseError as error:
            if error.number != NO_SUCH_TABLE:
                raise
            return None
        return next((row for row in found.dicts() if row["caught_up_at"] is not None), None)

    def remember_told(self, told: Sequence[str]) -> None:
        """Remember what people need not be told again."""
        self._table.ask_plainly("guard/told", told=json.dumps(list(told)))


def _outlook(row: Row, halted: Sequence[str], limits: Sequence[str]) -> Outlook:
    read: dict[str, Any] = {
        **row,
        "gap": bool(row["gap"]),
        "ahead": bool(row["ahead"]),
        "caught_up_at": f"{row['caught_up_at']}Z",
        "retention_hours": None if row["retention_hours"] is None else float(row["retention_hours"]),
        "told": tuple(json.loads(row["told"])),
    }
    behind_ms, silent_ms = read.pop("behind_ms"), read.pop("silent_ms")
    return Outlook(
        **read,
        behind_seconds=behind_ms / 1000,
        silent_seconds=silent_ms / 1000,
        halted=tuple(halted),
        limits=tuple(limits),
    )
