"""One aggregate: recomputes what is dirty, and ends when nothing is. The truth is in SQL Server; this is the worker.

It is started by who makes groups dirty, else by the watchdog, which also sees that it has failed, and tells people of what fails again and
again. What it computes it writes into a table whose changes are relayed, so that
it delivers nothing itself. A generation ends after some activities, so that the history never grows.
"""

import azure.durable_functions as df

from orchestrators.flow import NotOurs, Steps, retried, wait
from relay.names import app_of
from workflows.aggregates.names import AGGREGATE, RECOMPUTE

ACTIVITIES_PER_GENERATION = 20

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context", orchestration=AGGREGATE)
def aggregate(context: df.DurableOrchestrationContext) -> Steps:
    """Recompute the aggregate named in the input: {"aggregate": name}."""
    return (yield from aggregate_steps(context))


def aggregate_steps(context: df.DurableOrchestrationContext) -> Steps:
    """One generation. Its input: aggregate, and from the second one on groups, how many were recomputed before."""
    request = context.get_input()
    name, groups = request["aggregate"], request.get("groups", 0)
    told = {"app": app_of(context.instance_id, AGGREGATE, name), "aggregate": name}
    for _ in range(ACTIVITIES_PER_GENERATION):
        try:
            done = yield from retried(context, RECOMPUTE, told)
        except NotOurs as error:
            return {"not_ours": str(error)}
        groups += done["groups"]
        context.set_custom_status({"groups": groups})
        if "wait_seconds" not in done:
            return {"groups": groups}
        yield from wait(context, done["wait_seconds"])
    context.continue_as_new({"aggregate": name, "groups": groups})
    return None
