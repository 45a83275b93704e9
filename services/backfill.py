"""Sends a backfill's pages through the same code as a batch of the trigger."""

from collections.abc import Sequence
from dataclasses import replace

from relay.backfill.cursor import Cursor
from relay.backfill.values import Backfill, BackfillState, Pages, Reason
from relay.backfill.work import due_in_seconds
from relay.changes.change import Change
from relay.changes.enriched import Enriched
from relay.delivery.outcomes import Held
from relay.delivery.settlement import Settlement
from relay.delivery.standing import WAIT_FOR_FIRST_TRY_SECONDS
from relay.ports import ExactKey, PageRow
from services.deliver import Delivery, deliver
from services.outside import Outside

MOST_SECONDS = 20.0  # of one activity; then its progress is shown and the next one begins


def send_pages(outside: Outside) -> Pages:
    """Send page after page for a while; each is written down before the next begins, and at the end that somebody works at it.

    Nothing got through: the page comes again. Raises DatabaseError.
    """
    pages = _pages(outside)
    if not pages.over and not pages.paused:
        outside.backfills.beat(pages.progress["number"], due_in_seconds(pages))
    return pages


def _pages(outside: Outside) -> Pages:
    clock = outside.clock
    began = clock.monotonic_seconds()
    while True:
        backfill = outside.backfills.state()
        if backfill is None or not backfill.under_way:
            return Pages(progress=backfill.progress() if backfill else {}, over=True)
        if backfill.state is BackfillState.PAUSED:
            return Pages(progress=backfill.progress(), paused=True)
        page_began = clock.monotonic_seconds()
        delivery, rows = _send_page(backfill, outside)
        sent = delivery.sent
        if sent.endpoint_down:
            return Pages(progress=backfill.progress(), failed=sent.reason, asked_for_seconds=sent.asked_for_seconds)
        rate = backfill.order.rows_per_second
        pause = rows / rate - (clock.monotonic_seconds() - page_began) if rate else 0.0
        if pause > 0 or clock.monotonic_seconds() - began > MOST_SECONDS:
            now = outside.backfills.state()
            return Pages(progress=(now or backfill).progress(), wait_seconds=max(0.0, pause))


def _send_page(backfill: Backfill, outside: Outside) -> tuple[Delivery, int]:
    """Send one page and write it down unless nothing got through; return also how many rows it had."""
    found, cursor = _next_rows(backfill, outside)
    keys = [row.key for row in found if row.meets_condition]
    enriched = _changes(keys, backfill, outside)
    standing = enriched.standing
    if enriched.changes and standing.untested:
        enriched = replace(enriched, tries_first=outside.changes.claim_first_try())
        if not enriched.tries_first:
            standing = replace(standing, paused_seconds=WAIT_FOR_FIRST_TRY_SECONDS)
    if standing.paused_seconds > 0:  # the page waits; to hold every row of a table would fill the ledger
        held = Held(f"not sent: {standing.reason}", standing.paused_seconds)
        return Delivery(Settlement(held=len(found)), [held]), len(found)
    delivery = deliver(enriched, outside)
    settlement = delivery.settlement
    if not delivery.sent.endpoint_down:
        rows = 0 if cursor.rows_are_done else len(found)  # what is gone was not counted at the beginning
        filtered = len(found) - settlement.delivered - settlement.rejected - settlement.failed - settlement.held
        counts = (rows, settlement.delivered, filtered, settlement.rejected, settlement.failed + settlement.held)
        outside.backfills.advance(backfill, str(cursor), counts, over=not found)
    return delivery, len(found)


def _next_rows(backfill: Backfill, outside: Outside) -> tuple[Sequence[PageRow], Cursor]:
    """Return the rows of the next page and the cursor after them; no rows: there is nothing left.

    After the rows of a backfill that repairs a gap come the deletions that change tracking has forgotten and the trigger has not.
    """
    limit, cursor = backfill.order.page_rows, Cursor.parse(backfill.cursor)
    found = () if cursor.rows_are_done else outside.backfills.page(cursor.key, limit, backfill.order.condition)
    if not found and backfill.order.reason is Reason.GAP:
        begun = cursor if cursor.rows_are_done else Cursor(rows_are_done=True)
        found = [PageRow(key, meets_condition=True) for key in outside.backfills.gone(begun.key, limit)]
        cursor = begun if found else cursor
    return found, cursor.after(found[-1].key) if found else cursor


def _changes(keys: Sequence[ExactKey], backfill: Backfill, outside: Outside) -> Enriched:
    """Return the rows of these keys as changes that outlive what the endpoint had, and are outlived by every later one."""
    if not keys:
        return Enriched(())

    def as_ordered(change: Change) -> Change:
        return replace(change.at_least(backfill.base_version), relevant=True, echo=False)

    return outside.changes.enrich_exactly(keys, since=backfill.base_version).each(as_ordered)
