"""Sees that every execution is done by somebody, that those which come no further rest and are told, and that old ones are forgotten."""

import logging
from collections.abc import Mapping
from typing import Any

from relay.notification.notice import Notice, Telling
from relay.notification.words import Occasion
from relay.work.values import Restarts
from services.announce import announce_telling
from services.app_outside import AppOutside
from services.machines.children import stop_children
from services.restarts import restarts_of, why_it_ended, write_restart
from services.start_executions import AGAIN_SECONDS, request_of, start_ready
from services.tell_executions import tell_again
from workflows.execution.decisions import Fate, fate
from workflows.execution.names import execution_instance
from workflows.machines.names import orchestrator_of

MOST_AT_A_LOOK = 50
KEPT_DAYS = 30  # an execution that has ended, in SQL Server and in the task hub
_MOST_STARTS = 100  # of an execution that are purged; of one that others of its subject were started in between there may be epochs without end
_STARTING_SECONDS = 10.0

_log = logging.getLogger(__name__)


async def look_after_executions(app: AppOutside) -> None:
    """See to all of it, some at a time. Raises DatabaseError, and what the SDK raises."""
    for statement, begun in (("execution/not_begun", False), ("execution/late", True)):
        [found] = await app.ask(statement, limit=MOST_AT_A_LOOK, again_in_seconds=AGAIN_SECONDS)
        for row in found:
            await _see_to(row, app, begun=begun)
    await start_ready(app, most_seconds=_STARTING_SECONDS)
    [replaced] = await app.ask("execution/replaced", limit=MOST_AT_A_LOOK)
    for row in replaced:
        await _end(row, "a newer version has replaced it", app)
    [orphans] = await app.ask("machine/orphans", limit=MOST_AT_A_LOOK)
    await stop_children([row["id"] for row in orphans], "", 0, "the execution that had begun it has ended", app)
    await _forget_old_ones(app)


async def _see_to(row: Mapping[str, Any], app: AppOutside, *, begun: bool) -> Fate:
    instance_id = execution_instance(row["id"], row["epoch"])
    found = await app.instances.look(instance_id)
    restarts = await restarts_of(row["id"], str(row["steps"]), app)
    decided = fate(
        begun=begun,
        exists=found is not None,
        active=found is not None and found.active,
        late_seconds=row["late_seconds"],
        restarts=restarts,
    )
    match decided:
        case Fate.LEAVE if begun:
            await tell_again(row, app)
        case Fate.START:
            await app.instances.start_unless_running(orchestrator_of(row["workflow"]), instance_id, request_of(row))
        case Fate.START_ANEW:
            await _start_anew(row, restarts, why_it_ended(found), app)
        case Fate.END:
            await app.instances.terminate(instance_id, "late for half an hour; the watchdog starts it anew")
        case Fate.REST:
            await _rest(row, why_it_ended(found), restarts, app)
    if decided not in {Fate.LEAVE, Fate.PAUSE}:
        _log.warning("Watchdog: execution %s of workflow %s: %s", row["id"], row["workflow"], decided.value)
    return decided


async def _start_anew(row: Mapping[str, Any], restarts: Restarts, reason: str, app: AppOutside) -> None:
    [anew] = await app.ask(
        "execution/start_anew", execution=row["id"], epoch=row["epoch"], again_in_seconds=AGAIN_SECONDS
    )
    for started in anew:
        await write_restart(row["id"], str(row["steps"]), restarts, reason, app)
        instance_id = execution_instance(started["id"], started["epoch"])
        await app.instances.start_unless_running(orchestrator_of(started["workflow"]), instance_id, request_of(started))


async def _rest(row: Mapping[str, Any], reason: str, restarts: Restarts, app: AppOutside) -> None:
    text = f"It was started {restarts.count + 1} times and came no further. It ended with: {reason}."
    notice = Notice(
        occasion=Occasion.EXECUTION_STUCK,
        app=app.settings.app,
        relay=row["relay"] or f"workflow {row['workflow']}",
        since=restarts.since,
        rounds=0,
        changes=0,
        last_error=f"Execution {row['id']} of workflow {row['workflow']}. {text}",
        act_url=f"{app.settings.public_url}/executions/{row['id']}",
    )
    [[beside]] = await app.ask("execution/rest_beside", execution=row["id"])
    if beside["resting"]:  # one trouble of one family, of which people know
        await app.ask("execution/rests", execution=row["id"], epoch=row["epoch"], error=text)
        return
    concerned = [channel.name for channel in app.settings.channels if channel.concerns(row["relay"])]
    mark = f"{row['epoch']}{int(row['id'].encode().hex(), 16) % 10**9}"
    await announce_telling(Telling(notice, notice.instance_id(mark), concerned), app)
    await app.ask("execution/rests", execution=row["id"], epoch=row["epoch"], error=text)


async def _end(row: Mapping[str, Any], reason: str, app: AppOutside) -> None:
    """End what has nothing to do any more; it finds that out by itself, if it cannot be ended."""
    try:
        await app.instances.terminate(execution_instance(row["id"], row["epoch"]), reason)
    except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
        _log.info("The orchestration of execution %s was not there to be ended", row["id"])


async def _forget_old_ones(app: AppOutside) -> None:
    """Purge some that ended long ago: first what Durable keeps of all their starts, then the row that names them."""
    [old] = await app.ask("execution/old", days=KEPT_DAYS, limit=MOST_AT_A_LOOK)
    for row in old:
        for epoch in range(max(row["first_epoch"], row["epoch"] - _MOST_STARTS + 1), row["epoch"] + 1):
            await app.instances.purge(execution_instance(row["id"], epoch))
        await app.ask("execution/forget", execution=row["id"])
