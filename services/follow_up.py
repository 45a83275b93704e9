"""What follows a batch: a recovery starts when the trigger will not try again, and is woken when the endpoint is back; so do workflows."""

import logging

from relay.config.values import Relay
from relay.instances import Instances
from relay.recovery.names import recovery_instance
from services.app_outside import AppOutside
from services.batch import BatchResult
from services.start import start_recovery
from services.start_executions import start_ready

_STARTING_SECONDS = 20.0

_log = logging.getLogger(__name__)


async def follow_up(result: BatchResult, app: str, instances: Instances) -> None:
    """Do what a batch asks for; whatever goes wrong here, the batch's own result stands and the watchdog does it later."""
    relay = result.relay.name
    try:
        started = result.needs_recovery and await start_recovery(instances, app, relay)
        if result.came_back and not started:
            await instances.wake(recovery_instance(app, relay))
    except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
        _log.warning("Recovery of relay %s could not be started or woken; the watchdog will", relay, exc_info=True)


async def start_what_is_registered(relay: Relay, app: AppOutside) -> None:
    """Start the executions that a batch has registered; what cannot be started now, the watchdog starts."""
    try:
        await start_ready(app, relay.workflow, most_seconds=_STARTING_SECONDS)
    except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
        _log.warning("Executions of workflow %s could not be started; the watchdog will", relay.workflow, exc_info=True)
