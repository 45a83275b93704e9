"""One heartbeat of a relay, tried again until it is counted."""

import azure.durable_functions as df
from workflows.heartbeat.values import BEAT, HEARTBEAT

from orchestrators.flow import Steps, retried

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context", orchestration=HEARTBEAT)
def heartbeat(context: df.DurableOrchestrationContext) -> Steps:
    """Input: {"relay": name}; returns how many heartbeats there were."""
    return (yield from retried(context, BEAT, context.get_input()))
