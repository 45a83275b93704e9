"""Sees that every aggregate has somebody who recomputes what is dirty, and that all rows are looked through for a new definition."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from relay.backfill.values import BackfillOrder
from services.app_outside import AppOutside
from services.keep_running import keep_running
from services.outside import Outside
from services.seen_to import seen_to
from services.start import start_backfill
from workflows.aggregates.decisions import aggregate_work, is_to_be_defined
from workflows.aggregates.names import AGGREGATE, aggregate_instance, rows_relay
from workflows.aggregates.values import Aggregate

_log = logging.getLogger(__name__)


async def look_after_aggregates(
    app: AppOutside, aggregates: Sequence[Aggregate], outside: Callable[[str], Outside]
) -> None:
    """Look at all of them; one that cannot be looked after keeps no other waiting. Raises DatabaseError if nobody answers."""
    rows = {row["name"]: row for row in await stand(aggregates, app)}
    for aggregate in aggregates:
        await seen_to(f"aggregate {aggregate.name}", partial(_look_after, aggregate, rows, app, outside))


async def _look_after(
    aggregate: Aggregate, rows: Mapping[str, Mapping[str, Any]], app: AppOutside, outside: Callable[[str], Outside]
) -> None:
    row = rows[aggregate.name]
    if is_to_be_defined(row, aggregate):
        await _define(aggregate, outside(rows_relay(aggregate.name)), app)
    await keep_running(aggregate_work(row, app.settings.app, aggregate), app)


async def stand(aggregates: Sequence[Aggregate], app: AppOutside) -> Sequence[Mapping[str, Any]]:
    """Return how these aggregates stand. Raises DatabaseError."""
    if not aggregates:
        return ()
    asked = [{"name": each.name, "rows": rows_relay(each.name)} for each in aggregates]
    [found] = await app.ask("aggregate/look", aggregates=json.dumps(asked))
    return found


async def start_aggregate(aggregate: str, app: AppOutside) -> None:
    """Start who recomputes, unless he runs; whatever goes wrong here, the watchdog does it later."""
    name = app.settings.app
    try:
        await app.instances.start_unless_running(
            AGGREGATE, aggregate_instance(name, aggregate), {"aggregate": aggregate}
        )
    except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
        _log.warning("Aggregate %s could not be started; the watchdog will", aggregate, exc_info=True)


async def _define(aggregate: Aggregate, rows: Outside, app: AppOutside) -> None:
    """Have all rows looked through; if another backfill is under way, once that is over: it may have begun under another definition."""
    if not await rows.threads.run(rows.backfills.begin, BackfillOrder()):
        return
    await app.ask(
        "aggregate/defined",
        aggregate=aggregate.name,
        group_by=aggregate.group_text,
        fingerprint=aggregate.fingerprint,
    )
    _log.warning("Aggregate %s is new, or defined anew: all rows are looked through", aggregate.name)
    await start_backfill(app.instances, app.settings.app, rows.relay.name)
