"""What an aggregate's worker does outside."""

import azure.durable_functions as df

import wiring
from activities.shell import not_ours
from services.aggregates import recompute
from workflows.aggregates.names import RECOMPUTE

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=RECOMPUTE)
def aggregate_recompute(request: dict) -> dict:
    """{"app", "aggregate": name} -> {"groups", "wait_seconds" if some are dirty}. What is written is not computed again: it may run twice."""
    app, name = request["app"], request["aggregate"]
    if app == wiring.settings().app and wiring.workflows().aggregate(name):
        return recompute(wiring.aggregate(name, wiring.Line.BULK), wiring.clock())
    return not_ours(f"aggregate {name}", app, ", or has the aggregate left workflows.toml")
