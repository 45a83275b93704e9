"""One relay's dead letters in the failure ledger: count, list, discard."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from adapters.sql_server.rows import entered_keys
from adapters.sql_server.table import RelayTable
from relay.changes.entry import EnteredKey
from relay.dead_letters.values import DeadLetter, Selection


class SqlDeadLetters:
    """Satisfies relay.ports.DeadLetters. Reading needs nothing of the relay's table: it may have changed or be gone."""

    def __init__(self, table: RelayTable) -> None:
        """Ask nothing yet."""
        self._table = table

    def count(self, selection: Selection) -> tuple[int, int]:
        """Return how many are meant, and the last id of them. Raises DatabaseError."""
        [found] = self._table.ask_plainly("dead_letters/count", **asdict(selection))
        [row] = found.dicts()
        return row["count"], row["last_id"]

    def page(self, selection: Selection, limit: int) -> Sequence[DeadLetter]:
        """Return the first of those that are meant, along their ids."""
        [found] = self._table.ask_plainly("dead_letters/list", **asdict(selection), limit=limit)
        return [DeadLetter(**row) for row in found.dicts()]

    def keys_of(self, ids: Sequence[int]) -> Sequence[EnteredKey]:
        """Return the keys of those that are still dead letters."""
        [found] = self._table.ask_plainly("dead_letters/keys", ids=json.dumps(list(ids)))
        return entered_keys(found)

    def discard(self, selection: Selection) -> int:
        """Remove them for good, and what the trigger remembers of them; return how many. Raises ConfigError, DatabaseError."""
        [found] = self._table.ask("dead_letters/discard", **asdict(selection))
        return int(found.value())
