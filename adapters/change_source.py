"""One relay's table, leases and failure ledger in SQL Server."""

import base64
from collections.abc import Sequence
from typing import Any

from adapters.relay_table import RelayTable
from adapters.sql_server import SqlServer
from relay import exact_json
from relay.changes import Change, EntryState
from relay.config import Relay
from relay.contexts import hexadecimal
from relay.names import function_id, function_name
from relay.payload import Key, may_be_altered
from relay.settlement import Settlement


class SqlChangeSource:
    """Satisfies relay.ports.ChangeSource; used by one thread at a time, as the trigger calls it."""

    def __init__(self, server: SqlServer, app: str, relay: Relay) -> None:
        """Ask nothing yet; the table is described when the first batch comes, and when it has changed."""
        self._server = server
        self._app = app
        self._relay = relay
        self._table = RelayTable(server, app, relay)

    def enrich(self, items: Sequence[Key]) -> Sequence[Change]:
        """Return what SQL Server knows of these keys, as the table is by now.

        Raises ConfigError if the relay does not fit its table, DatabaseError if the server cannot be asked.
        """
        return self._table.up_to_date(lambda: self._enrich(self._exact_keys(items)))

    def enrich_exactly(self, keys: Sequence[Sequence[Any]]) -> Sequence[Change]:
        """Return what SQL Server knows of these keys, whose values are exact and in the key's order."""
        return self._table.up_to_date(lambda: self._enrich(keys))

    def _exact_keys(self, items: Sequence[Key]) -> Sequence[Sequence[Any]]:
        table = self._table.columns
        altered = [any(c.inexact_in_payload and may_be_altered(item.get(c.name)) for c in table.key) for item in items]
        keys = [[item.get(c.name) for c in table.key] for item, bad in zip(items, altered, strict=True) if not bad]
        if any(altered):
            # The exact keys are among those leased at this moment. Taking another worker's rows along does no harm:
            # they carry the same idempotency keys.
            [leased] = self._server.run(self._table.statements["live_leases"])
            keys += [[plain(value) for value in row] for row in leased]
        return keys

    def _enrich(self, keys: Sequence[Sequence[Any]]) -> Sequence[Change]:
        table = self._table.columns
        numbered = [{"i": i, **{f"key{n}": v for n, v in enumerate(key, start=1)}} for i, key in enumerate(keys)]
        rows, facts = self._server.run(
            self._table.statements["enrich"],
            self._app,
            self._relay.name,
            function_id(self._app, function_name(self._relay.name)),
            exact_json.dumps(numbered),
            *self._ignored_contexts(),
        )
        names = [column.name for column in table.columns_read(self._relay)]
        found = {i: dict(zip(names, map(plain, values), strict=True)) for i, *values in rows}
        key_names = [column.name for column in table.key]
        changes = {}  # a key that came twice, from the payload and from the leases, counts once
        for i, key_text, version, created, relevant, echo, leased, attempt, entry, *key in facts:
            changes[key_text] = Change(
                key_text=key_text,
                key=dict(zip(key_names, map(plain, key), strict=True)),
                version=version,
                created_version=created,
                row=found.get(i),
                relevant=bool(relevant),
                echo=bool(echo),
                leased_version=leased,
                attempt=attempt,
                entry=None if entry is None else EntryState(entry),
            )
        return list(changes.values())

    def _ignored_contexts(self) -> list[str]:
        """Return the parameter that only the enrich statement of a relay with ignored contexts has."""
        ignored = self._relay.ignore_contexts
        return [exact_json.dumps([hexadecimal(context) for context in ignored])] if ignored else []

    def settle(self, settlement: Settlement) -> None:
        """Write failures into the ledger and close what is settled. Raises DatabaseError."""
        closings = [{"k": c.key_text, "v": c.version} for c in settlement.closings]
        failures = [
            {"k": f.key_text, "v": f.version, "state": f.state.value, "status": f.status, "reason": f.reason[:1000], "problem": f.problem[:4000]}
            for f in settlement.failures
        ]  # fmt: skip
        self._server.run(
            self._table.statements["settle"],
            self._app,
            self._relay.name,
            exact_json.dumps(closings),
            exact_json.dumps(failures),
        )


def plain(value: Any) -> Any:
    """Return a value from ODBC as JSON has it: bytes become base64 text."""
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes | bytearray) else value
