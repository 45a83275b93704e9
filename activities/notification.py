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
    notice = Notice.from_dict(request["notice"])
    return notify(request["channel"], notice, request["id"], wiring.settings(), wiring.tables(), wiring.channels())
