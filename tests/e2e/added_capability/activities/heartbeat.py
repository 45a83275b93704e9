"""What a heartbeat does outside."""

import azure.durable_functions as df
from services.heartbeat import beat
from workflows.heartbeat.values import BEAT, tell_after

import wiring

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=BEAT)
@blueprint.durable_client_input(client_name="client")
async def heartbeat_beat(request: dict, client: str) -> int:
    """{"relay": name} -> how many heartbeats there were."""
    after = tell_after(wiring.app_settings())
    return await beat(request["relay"], after, wiring.app_outside(client))
