"""What the worker of a stream's shard does outside."""

import azure.durable_functions as df

import wiring
from activities.shell import not_ours
from services.streams import work
from workflows.streams.names import APPLY

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=APPLY)
def stream_apply(request: dict) -> dict:
    """{"app", "aggregate": name, "shard"} -> {"events", "wait_seconds" if any window stands}. What is applied is gone: it may run twice."""
    app, name = request["app"], request["aggregate"]
    stream = wiring.workflows().stream(name)
    if app == wiring.settings().app and stream is not None:
        return work(stream, request["shard"], wiring.tables(wiring.Line.BULK), wiring.clock())
    return not_ours(f"aggregate {name}", app, ", or has the aggregate left workflows.toml")
