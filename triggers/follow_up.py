"""What follows a failed batch: the breaker learns of it, and a recovery starts when the trigger will not try again."""

import logging
from typing import Any

from triggers.durable_client import start_recovery, trip_breaker
from triggers.relay_batch import BatchResult

_log = logging.getLogger(__name__)


async def follow_up(result: BatchResult, app: str, client: Any) -> None:
    """Do what a failure asks for; whatever goes wrong here, the batch's own result stands and the watchdog does it later."""
    relay = result.relay.name
    try:
        failure = result.delivery.last_failure
        if result.error and failure and not result.was_held_back and result.relay.breaker_seconds:
            await trip_breaker(client, relay, result.relay.breaker_seconds, failure.reason)
        if result.needs_recovery:
            await start_recovery(client, app, relay)
    except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
        _log.warning("Recovery of relay %s could not be started; the watchdog will", relay, exc_info=True)
