"""A relay's backfill in SQL Server: its row, its pages, the keys whose rows are gone."""

from collections.abc import Sequence

from adapters.sql_server.changes import plain
from adapters.sql_server.connection import Row
from adapters.sql_server.table import RelayTable
from relay import exact_json
from relay.backfill.values import (
    Backfill,
    BackfillOrder,
    BackfillState,
    Reason,
    conditions_from_dicts,
    conditions_to_dicts,
)
from relay.errors import InputError
from relay.ports import ExactKey


class SqlBackfills:
    """Satisfies relay.ports.Backfills."""

    def __init__(self, table: RelayTable) -> None:
        """Ask nothing yet."""
        self._table = table

    def begin(self, order: BackfillOrder) -> bool:
        """Begin a backfill; tell whether it was begun: not if one is under way. Raises InputError for unknown columns."""
        columns = [column.name for column in self._table.columns.columns_read(self._table.relay)]
        unknown = [c.column for c in order.condition if c.column not in columns]
        if unknown:
            raise InputError(
                [f"condition: the relay reads no column {name!r}; it reads {', '.join(columns)}" for name in unknown]
            )
        [found] = self._table.ask(
            "backfill/begin",
            reason=order.reason.value,
            condition=exact_json.dumps(conditions_to_dicts(order.condition)),
            page_rows=order.page_rows,
            rows_per_second=order.rows_per_second,
        )
        return bool(found.dicts()[0]["begun"])

    def state(self) -> Backfill | None:
        """Return the relay's last backfill, None if there never was one."""
        [found] = self._table.ask_plainly("backfill/state")
        row = found.first()
        return None if row is None else _backfill(row)

    def page(self, cursor: str, limit: int) -> Sequence[ExactKey]:
        """Return the keys of the next rows after the cursor, in the key's order."""
        [found] = self._table.ask("backfill/page", after=cursor, limit=limit)
        return [[plain(value) for value in row] for row in found.rows]

    def gone(self, cursor: str, limit: int) -> Sequence[ExactKey]:
        """Return the next keys after the cursor that the trigger still knows and that have no row any more."""
        [found] = self._table.ask("backfill/gone", after=cursor, limit=limit)
        return [[plain(value) for value in row] for row in found.rows]

    def advance(self, backfill: Backfill, cursor: str, counts: Sequence[int], *, over: bool) -> None:
        """Write down a page: rows looked at, delivered, filtered, rejected, failed. A page that was written already stays."""
        names = ("done", "delivered", "filtered", "rejected", "failed")
        self._table.ask_plainly(
            "backfill/advance",
            number=backfill.number,
            **{"from": backfill.cursor},
            to=cursor,
            **dict(zip(names, counts, strict=True)),
            over=int(over),
        )

    def command(self, state: BackfillState) -> bool:
        """Pause, resume or cancel; tell whether there was one to do that with."""
        [found] = self._table.ask_plainly("backfill/command", state=state.value)
        return bool(found.value())


def _backfill(row: Row) -> Backfill:
    order = BackfillOrder(
        reason=Reason(row.pop("reason")),
        condition=conditions_from_dicts(exact_json.loads(row.pop("condition"))),
        page_rows=row.pop("page_rows"),
        rows_per_second=row.pop("rows_per_second"),
    )
    return Backfill(
        **{
            **row,
            "state": BackfillState(row["state"]),
            "started_at": f"{row['started_at']}Z",
            "elapsed_seconds": float(row["elapsed_seconds"]),  # of a decimal
        },
        order=order,
    )
