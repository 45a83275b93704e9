"""Where a relay stands in change tracking, as SQL Server knows it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.sql_server.column_sql import UNSUPPORTED_TYPES
from adapters.sql_server.connection import NO_SUCH_TABLE, Row
from adapters.sql_server.table import RelayTable
from relay.errors import DatabaseError
from relay.guard.outlook import Outlook
from relay.guard.table_changes import Known, TableState, halts, known_now
from relay.guard.trigger_limits import hints
from relay.guard.unstarted import why_unstarted
from relay.identifiers import TableName
from relay.names import function_id, function_name, leases_table


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerStart:
    """Whether a relay's trigger has started, and what is written down of that."""

    position: int | None
    why_not: Sequence[str]
    known: Known | None = None
    awaited_since: str | None = None  # ISO 8601, UTC
    awaited_seconds: float = 0.0
    told: Sequence[str] = ()

    @property
    def has_started(self) -> bool:
        """Tell whether it has."""
        return not self.why_not

    @classmethod
    def read(cls, position: int | None, why_not: Sequence[str], row: Row | None) -> "TriggerStart":
        """Return it as its row says it, if there is one."""
        if row is None:
            return cls(position=position, why_not=why_not)
        known = Known(
            host_start=row["host_start"],
            table_id=row["table_id"],
            columns=tuple(json.loads(row["columns"])),
            changed_at=row["changed_at"],
        )
        since = row["awaited_since"]
        return cls(
            position=position,
            why_not=why_not,
            known=known,
            awaited_since=None if since is None else f"{since}Z",
            awaited_seconds=(row["awaited_ms"] or 0) / 1000,
            told=tuple(json.loads(row["told"])),
        )


class SqlGuard:
    """Satisfies relay.ports.Guard."""

    def __init__(self, table: RelayTable, host_start: str, batch_size: int = 100) -> None:
        """Ask nothing yet. `host_start` tells apart the starts of hosts: the trigger reads its table when one starts.

        The trigger takes `batch_size` changes at once.
        """
        self._table = table
        self._host_start = host_start
        self._batch_size = batch_size

    def take_stock(self) -> Outlook:
        """Return where the relay stands, and remember it. Raises DatabaseError."""
        now, start = self._table.look_again(), self._trigger_start()
        known = known_now(start.known, self._host_start, now, start.position)
        if known != start.known or start.has_started != (start.awaited_since is None):
            self._remember(known, started=start.has_started)
            start = self._trigger_start()
        return self._outlook("take_stock", now, start, known)

    def peek(self) -> Outlook:
        """Return where the relay stands, and write nothing; raises as `take_stock` does."""
        now, start = self._table.look_again(), self._trigger_start()
        told_by = (
            start.known.host_start if start.known else self._host_start
        )  # this host may be another than the watchdog's
        return self._outlook("peek", now, start, known_now(start.known, told_by, now, start.position))

    def _outlook(self, how: str, now: TableState, start: TriggerStart, known: Known) -> Outlook:
        halted = halts(self._table.relay, known, now, unsupported=UNSUPPORTED_TYPES)
        row = self._ask(how, now, halted=bool(halted))
        return (
            self._never_looked_at(now, start, halted)
            if row is None
            else _outlook(row, start, halted, self._limits(now))
        )

    def _limits(self, now: TableState) -> Sequence[str]:
        return list(hints(self._table.relay, now.table, self._batch_size))

    def _trigger_start(self) -> TriggerStart:
        relay, app = self._table.relay, self._table.app
        facts, written = self._table.ask_plainly(
            "guard/trigger_start",
            function_id=self._function_id,
            table=str(relay.table),
            leases=str(TableName("az_func", leases_table(app, relay.name))),
        )
        [found] = facts.dicts()
        why = why_unstarted(
            relay,
            app,
            position=found["position"],
            has_leases=bool(found["has_leases"]),
            has_schema=bool(found["has_schema"]),
            compatibility_level=found["compatibility_level"],
        )
        return TriggerStart.read(found["position"], why, written.first())

    def _remember(self, known: Known, *, started: bool) -> None:
        self._table.ask_plainly(
            "guard/remember_trigger_start",
            host_start=known.host_start,
            table_id=known.table_id,
            columns=json.dumps(list(known.columns)),
            changed_at=known.changed_at,
            started=int(started),
        )

    def _ask(self, how: str, now: TableState, *, halted: bool) -> Row | None:
        """Return the guard's row, without what only change tracking could say if that cannot be asked; None: there is none."""
        try:
            if now.can_be_asked:
                [found] = self._table.ask(f"guard/{how}", function_id=self._function_id, halted=int(halted))
            else:
                [found] = self._table.ask_plainly(f"guard/{how}_untracked")
        except DatabaseError as error:
            if error.number != NO_SUCH_TABLE:
                raise
            return None
        return next((row for row in found.dicts() if row["caught_up_at"] is not None), None)

    def _never_looked_at(self, now: TableState, start: TriggerStart, halted: Sequence[str]) -> Outlook:
        """Return where a relay stands that has no place in change tracking, for its trigger has never started, or without its leases."""
        waiting: Row = {"oldest": None, "current": None, "untaken": 0}
        if now.can_be_asked:
            [found] = self._table.ask("guard/waiting")
            waiting = found.dicts()[0]
        return Outlook(
            **waiting,
            position=None,
            gap=False,
            ahead=False,
            caught_up_at=start.awaited_since or "",
            behind_seconds=start.awaited_seconds if waiting["untaken"] else 0.0,
            silent_seconds=start.awaited_seconds,
            retention_hours=None,
            unstarted=tuple(start.why_not),
            halted=tuple(halted),
            told=tuple(start.told),
        )

    @property
    def _function_id(self) -> str:
        return function_id(self._table.app, function_name(self._table.relay.name))

    def remember_told(self, told: Sequence[str]) -> None:
        """Remember what people need not be told again."""
        self._table.ask_plainly("guard/told", told=json.dumps(list(told)))


def _outlook(row: Row, start: TriggerStart, halted: Sequence[str], limits: Sequence[str]) -> Outlook:
    read: dict[str, Any] = {
        **row,
        "gap": bool(row["gap"]),
        "ahead": bool(row["ahead"]),
        "more_untaken": bool(row["more_untaken"]),
        "caught_up_at": f"{row['caught_up_at']}Z",
        "retention_hours": None if row["retention_hours"] is None else float(row["retention_hours"]),
        "told": tuple(json.loads(row["told"])),
    }
    behind_ms, silent_ms, entered_ms = (read.pop(name) for name in ("behind_ms", "silent_ms", "entered_ms"))
    return Outlook(
        **read,
        behind_seconds=behind_ms / 1000,
        entered_seconds=max(0.0, (entered_ms or 0) / 1000),
        silent_seconds=max(silent_ms / 1000, start.awaited_seconds),
        unstarted=tuple(start.why_not),
        halted=tuple(halted),
        limits=tuple(limits),
    )
