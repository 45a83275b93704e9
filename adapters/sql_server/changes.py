"""One relay's table, leases and failure ledger in SQL Server."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.sql_server.connection import LOCK_TIMEOUT
from adapters.sql_server.letting_go import let_leases_go
from adapters.sql_server.rows import entry_of, failure_as_json, milliseconds, plain, standing_of
from adapters.sql_server.table import RelayTable
from relay import exact_json
from relay.changes.change import Change
from relay.changes.contexts import hexadecimal
from relay.changes.enriched import Enriched
from relay.changes.payload import Key
from relay.changes.unfit import HIDDEN, LOCKED, unfit_key
from relay.delivery.news import NOTHING_NEW, EndpointNews
from relay.delivery.settlement import Closing, Failure, Settlement
from relay.delivery.standing import FIRST_TRY_SECONDS
from relay.errors import DatabaseError, PayloadError
from relay.guard.altered import may_be_altered
from relay.names import function_id, function_name
from relay.ports import ExactKey

_MOST_WAITED_FOR = 4  # locked rows of a batch, five seconds each; the rest of it is then left to later tries


class SqlChanges:
    """Satisfies relay.ports.Changes."""

    def __init__(self, table: RelayTable) -> None:
        """Ask nothing yet; the table is described when the first batch comes, and when it has changed."""
        self._table = table
        self._app = table.app
        self._relay = table.relay

    def enrich(self, items: Sequence[Key]) -> Enriched:
        """Return what SQL Server knows of these keys, as the table is by now.

        Raises ConfigError if the relay does not fit its table, PayloadError if fewer keys can be found than were named,
        DatabaseError if the server cannot be asked.
        """
        return self._table.up_to_date(lambda: self._enrich_named(items))

    def enrich_exactly(self, keys: Sequence[ExactKey], *, since: int = 0) -> Enriched:
        """Return what SQL Server knows of these keys, whose values are exact and in the key's order; nothing of unknown ones.

        It writes nothing. Whether a row was inserted or updated is told of versions from `since` on.
        """
        return self._table.up_to_date(lambda: self._enrich(keys, since=since))

    def _enrich_named(self, items: Sequence[Key]) -> Enriched:
        key = self._table.columns.key
        named = {exact_json.dumps(values): values for item in items if (values := [item.get(c.name) for c in key])}
        exact = [values for values in named.values() if not any(map(may_be_altered, key, values))]
        found = self._enrich(exact, begins=True) if len(exact) == len(named) else Enriched(())
        if len(found.changes) < len(named):
            # Exact keys are among those leased at this moment. Taking another worker's rows along does no harm: they carry
            # the same idempotency keys.
            found = self._enrich([*exact, *self._leased_keys()], begins=True)
        if len(found.changes) < len(named):
            raise PayloadError(
                f"The trigger names {len(named)} keys, and the table, change tracking, the trigger's leases and the failure ledger "
                f"know {len(found.changes)} of them: its JSON has altered the others, and their leases have run out. The trigger names "
                "them again; after a run by hand with keys that never were, nothing is to be done."
            )
        return found

    def _leased_keys(self) -> Sequence[ExactKey]:
        [leased] = self._table.ask("changes/live_leases")
        return [[plain(value) for value in row] for row in leased.rows]

    def _enrich(self, keys: Sequence[ExactKey], *, since: int = 0, begins: bool = False) -> Enriched:
        """Read rows and facts of the keys at once, or one by one if somebody keeps one of the rows locked."""
        found = self._unless_locked(keys, since, begins)
        if found is not None:
            return found
        read = Enriched(())
        locked: list[ExactKey] = []
        for key in keys:
            found = self._unless_locked([key], since, begins) if len(locked) < _MOST_WAITED_FOR else None
            if found is None:
                locked.append(key)
            else:
                read = replace(found, changes=[*read.changes, *found.changes])
        unread = self._unread(locked)
        if len(unread) < len(locked):
            raise DatabaseError("SQL Server: another transaction keeps rows locked that are to be read", LOCK_TIMEOUT)
        return replace(read, changes=[*read.changes, *unread])

    def _unless_locked(self, keys: Sequence[ExactKey], since: int, begins: bool) -> Enriched | None:
        """Return what SQL Server knows of the keys, None if somebody keeps one of their rows locked."""
        try:
            return self._read(keys, since, begins)
        except DatabaseError as error:
            if error.number != LOCK_TIMEOUT:
                raise
            return None

    def _unread(self, keys: Sequence[ExactKey]) -> Sequence[Change]:
        """Return what leases and ledger know of keys whose rows are locked."""
        if not keys:
            return ()
        [found] = self._table.ask("changes/locked", keys=self._numbered(keys))
        return [
            Change(
                key_text=known["KeyText"],
                key=self._key(known),
                version=known["Version"],
                created_version=None,
                row=None,
                relevant=True,
                leased_version=known["LeasedVersion"],
                attempt=known["Attempt"],
                entry=entry_of(known),
                unread=LOCKED,
            )
            for known in found.dicts()
        ]

    def _key(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        return {column.name: plain(found[f"key{n}"]) for n, column in enumerate(self._table.columns.key, start=1)}

    @staticmethod
    def _numbered(keys: Sequence[ExactKey]) -> str:
        return exact_json.dumps(
            [{"i": i, **{f"key{n}": v for n, v in enumerate(key, start=1)}} for i, key in enumerate(keys)]
        )

    def _read(self, keys: Sequence[ExactKey], since: int, begins: bool) -> Enriched:
        """Return what SQL Server knows of the keys; a key that nobody knows is left out. Raises DatabaseError."""
        _ = self._table.columns  # which the relay must fit
        rows, facts, standing = self._table.ask(
            "changes/enrich",
            self._relay.condition,
            function_id=function_id(self._app, function_name(self._relay.name)),
            keys=self._numbered(keys),
            since=since,
            begins=int(begins),
            ignored=exact_json.dumps([hexadecimal(context) for context in self._relay.ignore_contexts]),
        )
        # The row's own columns may have any name, so that its number is known by its place alone.
        found = {i: dict(zip(rows.columns[1:], map(plain, values), strict=True)) for i, *values in rows.rows}
        changes = {}  # a key that came twice, from the payload and from the leases, counts once
        for fact in facts.dicts():
            changes[fact["KeyText"]] = Change(
                key_text=fact["KeyText"],
                key=self._key(fact),
                version=fact["Version"],
                created_version=fact["CreatedVersion"],
                row=found.get(fact["i"]),
                relevant=bool(fact["Relevant"]),
                meets_condition=bool(fact["Meets"]),
                echo=bool(fact["Echo"]),
                leased_version=fact["LeasedVersion"],
                attempt=fact["Attempt"],
                entry=entry_of(fact),
                unfit=HIDDEN if fact["Hidden"] else unfit_key(fact["KeyText"]),
            )
        return Enriched(list(changes.values()), standing_of(standing))

    def record(self, settlement: Settlement) -> None:
        """Write failures into the ledger, close what is settled, remember how the endpoint stands. Raises DatabaseError.

        The result is safe before any lock of the trigger's is asked for: that lease rows are let go is tried, and left to the
        recovery if the lock is not to be had.
        """
        if settlement.closings or settlement.failures:
            self._table.ask_plainly(
                "changes/settle",
                closings=exact_json.dumps([{"k": c.key_text, "v": c.version} for c in settlement.closings]),
                failures=exact_json.dumps([failure_as_json(failure) for failure in settlement.failures]),
            )
        if settlement.news != NOTHING_NEW:
            self._stand(settlement.news)
        if settlement.to_let_go:
            self._let_leases_go(settlement)

    def claim_first_try(self) -> bool:
        """Tell whether it is the caller who tries the first change after a pause, or nobody needs to. Raises DatabaseError."""
        [found] = self._table.ask_plainly("changes/claim_first_try", seconds=FIRST_TRY_SECONDS)
        return bool(found.value())

    def _stand(self, news: EndpointNews) -> None:
        policy = self._relay.recovery
        self._table.ask_plainly(
            "changes/stand",
            away=None if news.away is None else int(news.away),
            pause_ms=milliseconds(news.pause_seconds),
            asked_seconds=news.asked_seconds,
            hold_back_ms=milliseconds(news.hold_back_seconds),
            reason=news.reason,
            refusal_status=news.refusal_status,
            refusals=news.refusals,
            refuses_all=int(news.refuses_all),
            first_interval_ms=round(policy.backoff.first_interval_seconds * 1000),
        )

    def _let_leases_go(self, settlement: Settlement) -> None:
        settled: Sequence[Closing | Failure] = [*settlement.closings, *settlement.failures]
        to_let_go = set(settlement.to_let_go)
        let_leases_go(self._table, [(s.key_text, s.version) for s in settled if s.key_text in to_let_go])
