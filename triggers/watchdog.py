"""Looks after everything on a schedule. On Consumption it also wakes a sleeping SQL trigger, on Flex Consumption not: there each
function of the kind has instances of its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.config.values import Settings
from relay.errors import DatabaseError
from services.app_outside import AppOutside
from services.guard import guard
from services.look_after import look_after_all, look_after_backfill, look_after_recovery, look_after_replay
from services.look_after_aggregates import look_after_aggregates
from services.look_after_app import InUse, hub_is_ours, look_after_app
from services.look_after_executions import look_after_executions
from services.look_after_locks import look_after_locks
from services.look_after_mailings import look_after_mailings
from services.look_after_notices import look_after_notices
from services.look_after_streams import look_after_streams
from services.seen_to import seen_to

ROUND_SECONDS = 50.0  # less than until the next one, and than functionTimeout, at which the host ends the worker with every batch in it

_log = logging.getLogger(__name__)


def watchdog_timer(settings: Settings) -> df.Blueprint:
    """Return the watchdog's function, on the schedule of the settings."""
    blueprint = df.Blueprint()

    @blueprint.timer_trigger(arg_name="timer", schedule=settings.watchdog_schedule)
    @blueprint.durable_client_input(client_name="client")
    async def watchdog(timer: func.TimerRequest, client: str) -> None:
        """Look after every relay; one that cannot be looked after does not keep the others waiting."""
        if timer.past_due:
            _log.info("The watchdog is late: the app was not running when it was due")
        await look_in_time(client)

    return blueprint


async def look_in_time(client: df.DurableOrchestrationClient) -> None:
    """Look after everything, and end in time; a database that does not answer ends the round at once."""
    try:
        async with asyncio.timeout(ROUND_SECONDS):
            await look_after_everything(client)
    except DatabaseError as error:
        _log.warning("The watchdog ends its round: %s", error)
    except TimeoutError:
        _log.warning("The watchdog did not come through within %g seconds; it goes on at its next look", ROUND_SECONDS)


async def look_after_everything(client: df.DurableOrchestrationClient) -> None:
    """Look after the relays, unless the task hub is another app's: nothing could be done for them there."""
    app = wiring.app_outside(client)
    if await _seen_to(hub_is_ours, app) is False:
        return
    found = await _seen_to(look_after_app, app)
    in_use = found if isinstance(found, InUse) else InUse()  # what is not known is looked at
    await _seen_to(look_after_notices, app)
    if in_use.locks:
        await _seen_to(look_after_locks, app)
    if in_use.executions:
        await _seen_to(look_after_executions, app)
    if in_use.mailings:
        await _seen_to(look_after_mailings, app)
    if aggregates := wiring.workflows().aggregates:
        await _seen_to(partial(look_after_aggregates, aggregates=aggregates, outside=wiring.outside), app)
    if streams := wiring.workflows().streams:
        await _seen_to(partial(look_after_streams, streams=streams), app)
    turn = int(wiring.clock().monotonic_seconds() / 60)
    looks = (look_after_recovery, guard, look_after_backfill, look_after_replay)
    await look_after_all(wiring.outside, app, looks, turn=turn)


async def _seen_to(look: Callable[[AppOutside], Awaitable[object]], app: AppOutside) -> object:
    return await seen_to("the app", lambda: look(app))
