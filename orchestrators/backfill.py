"""The backfill of one relay: page after page until all rows are sent. The truth is in SQL Server; this is the worker.

It ends a generation after some activities, and after every wait that an event may end, so that the history never grows.
"""

import azure.durable_functions as df

from orchestrators.flow import LONGEST_TIMER_SECONDS, NotOurs, Steps, TriedOften, fraction, retried, wait, whose
from relay.backfill.names import BACKFILL, PAGES
from relay.backfill.values import Pages
from relay.backfill.work import DOWN
from relay.backoff import interval_seconds
from relay.names import WAKE

ACTIVITIES_PER_GENERATION = 50

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
        try:
            pages = yield from _pages(context, relay)
        except NotOurs as error:
            return {"not_ours": str(error)}
        context.set_custom_status(pages.status())
        if pages.over:
            return dict(pages.progress)
        if pages.paused or pages.failed:
            down = interval_seconds(DOWN, step, fraction(context), asked_for_seconds=pages.asked_for_seconds)
            yield from wait(context, LONGEST_TIMER_SECONDS if pages.paused else down, wake=WAKE)
            context.continue_as_new({"relay": relay, "step": 0 if pages.paused else step + 1})
            return None
        step = 0
        yield from wait(context, pages.wait_seconds)
    context.continue_as_new({"relay": relay, "step": 0})
    return None


def _pages(context: df.DurableOrchestrationContext, relay: str) -> Steps:
    try:
        found = yield from retried(context, PAGES, whose(context, BACKFILL, relay))
    except TriedOften as error:
        return Pages(failed=str(error)[:500])
    return Pages.from_dict(found)
