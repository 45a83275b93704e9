"""Starts what is registered; whoever dies at it, the watchdog finds it again."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from relay.instances import Start
from services.app_outside import AppOutside
from workflows.execution.names import execution_instance
from workflows.machines.names import orchestrator_of

AGAIN_SECONDS = 60  # after which what was taken to be started, and does not run, is taken again
_AT_A_TIME = 50

_log = logging.getLogger(__name__)


async def start_ready(app: AppOutside, workflow: str = "", *, most_seconds: float) -> int:
    """Start what is registered for a workflow, or for any, for so long; return how many were. Raises DatabaseError, and what the SDK raises."""
    started = 0
    end = app.clock.monotonic_seconds() + most_seconds
    while app.clock.monotonic_seconds() < end:
        [taken] = await app.ask(
            "execution/take_ready", workflow=workflow, limit=_AT_A_TIME, again_in_seconds=AGAIN_SECONDS
        )
        await start_all(taken, app)
        started += len(taken)
        if len(taken) < _AT_A_TIME:
            break
    return started


async def start_all(rows: Sequence[Mapping[str, Any]], app: AppOutside) -> None:
    """Start these: id, workflow, epoch. One whose orchestration has ended without having begun it is the watchdog's."""
    starts = [
        Start(orchestrator_of(row["workflow"]), execution_instance(row["id"], row["epoch"]), request_of(row))
        for row in rows
    ]
    await app.instances.start_unknown(starts)


async def start_or_leave(row: Mapping[str, Any], app: AppOutside) -> None:
    """Start one. That it could not be started is no error: it is registered, so the watchdog does."""
    try:
        await start_all([row], app)
    except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
        _log.warning("Execution %s could not be started; the watchdog will", row["id"], exc_info=True)


def request_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input of the orchestration that does an execution."""
    return {"execution": row["id"], "epoch": row["epoch"]}
