"""One relay's dead letters in the failure ledger: count, list, discard."""

import json
from collections.abc import Sequence
from typing import Any

from adapters.relay_table import RelayTable
from adapters.sql_server import SqlServer
from adapters.statements import render, statement
from relay.config import Relay
from relay.dead_letters import DeadLetter, Selection


class SqlDeadLetters:
    """Reading needs nothing of the relay's table: dead letters can be looked at though the table has changed or is gone."""

    def __init__(self, server: SqlServer, app: str, relay: Relay) -> None:
        """Ask nothing yet."""
        self._server = server
        self._app = app
        self._relay = relay
        self._table = RelayTable(server, app, relay)

    def count(self, selection: Selection) -> tuple[int, int]:
        """Return how many are meant, and the last id of them. Raises DatabaseError."""
        [[[count, last_id]]] = self._over("dead_letters_count", selection)
        return count, last_id

    def page(self, selection: Selection, limit: int) -> Sequence[DeadLetter]:
        """Return the first of those that are meant, along their ids."""
        [rows] = self._over("dead_letters_list", selection, limit)
        return [
            DeadLetter(
                id=number,
                key=key_text,
                version=version,
                status=status,
                error=error or "",
                attempts=attempts,
                first_failed_at=f"{first}Z",
                last_failed_at=f"{last}Z",
                problem=problem or "",
            )
            for number, key_text, version, status, error, attempts, first, last, problem in rows
        ]

    def keys_of(self, ids: Sequence[int]) -> dict[str, int]:
        """Return key text and version of those that are still dead letters."""
        [rows] = self._server.run(statement("dead_letters_keys"), self._app, self._relay.name, json.dumps(list(ids)))
        return dict(map(tuple, rows))

    def discard(self, selection: Selection) -> int:
        """Remove them for good, and what the trigger remembers of them; return how many. Raises ConfigError, DatabaseError."""
        sql = self._table.statements["dead_letters_discard"]
        [[[count]]] = self._server.run(sql, *self._parameters(selection))
        return int(count)

    def _over(self, name: str, selection: Selection, *more: Any) -> Any:
        chosen = {"chosen_dead_letters": statement("chosen_dead_letters")}
        return self._server.run(render(name, chosen), *self._parameters(selection), *more)

    def _parameters(self, selection: Selection) -> Sequence[Any]:
        chosen = (selection.status, selection.since, selection.before, selection.after, selection.upto)
        return self._app, self._relay.name, *chosen
