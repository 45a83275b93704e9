"""One shard of a stream: applies what waits, tells what is due, and sleeps until more is. The truth is in SQL Server; this is the worker.

It is started, and woken, by who posts events, else by the watchdog, which also sees that it has failed. What it tells it writes into a
table whose changes are relayed, so that it delivers nothing itself. A generation is one activity and one wait: an event that wakes it is
waited for once, and the history never grows.
"""

import azure.durable_functions as df

from orchestrators.flow import NotOurs, Steps, retried, wait
from relay.names import WAKE, app_of
from workflows.streams.names import APPLY, STREAM, worker_name

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context", orchestration=STREAM)
def stream(context: df.DurableOrchestrationContext) -> Steps:
    """Work at the shard named in the input: {"aggregate": name, "shard": number}."""
    return (yield from stream_steps(context))


def stream_steps(context: df.DurableOrchestrationContext) -> Steps:
    """One generation. Its input: aggregate, shard, and from the second one on events, how many were applied before."""
    request = context.get_input()
    name, shard, events = request["aggregate"], request["shard"], request.get("events", 0)
    app = app_of(context.instance_id, STREAM, worker_name(name, shard))
    try:
        done = yield from retried(context, APPLY, {"app": app, "aggregate": name, "shard": shard})
    except NotOurs as error:
        return {"not_ours": str(error)}
    events += done["events"]
    context.set_custom_status({"events": events})
    if "wait_seconds" not in done:
        return {"events": events}
    if done["wait_seconds"] > 0:
        yield from wait(context, done["wait_seconds"], wake=WAKE)
    context.continue_as_new({"aggregate": name, "shard": shard, "events": events})
    return None
