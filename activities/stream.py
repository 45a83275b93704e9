"""What the worker of a stream's shard does outside."""

import logging

import azure.durable_functions as df

import wiring
from services.streams import work
from workflows.streams.names import APPLY

blueprint = df.Blueprint()
_log = logging.getLogger(__name__)


@blueprint.activity_trigger(input_name="request", activity=APPLY)
def stream_apply(request: dict) -> dict:
    """{"app", "aggregate": name, "shard"} -> {"events", "wait_seconds" if any window stands}. What is applied is gone: it may run twice."""
    ours, app, name = wiring.settings().app, request["app"], request["aggregate"]
    stream = wiring.workflows().stream(name)
    if app == ours and stream is not None:
        return work(stream, request["shard"], wiring.tables(wiring.Line.BULK), wiring.clock())
    why = f"app {ours} has nothing to do for aggregate {name} of app {app}"
    _log.warning(
        "%s. Do two apps share a task hub, or has the aggregate left workflows.toml? docs/moving.md says more", why
    )
    return {"not_ours": why}
