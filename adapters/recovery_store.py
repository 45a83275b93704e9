"""What a relay's recovery reads and writes in SQL Server: its entries, its own row, the trigger's exhausted leases."""

import base64
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from adapters.relay_table import RelayTable
from adapters.sql_server import SqlServer
from adapters.statements import statement
from relay.config import Relay
from relay.errors import DatabaseError
from relay.recovery import Command, Situation
from relay.tables import Column

_NO_SUCH_TABLE = 208  # the trigger has not started yet, or the tables were not created


class SqlRecoveryStore:
    """One relay's; used by one thread at a time."""

    def __init__(self, server: SqlServer, app: str, relay: Relay) -> None:
        """Ask nothing yet."""
        self._server = server
        self._app = app
        self._relay = relay
        self._table = RelayTable(server, app, relay)

    def check(self) -> Situation:
        """Return what is not settled; begins the recovery's row if there is none yet. Raises DatabaseError."""
        policy = self._relay.recovery
        try:
            [[counts], progress, last] = self._run(
                "recovery_check", policy.window_seconds, round(policy.backoff.first_interval_seconds * 1000)
            )
        except DatabaseError as error:
            if error.number != _NO_SUCH_TABLE:
                raise
            return Situation()
        parked, orphaned, exhausted, retrying, expired, untold_dead, dead, last_died_at, told_ms_ago = counts
        since, rounds, step, due_in_ms, told, command, number = (
            progress[0] if progress else ("", 0, 0, 0, "[]", None, 0)
        )
        last_status, last_error = last[0] if last else (None, "")
        return Situation(
            parked=parked,
            orphaned=orphaned,
            exhausted=exhausted,
            retrying=retrying,
            expired=expired,
            untold_dead=untold_dead,
            last_died_at=last_died_at + "Z" if last_died_at else "",
            seconds_until_telling=_seconds_left(policy.dead_letters_every_minutes * 60, told_ms_ago),
            dead=dead,
            since=since + "Z" if since else "",
            rounds=rounds,
            step=step,
            seconds_until_due=due_in_ms / 1000,
            told=tuple(json.loads(told)),
            command=Command(command) if command else None,
            command_number=number,
            last_status=last_status,
            last_error=last_error or "",
        )

    def list_ids(self, limit: int, *, for_probe: bool = False) -> Sequence[int]:
        """Return ids of entries that may be delivered, least recently tried first; a probe takes exhausted ones too."""
        [rows] = self._run("recovery_list", limit, int(for_probe))
        return [row[0] for row in rows]

    def keys_of(self, ids: Sequence[int]) -> dict[str, int]:
        """Return key text and version of those entries that are still unsettled and not the trigger's."""
        [rows] = self._run("recovery_keys", json.dumps(list(ids)))
        return dict(map(tuple, rows))

    def parse_key(self, key_text: str) -> Sequence[Any]:
        """Return the key's exact values in its order, from its canonical text."""
        values = json.loads(key_text, parse_float=Decimal)
        return [_json_value(column, value) for column, value in zip(self._table.columns.key, values, strict=True)]

    def reset(self) -> int:
        """Give the trigger its exhausted lease rows back; return how many."""
        [[[count]]] = self._server.run(self._table.statements["recovery_reset"])
        return int(count)

    def give_up(self, *, everything: bool, reason: str) -> int:
        """Make dead letters of what is older than the window, or of everything; return how many."""
        [[[count]]] = self._run("recovery_give_up", self._relay.recovery.window_seconds, int(everything), reason)
        return int(count)

    def record(
        self,
        *,
        rounds: int,
        step: int,
        due_in_seconds: float,
        told: Sequence[str],
        done_command: int,
        told_of_dead_letters: int,
    ) -> bool:
        """Write down what a round came to, and of how many dead letters people were told; tell whether another command waits."""
        [[[waiting]]] = self._server.run(
            statement("recovery_record"),
            self._app,
            self._relay.name,
            rounds,
            step,
            round(due_in_seconds * 1000),
            json.dumps(sorted(told)),
            done_command,
            told_of_dead_letters,
        )
        return bool(waiting)

    def close(self) -> bool:
        """End the recovery if nothing is open; tell whether it is over, also if it was before."""
        [[[closed]]] = self._run("recovery_close")
        return bool(closed)

    def command(self, command: Command) -> bool:
        """Write an operator's command; tell whether there is a recovery to carry it out."""
        [[[found]]] = self._server.run(statement("recovery_command"), self._app, self._relay.name, command.value)
        return bool(found)

    def _run(self, name: str, *parameters: Any) -> Any:
        return self._table.up_to_date(
            lambda: self._server.run(self._table.statements[name], self._app, self._relay.name, *parameters)
        )


def _seconds_left(interval_seconds: float, ms_ago: int | None) -> float:
    """Return what is left of an interval that began so long ago; None: it never did."""
    return 0.0 if ms_ago is None else max(0.0, interval_seconds - ms_ago / 1000)


def _json_value(column: Column, value: Any) -> Any:
    """Return a value as OPENJSON reads it: binary columns are hexadecimal in a key's text and base64 in JSON."""
    if column.type in {"binary", "varbinary"}:
        return base64.b64encode(bytes.fromhex(value[2:])).decode("ascii")
    return value
