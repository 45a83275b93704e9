"""Sees that every shard of every stream at which there is something to do has somebody who works at it."""

import json
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from services.app_outside import AppOutside
from services.keep_running import keep_running
from services.seen_to import seen_to
from workflows.streams.decisions import stream_work
from workflows.streams.names import STREAM, stream_instance
from workflows.streams.values import Stream

_log = logging.getLogger(__name__)


async def look_after_streams(app: AppOutside, streams: Sequence[Stream]) -> None:
    """Look at all shards; one that cannot be looked after keeps no other waiting. Raises DatabaseError if nobody answers."""
    for row in await shards_of(streams, app):
        await seen_to(f"aggregate {row['name']}", partial(_look_after, row, app))


async def _look_after(row: Mapping[str, Any], app: AppOutside) -> None:
    await keep_running(stream_work(row, app.settings.app), app)


async def shards_of(streams: Sequence[Stream], app: AppOutside) -> Sequence[Mapping[str, Any]]:
    """Return how the shards of these streams stand; those at which nothing has ever come are not there. Raises DatabaseError."""
    if not streams:
        return ()
    [found] = await app.ask("stream/look", streams=json.dumps([each.name for each in streams]))
    return found


async def start_shards(stream: Stream, shards: Sequence[int], idle: Sequence[int], app: AppOutside) -> None:
    """Start the workers of shards unless they run, and wake those that had nothing to do; whatever goes wrong here the watchdog does later."""
    for shard in shards:
        instance = stream_instance(app.settings.app, stream.name, shard)
        request = {"aggregate": stream.name, "shard": shard}
        try:
            started = await app.instances.start_unless_running(STREAM, instance, request)
            if not started and shard in idle:
                await app.instances.wake(instance)
        except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
            _log.warning(
                "Shard %s of aggregate %s could not be started; the watchdog will", shard, stream.name, exc_info=True
            )
