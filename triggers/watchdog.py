"""Looks after every relay each minute. On Consumption it also wakes a sleeping SQL trigger."""

import logging

import azure.durable_functions as df
import azure.functions as func

import wiring
from services.guard import guard
from services.look_after import look_after_all, look_after_recovery

blueprint = df.Blueprint()
_log = logging.getLogger(__name__)


@blueprint.timer_trigger(arg_name="timer", schedule="0 * * * * *")
@blueprint.durable_client_input(client_name="client")
async def watchdog(timer: func.TimerRequest, client: str) -> None:
    """Look after every relay; one that cannot be looked after does not keep the others waiting."""
    if timer.past_due:
        _log.info("The watchdog is late: the app was not running when it was due")
    instances = wiring.instances(client)
    await look_after_all(wiring.settings(), wiring.outside, instances, (look_after_recovery, guard))
