"""A relay's replay of dead letters, as it stands in SQL Server."""

import json

from adapters.sql_server.connection import Row
from adapters.sql_server.table import RelayTable
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from relay.dead_letters.work import ReplayOrder, ReplayState


class SqlReplays:
    """Satisfies relay.ports.Replays. It needs nothing of the relay's table: it may have changed or be gone."""

    def __init__(self, table: RelayTable) -> None:
        """Ask nothing yet."""
        self._table = table

    def begin(self, selection: Selection, total: int) -> bool:
        """Order one; tell whether it was ordered: not if one is under way. Raises DatabaseError."""
        [found] = self._table.ask_plainly(
            "replay/begin", selection=json.dumps(selection.to_dict()), cursor=selection.after, total=total
        )
        return bool(found.dicts()[0]["begun"])

    def state(self) -> ReplayOrder | None:
        """Return the last one, None if there never was one."""
        [found] = self._table.ask_plainly("replay/state")
        row = found.first()
        return None if row is None else self._order(row)

    def advance(self, number: int, before: Replay, after: Replay, due_in_seconds: float) -> None:
        """Write down what a slice came to. One that was written already stays."""
        self._table.ask_plainly(
            "replay/advance",
            number=number,
            **{"from": before.selection.after},
            to=after.selection.after,
            total=after.total,
            done=after.done,
            delivered=after.delivered,
            rejected=after.rejected,
            failed=after.failed,
            step=after.step,
            asked_for_seconds=after.asked_for_seconds,
            error=after.last_error[:1000],
            due_in_ms=round(due_in_seconds * 1000),
            over=int(after.over),
        )

    def command(self, state: ReplayState) -> bool:
        """Pause, resume or cancel; tell whether there was one to do that with."""
        [found] = self._table.ask_plainly("replay/command", state=state.value)
        return bool(found.value())

    def _order(self, row: Row) -> ReplayOrder:
        selection = {**json.loads(row["selection"]), "after": row["cursor"]}
        counts = ("total", "done", "delivered", "rejected", "failed", "step", "asked_for_seconds", "last_error")
        return ReplayOrder(
            number=row["number"],
            state=ReplayState(row["state"]),
            replay=Replay(
                relay=self._table.relay.name,
                selection=Selection.from_dict(selection),
                backoff=self._table.relay.recovery.backoff,
                **{name: row[name] for name in counts},
            ),
            started_at=f"{row['started_at']}Z",
            late_seconds=row["late_ms"] / 1000,
        )
