"""The watchdog's look at change tracking: warns before it forgets, repairs what it forgot, tells of a silent trigger."""

import asyncio
import logging
from typing import Any

from adapters import wiring
from adapters.announcing import announce
from adapters.backfill_store import SqlBackfillStore
from adapters.guard_store import SqlGuardStore
from relay.backfill import BackfillOrder, BackfillState, Reason
from relay.config import Relay, Settings
from relay.guard import Outlook, told_from_now_on, troubles
from relay.names import BACKFILL, backfill_instance
from relay.notices import Occasion
from triggers.durable_client import start_unless_running

_log = logging.getLogger(__name__)


async def guard(relay: Relay, settings: Settings, client: Any) -> None:
    """Look after one relay; raises RelayError."""
    store = wiring.guard_store(relay.name)
    backfills = wiring.backfill_store(relay.name)
    outlook = await asyncio.to_thread(store.look)
    if outlook is not None:
        await act(outlook, relay, settings, store, backfills, client)
    await keep_backfill_running(relay.name, settings.app, backfills, client)


async def act(
    outlook: Outlook, relay: Relay, settings: Settings, store: SqlGuardStore, backfills: SqlBackfillStore, client: Any
) -> None:
    """Tell people what they must know; after a gap begin a backfill, which then answers for what was forgotten."""
    found = troubles(outlook, relay)
    for occasion in found:
        if occasion.value in outlook.told:
            continue
        _log.warning("Guard: relay %s: %s", relay.name, occasion.value, extra={"action": "guard", "relay": relay.name})
        await announce(_notice(relay.name, occasion, outlook), settings, client)
    told = told_from_now_on(outlook, found)
    if told != sorted(outlook.told):
        await asyncio.to_thread(store.remember_told, told)
    if outlook.gap and relay.backfill_after_gap:
        await asyncio.to_thread(backfills.begin, BackfillOrder(reason=Reason.GAP))


async def keep_backfill_running(relay: str, app: str, backfills: SqlBackfillStore, client: Any) -> None:
    """Start the worker of a backfill that is under way and has none: the task hub may have been lost."""
    backfill = await asyncio.to_thread(backfills.state)
    if backfill is not None and backfill.state is BackfillState.RUNNING:
        await start_unless_running(client, BACKFILL, backfill_instance(app, relay), {"relay": relay})


def _notice(relay: str, occasion: Occasion, outlook: Outlook) -> dict[str, Any]:
    return {
        "relay": relay,
        "occasion": occasion.value,
        "since": outlook.caught_up_at,
        "rounds": 0,
        "changes": outlook.untaken,
        "last_error": " ".join(outlook.halted) if occasion is Occasion.HALTED else "",
    }
