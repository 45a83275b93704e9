"""Sees that every mailing that runs has somebody who works at it."""

from functools import partial

from services.app_outside import AppOutside
from services.keep_running import keep_running
from services.seen_to import seen_to
from workflows.mailing.decisions import mailing_work

MOST_AT_A_LOOK = 50


async def look_after_mailings(app: AppOutside) -> None:
    """Look at those that are due the longest; one that cannot be looked after keeps no other waiting. Raises DatabaseError if nobody answers."""
    [running] = await app.ask("mailing/running", limit=MOST_AT_A_LOOK)
    for row in running:
        await seen_to(f"mailing {row['id']}", partial(keep_running, mailing_work(row, app.settings.app), app))


async def start_mailing(mailing_id: str, app: AppOutside) -> bool:
    """Start the worker of a mailing unless it runs; tell whether it was started."""
    work = mailing_work({"id": mailing_id, "slices": 0, "late_ms": 0}, app.settings.app)
    return await app.instances.start_unless_running(work.orchestration, work.instance_id, work.request)
