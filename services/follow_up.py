"""What follows a failed batch: the breaker learns of it, and a recovery starts when the trigger will not try again."""

import logging
from datetime import timedelta

from relay.delivery.breaker import Pause, pause_at
from relay.instances import Instances
from relay.ports import Clock
from services.batch import BatchResult
from services.start import start_recovery

_log = logging.getLogger(__name__)


async def pause_of(instances: Instances, app: str, relay: str, clock: Clock) -> Pause | None:
    """Return for how long nothing may be sent, or None. A breaker that cannot be read is closed."""
    try:
        breaker = await instances.breaker(app, relay)
    except Exception:  # noqa: BLE001 - the breaker saves requests; without it they are made
        _log.warning("The breaker of relay %s could not be read", relay, exc_info=True)
        return None
    return pause_at(breaker, clock.now())


async def follow_up(result: BatchResult, app: str, instances: Instances, clock: Clock) -> None:
    """Do what a failure asks for; whatever goes wrong here, the batch's own result stands and the watchdog does it later."""
    relay = result.relay
    try:
        failure = result.delivery.last_failure
        if result.error and failure and not result.was_held_back and relay.breaker_seconds:
            until = clock.now() + timedelta(seconds=relay.breaker_seconds)
            await instances.trip_breaker(app, relay.name, until, failure.reason[:300])
        if result.needs_recovery:
            await start_recovery(instances, app, relay.name)
    except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
        _log.warning("Recovery of relay %s could not be started; the watchdog will", relay.name, exc_info=True)
