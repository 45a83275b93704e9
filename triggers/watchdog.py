"""Sees every minute that each relay in trouble has a recovery that runs. On Consumption it also wakes a sleeping SQL trigger."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from adapters import wiring
from adapters.announcing import announce
from relay.config import Relay, Settings
from relay.errors import RelayError
from relay.names import WAKE, recovery_instance
from relay.notices import Occasion
from relay.recovery import Situation
from relay.watchdog import Action, decide
from triggers.durable_client import runtime_status, start_recovery
from triggers.guard import guard

Look = Callable[[Relay, Settings, Any], Awaitable[None]]  # the last is a durable client

blueprint = df.Blueprint()
_log = logging.getLogger(__name__)


@blueprint.timer_trigger(arg_name="timer", schedule="0 * * * * *")
@blueprint.durable_client_input(client_name="client")
async def watchdog(timer: func.TimerRequest, client: str) -> None:
    """Look after every relay; one that cannot be looked after does not keep the others waiting."""
    if timer.past_due:
        _log.info("The watchdog is late: the app was not running when it was due")
    await look_after_all(wiring.settings(), client, (_look_after_recovery, guard))


async def look_after_all(settings: Settings, client: Any, looks: Sequence[Look]) -> None:
    """Look after every relay in every way; whatever goes wrong with one is logged."""
    for relay in settings.relays:
        for look in looks:
            try:
                await look(relay, settings, client)
            except RelayError as error:
                _log.warning("The watchdog could not look after relay %s: %s", relay.name, error)
            except Exception:  # noqa: BLE001 - what the SDK raises has no type of its own
                _log.warning("The watchdog could not look after relay %s", relay.name, exc_info=True)


async def _look_after_recovery(relay: Relay, settings: Settings, client: Any) -> None:
    situation = await asyncio.to_thread(wiring.recovery_adapters(relay.name).store.check)
    await look_after(relay.name, situation, settings, client)


async def look_after(relay: str, situation: Situation, settings: Settings, client: Any) -> Action:
    """Do what the relay needs; return what was done. `client` is a durable client."""
    if situation.over and not situation.since:
        return Action.NOTHING
    instance_id = recovery_instance(settings.app, relay)
    action = decide(situation, runtime_status(await client.get_status(instance_id)))
    match action:
        case Action.START:
            await start_recovery(client, settings.app, relay)
        case Action.WAKE:
            await client.raise_event(instance_id, WAKE)
        case Action.REPLACE:
            await client.terminate(instance_id, "late for half an hour; the watchdog starts it anew")
        case Action.TELL:
            await announce(_suspended(relay, situation), settings, client)
    if action is not Action.NOTHING:
        _log.warning("Watchdog: recovery of relay %s: %s", relay, action.value)
    return action


def _suspended(relay: str, situation: Situation) -> dict[str, Any]:
    return {
        "relay": relay,
        "occasion": Occasion.SUSPENDED.value,
        "since": situation.since,
        "rounds": situation.rounds,
        "changes": situation.open,
        "last_error": situation.last_error,
    }
