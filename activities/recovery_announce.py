"""Starts a notification: an orchestration of its own, because nobody waits for a channel."""

from typing import Any

import azure.durable_functions as df

from adapters import wiring
from relay.config import Settings
from relay.names import ANNOUNCE, NOTIFICATION, notification_instance
from relay.notices import Notice, Occasion

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=ANNOUNCE)
@blueprint.durable_client_input(client_name="client")
async def recovery_announce(request: dict, client: str) -> str:
    """The facts of a Notice -> the notification's instance id. The same notice is never started twice."""
    return await announce(request, wiring.settings(), client)


async def announce(request: dict[str, Any], settings: Settings, client: Any) -> str:
    """Start the notification unless it was started before; `client` is a durable client."""
    relay = request["relay"]
    notice = Notice(
        **{**request, "occasion": Occasion(request["occasion"])},
        app=settings.app,
        act_url=f"{settings.public_url}/relays/{relay}",
    )
    instance_id = notification_instance(settings.app, relay, notice.occasion, notice.since, notice.rounds)
    if not await client.get_status(instance_id):
        channels = [channel.name for channel in settings.channels if channel.concerns(relay)]
        await client.start_new(NOTIFICATION, instance_id, {"notice": notice.to_dict(), "channels": channels})
    return instance_id
