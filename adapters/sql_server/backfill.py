"""A relay's backfill in SQL Server: its row, its pages, the keys whose rows are gone."""

from collections.abc import Sequence

from adapters.sql_server.connection import Row
from adapters.sql_server.operands import lost_operands
from adapters.sql_server.rows import plain
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
from relay.changes.conditions import Condition
from relay.errors import ConfigError, InputError
from relay.guard.operands import operand_problems
from relay.ports import ExactKey, PageRow


class SqlBackfills:
    """Satisfies relay.ports.Backfills."""

    def __init__(self, table: RelayTable) -> None:
        """Ask nothing yet."""
        self._table = table

    def begin(self, order: BackfillOrder) -> bool:
        """Begin a backfill; tell whether it was begun: not if one is under way. Raises InputError for a condition that does not fit."""
        problems = self._problems(order.condition)
        if problems:
            raise InputError(problems)
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

    def _problems(self, condition: Sequence[Condition]) -> Sequence[str]:
        """Return what is wrong with a condition for the table, each with its key and the remedy."""
        table = self._table.columns
        names = [column.name for column in table.columns]
        return [
            *(
                f"condition: {self._table.relay.table} has no column {test.column!r}; it has {', '.join(names)}"
                for test in condition
                if test.column not in names
            ),
            *operand_problems(table, condition),
            *lost_operands(self._table.server, table, condition),
        ]

    def page(self, cursor: str, limit: int, condition: Sequence[Condition]) -> Sequence[PageRow]:
        """Return the next rows after the cursor, in the key's order. Raises ConfigError if the condition does not fit the table any more."""
        problems = self._problems(condition)
        if problems:
            raise ConfigError([f"backfill of {self._table.relay.name!r}: {problem}" for problem in problems])
        [found] = self._table.ask("backfill/page", condition, after=cursor, limit=limit)
        return [PageRow([plain(value) for value in key], bool(meets)) for meets, *key in found.rows]

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

    def beat(self, number: int, due_in_seconds: float) -> None:
        """Show that somebody works at it, and until when the next sign of life is due."""
        self._table.ask_plainly("backfill/beat", number=number, due_in_ms=round(due_in_seconds * 1000))

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
    late_ms = row.pop("late_ms")  # None: an older release has begun it
    return Backfill(
        **{
            **row,
            "state": BackfillState(row["state"]),
            "started_at": f"{row['started_at']}Z",
            "elapsed_seconds": float(row["elapsed_seconds"]),  # of a decimal
            "late_seconds": (late_ms or 0) / 1000,
        },
        order=order,
    )
