"""What an aggregate's worker does outside."""

import logging

import azure.durable_functions as df

import wiring
from services.aggregates import recompute
from workflows.aggregates.names import RECOMPUTE

blueprint = df.Blueprint()
_log = logging.getLogger(__name__)


@blueprint.activity_trigger(input_name="request", activity=RECOMPUTE)
def aggregate_recompute(request: dict) -> dict:
    """{"app", "aggregate": name} -> {"groups", "wait_seconds" if some are dirty}. What is written is not computed again: it may run twice."""
    ours, app, name = wiring.settings().app, request["app"], request["aggregate"]
    if app == ours and wiring.workflows().aggregate(name):
        return recompute(wiring.aggregate(name, wiring.Line.BULK), wiring.clock())
    why = f"app {ours} has nothing to do for aggregate {name} of app {app}"
    _log.warning(
        "%s. Do two apps share a task hub, or has the aggregate left workflows.toml? docs/moving.md says more", why
    )
    return {"not_ours": why}
