"""The watchdog's look at change tracking: warns before it forgets, repairs what it forgot, tells of a silent trigger."""

import logging

from relay.backfill.values import BackfillOrder, Reason
from relay.errors import RelayError
from relay.guard.outlook import Outlook, told_from_now_on, troubles
from relay.notification.words import Occasion
from services.announce import announce
from services.app_outside import AppOutside
from services.outside import Outside

_log = logging.getLogger(__name__)


async def guard(outside: Outside, app: AppOutside) -> None:
    """Look after one relay; raises RelayError."""
    outlook = await outside.threads.run(outside.guard.take_stock)
    await tell_and_repair(outlook, outside, app)


async def tell_and_repair(outlook: Outlook, outside: Outside, app: AppOutside) -> None:
    """Tell people what they must know; after a gap begin a backfill, which then answers for what was forgotten."""
    relay = outside.relay
    found = list(troubles(outlook, relay))
    unrepaired = await _repair(outside) if outlook.gap and relay.backfill_after_gap else ""
    if unrepaired and Occasion.GAP in outlook.told:  # since the last look, at least
        found.append(Occasion.UNREPAIRED)
    for occasion in found:
        if occasion.value in outlook.told:
            continue
        _log.warning("Guard: relay %s: %s", relay.name, occasion.value, extra={"action": "guard", "relay": relay.name})
        await announce(outlook.news(relay.name, occasion, unrepaired), app)
    told = told_from_now_on(found)
    if told != sorted(outlook.told):
        await outside.threads.run(outside.guard.remember_told, told)


async def _repair(outside: Outside) -> str:
    """Begin the backfill that answers for what was forgotten; return why it does not begin, empty if it does."""
    try:
        if await outside.threads.run(outside.backfills.begin, BackfillOrder(reason=Reason.GAP)):
            return ""
    except RelayError as error:
        return str(error)
    return "Another backfill is under way, or paused; resume or cancel it."
