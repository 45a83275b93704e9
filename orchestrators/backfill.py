"""The backfill of one relay: page after page until all rows are sent. The truth is in SQL Server; this is the worker.

It ends a generation after some activities, and after every wait that an event may end, so that the history never grows.
"""

from typing import Any

import azure.durable_functions as df

from orchestrators.waiting import LONGEST_TIMER_SECONDS, Steps, TriedOften, fraction, retried, wait
from relay.backoff import Backoff, interval_seconds
from relay.names import BACKFILL, BACKFILL_PAGES, WAKE

ACTIVITIES_PER_GENERATION = 50
QUICK_RETRIES = Backoff(first_interval_seconds=5, coefficient=3, max_interval_seconds=60)
QUICK_LIMIT = 4
DOWN = Backoff(first_interval_seconds=30, coefficient=2, max_interval_seconds=3600)

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context", orchestration=BACKFILL)
def backfill(context: df.DurableOrchestrationContext) -> Steps:
    """Send the rows of the relay named in the input: {"relay": name}."""
    return (yield from backfill_steps(context))


def backfill_steps(context: df.DurableOrchestrationContext) -> Steps:
    """One generation. Its input: relay, and from the second one on step, the number of waits in a row that brought nothing."""
    request = context.get_input()
    relay, step = request["relay"], request.get("step", 0)
    for _ in range(ACTIVITIES_PER_GENERATION):
        pages = yield from _pages(context, relay)
        context.set_custom_status(_status(pages))
        if pages["over"]:
            return pages["progress"]
        if pages["paused"] or pages["failed"]:
            down = interval_seconds(DOWN, step, fraction(context), asked_for_seconds=pages["asked_for_seconds"])
            yield from wait(context, LONGEST_TIMER_SECONDS if pages["paused"] else down, wake=WAKE)
            context.continue_as_new({"relay": relay, "step": 0 if pages["paused"] else step + 1})
            return None
        step = 0
        yield from wait(context, pages["wait_seconds"])
    context.continue_as_new({"relay": relay, "step": 0})
    return None


def _pages(context: df.DurableOrchestrationContext, relay: str) -> Steps:
    try:
        pages: dict[str, Any] = yield from retried(
            context, BACKFILL_PAGES, {"relay": relay}, QUICK_RETRIES, QUICK_LIMIT
        )
    except TriedOften as error:
        return {
            "progress": {},
            "over": False,
            "paused": False,
            "failed": str(error)[:500],
            "asked_for_seconds": None,
        }
    return pages


def _status(pages: dict[str, Any]) -> dict[str, Any]:
    """Return what an operator sees."""
    return {**pages["progress"], "waits_because": pages["failed"] or ("it is paused" if pages["paused"] else "")}
