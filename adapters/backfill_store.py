"""A relay's backfill in SQL Server: its row, its pages, the keys whose rows are gone."""

from collections.abc import Sequence
from typing import Any

from adapters.change_source import plain
from adapters.relay_table import RelayTable
from adapters.sql_server import SqlServer
from adapters.statements import statement
from relay import exact_json
from relay.backfill import (
    Backfill,
    BackfillOrder,
    BackfillState,
    Reason,
    conditions_from_dicts,
    conditions_to_dicts,
)
from relay.config import Relay
from relay.errors import InputError

Key = Sequence[Any]  # exact values in the key's order, as JSON has them


class SqlBackfillStore:
    """One relay's; used by one thread at a time. Every method raises DatabaseError if the server cannot be asked."""

    def __init__(self, server: SqlServer, app: str, relay: Relay) -> None:
        """Ask nothing yet."""
        self._server = server
        self._app = app
        self._relay = relay
        self._table = RelayTable(server, app, relay)

    def begin(self, order: BackfillOrder) -> bool:
        """Begin a backfill; tell whether it was begun: not if one is under way. Raises InputError for unknown columns."""
        columns = [column.name for column in self._table.columns.columns_read(self._relay)]
        unknown = [c.column for c in order.condition if c.column not in columns]
        if unknown:
            raise InputError(
                [f"condition: the relay reads no column {name!r}; it reads {', '.join(columns)}" for name in unknown]
            )
        [[(begun, _)]] = self._server.run(
            self._table.statements["backfill_begin"],
            self._app,
            self._relay.name,
            order.reason.value,
            exact_json.dumps(conditions_to_dicts(order.condition)),
            order.page_rows,
            order.rows_per_second,
        )
        return bool(begun)

    def state(self) -> Backfill | None:
        """Return the relay's last backfill, None if there never was one."""
        [rows] = self._server.run(statement("backfill_state"), self._app, self._relay.name)
        if not rows:
            return None
        (
            number,
            state,
            reason,
            condition,
            page_rows,
            rows_per_second,
            version,
            cursor,
            *counts,
            started_at,
            elapsed_ms,
        ) = rows[0]
        total, done, delivered, filtered, rejected, failed = counts
        return Backfill(
            number=number,
            state=BackfillState(state),
            order=BackfillOrder(
                reason=Reason(reason),
                condition=conditions_from_dicts(exact_json.loads(condition)),
                page_rows=page_rows,
                rows_per_second=rows_per_second,
            ),
            base_version=version,
            cursor=cursor,
            total=total,
            done=done,
            delivered=delivered,
            filtered=filtered,
            rejected=rejected,
            failed=failed,
            started_at=started_at + "Z",
            elapsed_seconds=elapsed_ms / 1000,
        )

    def page(self, cursor: str, limit: int) -> Sequence[Key]:
        """Return the keys of the next rows after the cursor, in the key's order."""
        [rows] = self._server.run(self._table.statements["backfill_page"], cursor, limit)
        return [[plain(value) for value in row] for row in rows]

    def gone(self, cursor: str, limit: int) -> Sequence[Key]:
        """Return the next keys after the cursor that the trigger still knows and that have no row any more."""
        [rows] = self._server.run(self._table.statements["backfill_gone"], cursor, limit)
        return [[plain(value) for value in row] for row in rows]

    def cursor_of(self, key: Key) -> str:
        """Return the cursor that stands after a key."""
        return exact_json.dumps({f"key{number}": value for number, value in enumerate(key, start=1)})

    def advance(self, backfill: Backfill, cursor: str, counts: Sequence[int], *, over: bool) -> None:
        """Write down a page: rows looked at, delivered, filtered, rejected, failed. A page that was written already stays."""
        self._server.run(
            statement("backfill_advance"),
            self._app,
            self._relay.name,
            backfill.number,
            backfill.cursor,
            cursor,
            *counts,
            int(over),
        )

    def command(self, state: BackfillState) -> bool:
        """Pause, resume or cancel; tell whether there was one to do that with."""
        [[[found]]] = self._server.run(statement("backfill_command"), self._app, self._relay.name, state.value)
        return bool(found)
