"""What triggers ask of the durable client: a recovery that runs, a breaker that is known."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import azure.durable_functions as df

from relay.breaker import Breaker, BreakerState
from relay.names import BREAKER, RECOVERY, recovery_instance
from triggers.relay_batch import Pause

ACTIVE = frozenset({"Running", "Pending", "ContinuedAsNew", "Suspended"})
_log = logging.getLogger(__name__)


def runtime_status(status: Any) -> str | None:
    """Return the status' name; None: there is no such instance."""
    if not status:
        return None
    found = status.runtime_status
    return str(getattr(found, "name", found)) if found is not None else None


async def start_unless_running(client: Any, orchestration: str, instance_id: str, request: dict[str, Any]) -> bool:
    """Start an orchestration under a fixed id unless it runs; tell whether it was started."""
    if await is_active(client, instance_id):
        return False
    try:
        await client.start_new(orchestration, instance_id, request)
    except Exception:  # the SDK knows no other type
        if await is_active(client, instance_id):  # somebody else was faster
            return False
        raise
    return True


async def is_active(client: Any, instance_id: str) -> bool:
    """Tell whether an instance is there that has not ended."""
    return runtime_status(await client.get_status(instance_id)) in ACTIVE


async def start_recovery(client: Any, app: str, relay: str) -> bool:
    """Start the relay's recovery unless it runs; tell whether it was started."""
    started = await start_unless_running(client, RECOVERY, recovery_instance(app, relay), {"relay": relay})
    if started:
        _log.warning("Recovery of relay %s started", relay, extra={"action": "recovery_started", "relay": relay})
    return started


async def pause_of(client: Any, relay: str) -> Pause | None:
    """Return for how long nothing may be sent, or None. A breaker that cannot be read is closed."""
    try:
        found = await client.read_entity_state(df.EntityId(BREAKER, relay))
    except Exception:  # noqa: BLE001 - the breaker saves requests; without it they are made
        _log.warning("The breaker of relay %s could not be read", relay, exc_info=True)
        return None
    breaker = Breaker.from_dict(found.entity_state if found.entity_exists else None)
    now = datetime.now(UTC)
    if breaker.state(now) is not BreakerState.OPEN:
        return None
    return Pause(breaker.seconds_left(now), breaker.reason)


async def trip_breaker(client: Any, relay: str, seconds: float, reason: str) -> None:
    """Let nobody send changes that failed before, for so long."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    told = {"until": until.isoformat(), "reason": reason[:300]}
    await client.signal_entity(df.EntityId(BREAKER, relay), "trip", told)
