"""What a notification does outside."""

import azure.durable_functions as df

import wiring
from relay.notification.names import SEND_NOTICE
from relay.notification.notice import Notice
from services.notify import notify

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=SEND_NOTICE)
def send_notice(request: dict) -> dict:
    """{"notice": {...}, "channel": name, "id": text} -> {}, {"refused": why} or {"retry": why, "asked_for_seconds": seconds}."""
    channel = next((c for c in wiring.settings().channels if c.name == request["channel"]), None)
    if channel is None:  # taken out of relays.toml since, or of another app, which shares the task hub
        return {"refused": f"app {wiring.settings().app} has no channel {request['channel']}"}
    return notify(channel, Notice.from_dict(request["notice"]), request["id"], wiring.channels())
