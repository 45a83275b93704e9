"""Sees that a piece of work which stands in SQL Server has an instance that does it: the same for every workflow."""

import logging

from relay.instances import Instance
from relay.notification.notice import News
from relay.notification.words import Occasion
from relay.work.decisions import Action, decide, is_stuck, pause_seconds
from relay.work.values import Work
from services.announce import announce
from services.app_outside import AppOutside
from services.restarts import restarts_of, why_it_ended, write_restart

_log = logging.getLogger(__name__)


async def keep_running(work: Work, app: AppOutside) -> Action:
    """Look at the instance, and do what the work needs; return what was done. Raises DatabaseError, and what the SDK raises."""
    return await keep_running_from(await app.instances.look(work.instance_id), work, app)


async def keep_running_from(found: Instance | None, work: Work, app: AppOutside) -> Action:
    """Do what the work needs whose instance was found like this; return what was done. Raises as `keep_running` does."""
    action = decide(work, found.status if found else None)
    match action:
        case Action.START:
            action = await _start(work, found, app)
        case Action.WAKE:
            await app.instances.wake(work.instance_id)
        case Action.REPLACE:
            await app.instances.terminate(work.instance_id, "late for half an hour; the watchdog starts it anew")
    if action not in {Action.NOTHING, Action.PAUSE}:
        _log.warning("Watchdog: %s of %s: %s", work.orchestration, work.relay, action.value)
    return action


async def _start(work: Work, found: Instance | None, app: AppOutside) -> Action:
    """Start the instance anew, ever less often as long as its work comes no further; from the third time on people are told."""
    restarts = await restarts_of(work.instance_id, work.mark, app)
    reason = why_it_ended(found)
    if is_stuck(work, restarts):
        text = (
            f"The {work.orchestration} was started {restarts.count} times and came no further. It ended with: {reason}."
        )
        await announce(
            News(occasion=Occasion.STUCK, relay=work.relay, since=restarts.since, last_error=text, mark=work.mark), app
        )
    if pause_seconds(restarts) > 0:
        return Action.PAUSE
    if not await app.instances.start_unless_running(work.orchestration, work.instance_id, work.request):
        return Action.NOTHING
    await write_restart(work.instance_id, work.mark, restarts, reason, app)
    return Action.START
