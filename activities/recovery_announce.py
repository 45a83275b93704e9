"""Starts a notification: an orchestration of its own, because nobody waits for a channel."""

import azure.durable_functions as df

from adapters import wiring
from adapters.announcing import announce
from relay.names import ANNOUNCE

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=ANNOUNCE)
@blueprint.durable_client_input(client_name="client")
async def recovery_announce(request: dict, client: str) -> str:
    """The facts of a Notice -> the notification's instance id. The same notice is never started twice."""
    return await announce(request, wiring.settings(), client)
