"""What a relay's recovery reads and writes in SQL Server: its entries, its own row, the trigger's exhausted leases."""

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from adapters.sql_server.connection import NO_SUCH_TABLE, Row
from adapters.sql_server.rows import entered_keys, standing_of
from adapters.sql_server.statements import LIMITS
from adapters.sql_server.sweep import Sweep
from adapters.sql_server.table import RelayTable
from relay.changes.entry import EnteredKey
from relay.delivery.standing import Standing
from relay.errors import DatabaseError
from relay.guard.table import Column
from relay.notification.notice import Telling
from relay.ports import ExactKey
from relay.recovery.situation import Command, Record, Situation


class SqlRecoveries:
    """Satisfies relay.ports.Recoveries."""

    def __init__(self, table: RelayTable) -> None:
        """Ask nothing yet."""
        self._table = table
        self._policy = table.relay.recovery
        self._sweep = Sweep(table)
        self._entered_all = False

    @contextmanager
    def all_entered(self) -> Iterator[None]:
        """Enclose a batch; look through all of the trigger's leases before it if this process has not, or its last batch failed.

        Otherwise a stretch at each stock-taking is enough: while batches come through, no change uses up its attempts so fast.
        """
        if not self._entered_all:
            self._sweep.everything()
        self._entered_all = False
        yield
        self._entered_all = True

    def take_stock(self, *, works: bool = False) -> Situation:
        """Return what is not settled; enters what no batch could, and begins the recovery's row if there is none yet.

        `works`: it is the recovery that looks, and shows that it lives.
        """
        first_interval_ms = round(self._policy.backoff.first_interval_seconds * 1000)
        self._sweep.next_stretch()
        return self._situation("recovery/take_stock", first_interval_ms=first_interval_ms, works=int(works))

    def peek(self) -> Situation:
        """Return what is not settled, as far as it is entered; writes nothing."""
        return self._situation("recovery/peek")

    def _situation(self, name: str, **values: Any) -> Situation:
        try:
            counts, progress, last, stands = self._table.ask_up_to_date(
                name, window_seconds=self._policy.window_seconds, **values
            )
        except DatabaseError as error:
            if error.number != NO_SUCH_TABLE:
                raise
            return Situation()
        [counted] = counts.dicts()
        standing = standing_of(stands)
        died_at, told_ms_ago = counted.pop("last_died_at"), counted.pop("told_ms_ago")
        next_try_ms, held_seconds = counted.pop("next_try_ms"), (counted.pop("held_ms") or 0) / 1000
        begun = progress.first() or {}
        failed = last.first() or {}
        return Situation(
            **counted,
            held_long_seconds=held_seconds if held_seconds > self._policy.backoff.max_interval_seconds else 0.0,
            last_died_at=f"{died_at}Z" if died_at else "",
            seconds_until_telling=_seconds_left(self._policy.dead_letters_every_minutes * 60, told_ms_ago),
            since=f"{begun['since']}Z" if begun else "",
            rounds=begun.get("rounds", 0),
            step=begun.get("step", 0),
            seconds_until_due=_seconds_until_due(begun, standing, next_try_ms),
            seconds_since_work=_seconds(begun.get("worked_ms_ago")),
            away=standing.away,
            away_since=standing.away_since,
            paused_seconds=standing.paused_seconds,
            untested=standing.untested,
            asked_seconds=standing.asked_seconds,
            held_back_seconds=standing.held_back_seconds,
            standing_reason=standing.reason,
            told=tuple(json.loads(begun.get("told", "[]"))),
            command=Command(begun["command"]) if begun.get("command") else None,
            command_number=begun.get("command_number", 0),
            last_status=failed.get("last_status"),
            last_error=failed.get("last_error") or "",
        )

    def list_ids(self, limit: int, *, for_probe: bool = False) -> Sequence[int]:
        """Return ids of entries that may be delivered, least recently tried first; a probe takes exhausted ones too."""
        [found] = self._table.ask_up_to_date("recovery/list", limit=limit, probe=int(for_probe))
        return [row["Id"] for row in found.dicts()]

    def keys_of(self, ids: Sequence[int]) -> Sequence[EnteredKey]:
        """Return key text and version of those entries that are still unsettled and not the trigger's."""
        [found] = self._table.ask_up_to_date("recovery/keys", ids=json.dumps(list(ids)))
        return entered_keys(found)

    def parse_key(self, key: EnteredKey) -> ExactKey:
        """Return the key's exact values in its order."""
        if key.spelled is not None:
            return json.loads(key.spelled, parse_float=Decimal)  # type: ignore[no-any-return]
        values = json.loads(key.key_text, parse_float=Decimal)
        return [_json_value(column, value) for column, value in zip(self._table.columns.key, values, strict=True)]

    def reset(self) -> int:
        """Give the trigger a slice of its exhausted lease rows back; return how many."""
        [found] = self._table.ask("recovery/reset")
        return int(found.value())

    def give_up(self, *, everything: bool, reason: str) -> int:
        """Make dead letters of what is older than the window, or of everything; return how many.

        Slice by slice, so that the trigger's lock is held for moments only.
        """
        given_up = 0
        while True:
            [found] = self._table.ask_up_to_date(
                "recovery/give_up", window_seconds=self._policy.window_seconds, all=int(everything), reason=reason
            )
            given_up += int(found.value())
            if int(found.value()) < int(LIMITS["most_looked_at"]):
                return given_up

    def record(self, record: Record) -> bool:
        """Write down what a round came to; tell whether another command waits."""
        [found] = self._table.ask_plainly(
            "recovery/record",
            rounds=record.rounds,
            step=record.step,
            due_in_ms=round(record.due_in_seconds * 1000),
            told=json.dumps(sorted(record.told)),
            done_command=record.done_command,
        )
        return bool(found.value())

    def close(self, telling: Telling | None = None) -> bool:
        """End the recovery if nothing is open, and enter what people are told then; tell whether it is over, also if it was before."""
        told = telling.values() if telling else {"notice": "", "channels": "[]", "facts": ""}
        [found] = self._table.ask_plainly("recovery/close", **told)
        return bool(found.value())

    def let_through(self) -> None:
        """Forget that the endpoint asked for time, and that the breaker is open."""
        self._table.ask_plainly("recovery/let_through")

    def command(self, command: Command) -> bool:
        """Write an operator's command; tell whether there is a recovery to carry it out."""
        [found] = self._table.ask_plainly("recovery/command", command=command.value)
        return bool(found.value())


def _seconds_until_due(begun: Row, standing: Standing, next_try_ms: int | None) -> float:
    """Return how long the next round has time: while the endpoint is away by rounds, else until a change's own time comes, too."""
    due_in_ms: int = begun.get("due_in_ms", 0)
    return (due_in_ms if standing.away or next_try_ms is None else max(due_in_ms, next_try_ms)) / 1000


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


def _seconds_left(interval_seconds: float, ms_ago: int | None) -> float:
    """Return what is left of an interval that began so long ago; None: it never did."""
    return 0.0 if ms_ago is None else max(0.0, interval_seconds - ms_ago / 1000)


def _json_value(column: Column, value: Any) -> Any:
    """Return a value as OPENJSON reads it: binary columns are hexadecimal in a key's text and base64 in JSON."""
    if column.type in {"binary", "varbinary"}:
        return base64.b64encode(bytes.fromhex(value[2:])).decode("ascii")
    return value
