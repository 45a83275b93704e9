"""Starts a relay's heartbeat over HTTP."""

import azure.durable_functions as df
import azure.functions as func
from workflows.heartbeat.values import HEARTBEAT

from triggers.http.answers import answer
from triggers.http.requests import RelayRequest, respond

blueprint = df.Blueprint()


@blueprint.route(route="relays/{name}/heartbeat", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def heartbeat_start(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/heartbeat: 202 with the id to follow it by."""
    return await respond(req, client, start_heartbeat)


async def start_heartbeat(request: RelayRequest) -> func.HttpResponse:
    """Start one more."""
    instance_id = await request.instances.start(HEARTBEAT, {"relay": request.relay.name})
    return answer({"id": instance_id}, 202)
