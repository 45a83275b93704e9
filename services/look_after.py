"""Sees that each relay in trouble has a recovery that runs."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from relay.config.values import Relay, Settings
from relay.errors import DatabaseError, RelayError
from relay.instances import Instances
from relay.notification.words import Occasion
from relay.recovery.names import recovery_instance
from relay.recovery.situation import Situation
from relay.recovery.watchdog import Action, decide
from services.announce import announce
from services.outside import Outside
from services.start import start_recovery

Look = Callable[[Outside, Settings, Instances], Awaitable[None]]

_log = logging.getLogger(__name__)


async def look_after_all(
    settings: Settings, outside: Callable[[str], Outside], instances: Instances, looks: Sequence[Look], *, turn: int = 0
) -> None:
    """Look after every relay in every way; whatever goes wrong with one is logged and keeps no other waiting.

    A round may be cut off: with each turn another relay comes first. Raises DatabaseError if nobody answers; the relays share
    their database.
    """
    first = turn % len(settings.relays)
    for relay in (*settings.relays[first:], *settings.relays[:first]):
        for look in looks:
            await _look(look, relay, settings, outside, instances)


async def _look(
    look: Look, relay: Relay, settings: Settings, outside: Callable[[str], Outside], instances: Instances
) -> None:
    try:
        await look(outside(relay.name), settings, instances)
    except RelayError as error:
        if isinstance(error, DatabaseError) and error.nobody_answers:
            raise
        _log.warning("The watchdog could not look after relay %s: %s", relay.name, error)
    except Exception:  # noqa: BLE001 - what the SDK raises has no type of its own
        _log.warning("The watchdog could not look after relay %s", relay.name, exc_info=True)


async def look_after_recovery(outside: Outside, settings: Settings, instances: Instances) -> None:
    """See what is not settled, then see that somebody cares for it; raises RelayError."""
    situation = await outside.threads.run(outside.recoveries.take_stock)
    await look_after(outside.relay.name, situation, settings, instances)


async def look_after(relay: str, situation: Situation, settings: Settings, instances: Instances) -> Action:
    """Do what the relay needs; return what was done."""
    if situation.over and not situation.since:
        return Action.NOTHING
    instance_id = recovery_instance(settings.app, relay)
    found = await instances.look(instance_id)
    action = decide(situation, found.status if found else None)
    match action:
        case Action.START:
            await start_recovery(instances, settings.app, relay)
        case Action.WAKE:
            await instances.wake(instance_id)
        case Action.REPLACE:
            await instances.terminate(instance_id, "late for half an hour; the watchdog starts it anew")
        case Action.TELL:
            await announce(situation.news(relay, Occasion.SUSPENDED), settings, instances)
    if action is not Action.NOTHING:
        _log.warning("Watchdog: recovery of relay %s: %s", relay, action.value)
    return action
