"""What the app's statements say and are told, row by row, in the app's own values."""

import base64
from collections.abc import Sequence
from typing import Any

from adapters.sql_server.connection import ResultSet, Row
from relay.changes.entry import EnteredKey, Entry, EntryState, Why
from relay.delivery.settlement import Failure
from relay.delivery.standing import Standing


def failure_as_json(failure: Failure) -> dict[str, Any]:
    """Return a failure as changes/settle.sql reads it."""
    return {
        "k": failure.key_text,
        "v": failure.version,
        "state": failure.state.value,
        "why": failure.why.value,
        "operation": failure.operation,
        "spelled": failure.spelled,
        "sent": failure.sent,
        "next_ms": milliseconds(failure.next_seconds),
        "status": failure.status,
        "reason": failure.reason[:1000],
        "problem": failure.problem[:4000],
    }


def milliseconds(seconds: float | None) -> int | None:
    """Return a duration as the statements take it."""
    return None if seconds is None else round(seconds * 1000)


def entry_of(fact: Row) -> Entry | None:
    """Return the ledger's entry among the facts of a key, None if there is none."""
    if fact["EntryState"] is None:
        return None
    return Entry(
        state=EntryState(fact["EntryState"]),
        version=fact["EntryVersion"],
        why=None if fact["EntryWhy"] is None else Why(fact["EntryWhy"]),
        operation=fact["EntryOperation"],
        tries=fact["EntryTries"] or 0,
        tried_version=fact["EntryTriedVersion"],
        open_seconds=(fact["EntryOpenMs"] or 0) / 1000,
    )


def entered_keys(found: ResultSet) -> Sequence[EnteredKey]:
    """Return the keys of entries."""
    return [EnteredKey(row["KeyText"], row["Version"], row["Spelled"]) for row in found.dicts()]


def standing_of(found: ResultSet) -> Standing:
    """Return how the endpoint stands; nothing written down is well."""
    row = found.first()
    if row is None:
        return Standing()
    return Standing(
        paused_seconds=row["paused_ms"] / 1000,
        untested=bool(row["untested"]),
        asked_seconds=row["asked_seconds"],
        held_back_seconds=row["held_back_ms"] / 1000,
        reason=row["reason"],
        away=bool(row["away"]),
        away_since=f"{row['away_since']}Z" if row["away_since"] else "",
        refusal_status=row["refusal_status"],
        refusals=row["refusals"],
    )


def plain(value: Any) -> Any:
    """Return a value from ODBC as JSON has it: bytes become base64 text."""
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes | bytearray) else value
