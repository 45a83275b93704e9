"""Starts the notification of people, over a durable client that is handed in."""

from typing import Any

from relay.config import Settings
from relay.names import NOTIFICATION, notification_instance
from relay.notices import Notice, Occasion


async def announce(request: dict[str, Any], settings: Settings, client: Any) -> str:
    """Start the notification unless it was started before; `client` is a durable client.

    The request has the facts of a Notice, and may have a "mark" that tells apart two notices of one round.
    """
    relay = request["relay"]
    facts = {name: value for name, value in request.items() if name != "mark"}
    notice = Notice(
        **{**facts, "occasion": Occasion(request["occasion"])},
        app=settings.app,
        act_url=f"{settings.public_url}/relays/{relay}",
    )
    instance_id = notification_instance(
        settings.app, relay, notice.occasion, notice.since, notice.rounds, request.get("mark", "")
    )
    if not await client.get_status(instance_id):
        channels = [channel.name for channel in settings.channels if channel.concerns(relay)]
        await client.start_new(NOTIFICATION, instance_id, {"notice": notice.to_dict(), "channels": channels})
    return instance_id
