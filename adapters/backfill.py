"""Sends a backfill's pages through the same code as a batch of the trigger."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from adapters.backfill_store import Key, SqlBackfillStore
from adapters.delivery import Delivery, deliver
from adapters.wiring import RecoveryAdapters
from relay.backfill import Backfill, BackfillState, Reason
from relay.changes import Change
from relay.conditions import holds

MOST_SECONDS = 20.0  # of one activity; then its progress is shown and the next one begins
GONE = "gone:"  # before the cursor once all rows are done


def send_pages(
    store: SqlBackfillStore, adapters: RecoveryAdapters, *, clock: Callable[[], float] = time.monotonic
) -> dict[str, Any]:
    """Send page after page for a while; each is written down before the next begins.

    Returns {"progress": {...}, "over": bool, "paused": bool, "wait_seconds": until the next page because of the rate,
    "failed": reason or "", "asked_for_seconds": number or None}. Nothing got through: the page comes again.
    Raises DatabaseError.
    """
    began = clock()
    while True:
        backfill = store.state()
        if backfill is None or not backfill.under_way:
            return _answer(backfill, over=True)
        if backfill.state is BackfillState.PAUSED:
            return _answer(backfill, paused=True)
        page_began = clock()
        delivery, rows = _send_page(backfill, store, adapters)
        settlement = delivery.settlement
        if settlement.endpoint_down:
            failure = delivery.last_failure
            reason = failure.reason if failure else ""
            return _answer(backfill, failed=reason, asked_for_seconds=delivery.asked_for_seconds)
        rate = backfill.order.rows_per_second
        pause = rows / rate - (clock() - page_began) if rate else 0.0
        if pause > 0 or clock() - began > MOST_SECONDS:
            return _answer(store.state(), wait_seconds=max(0.0, pause))


def _send_page(backfill: Backfill, store: SqlBackfillStore, adapters: RecoveryAdapters) -> tuple[Delivery, int]:
    """Send one page and write it down unless nothing got through; return also how many rows it had."""
    keys, cursor = _next_keys(backfill, store)
    over = not keys
    changes = _changes(keys, backfill, adapters)
    delivery = deliver(changes, adapters.relay, adapters.source, adapters.endpoint, adapters.executor)
    settlement = delivery.settlement
    if not settlement.endpoint_down:
        rows = 0 if cursor.startswith(GONE) else len(keys)  # what is gone was not counted at the beginning
        filtered = len(keys) - settlement.delivered - settlement.rejected - settlement.failed
        counts = (rows, settlement.delivered, filtered, settlement.rejected, settlement.failed)
        store.advance(backfill, cursor, counts, over=over)
    return delivery, len(keys)


def _next_keys(backfill: Backfill, store: SqlBackfillStore) -> tuple[Sequence[Key], str]:
    """Return the keys of the next page and the cursor after them; no keys: there is nothing left.

    After the rows of a backfill that repairs a gap come the deletions that change tracking has forgotten and the trigger has not.
    """
    limit = backfill.order.page_rows
    rows_are_done = backfill.cursor.startswith(GONE)
    keys = () if rows_are_done else store.page(backfill.cursor, limit)
    if keys:
        return keys, store.cursor_of(keys[-1])
    if backfill.order.reason is Reason.GAP:
        keys = store.gone(backfill.cursor.removeprefix(GONE) if rows_are_done else "", limit)
    return keys, GONE + store.cursor_of(keys[-1]) if keys else backfill.cursor


def _changes(keys: Sequence[Key], backfill: Backfill, adapters: RecoveryAdapters) -> Sequence[Change]:
    """Return the rows of these keys as changes that outlive what the endpoint had, and are outlived by every later one."""
    found = adapters.source.enrich_exactly(keys) if keys else ()
    return [
        replace(change, version=max(change.version, backfill.base_version), relevant=True, echo=False)
        for change in found
        if change.row is None or holds(backfill.order.condition, change.row)
    ]


def _answer(
    backfill: Backfill | None,
    *,
    over: bool = False,
    paused: bool = False,
    wait_seconds: float = 0.0,
    failed: str = "",
    asked_for_seconds: float | None = None,
) -> dict[str, Any]:
    return {
        "progress": backfill.progress() if backfill else {},
        "over": over,
        "paused": paused,
        "wait_seconds": wait_seconds,
        "failed": failed,
        "asked_for_seconds": asked_for_seconds,
    }
