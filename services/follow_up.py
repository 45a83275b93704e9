"""What follows a batch: a recovery starts when the trigger will not try again, and is woken when the endpoint is back."""

import logging

from relay.instances import Instances
from relay.recovery.names import recovery_instance
from services.batch import BatchResult
from services.start import start_recovery

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
