"""Starts what belongs to a relay, unless it runs: its recovery, the workers of its backfill and of its replay."""

import logging

from relay.backfill.names import BACKFILL, backfill_instance
from relay.dead_letters.names import REPLAY, replay_instance
from relay.dead_letters.work import ReplayOrder
from relay.instances import Instances
from relay.recovery.names import RECOVERY, recovery_instance

_log = logging.getLogger(__name__)


async def start_recovery(instances: Instances, app: str, relay: str) -> bool:
    """Start the relay's recovery unless it runs; tell whether it was started."""
    started = await instances.start_unless_running(RECOVERY, recovery_instance(app, relay), {"relay": relay})
    if started:
        _log.warning("Recovery of relay %s started", relay, extra={"action": "recovery_started", "relay": relay})
    return started


async def start_backfill(instances: Instances, app: str, relay: str) -> bool:
    """Start the worker of a backfill unless it runs; tell whether it was started."""
    return await instances.start_unless_running(BACKFILL, backfill_instance(app, relay), {"relay": relay})


async def start_replay(instances: Instances, app: str, order: ReplayOrder) -> bool:
    """Start the worker of a replay unless it runs; tell whether it was started."""
    instance_id = replay_instance(app, order.replay.relay)
    return await instances.start_unless_running(REPLAY, instance_id, order.request())
