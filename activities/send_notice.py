"""Sends a notice to one channel, once."""

import logging
from typing import Any

import azure.durable_functions as df

from adapters import wiring
from adapters.http_channel import send
from relay.config import Channel, ChannelKind
from relay.delivery import Delivered, Rejected
from relay.names import SEND_NOTICE
from relay.notices import Notice, body_for

blueprint = df.Blueprint()
_log = logging.getLogger(__name__)


@blueprint.activity_trigger(input_name="request", activity=SEND_NOTICE)
def send_notice(request: dict) -> dict:
    """{"notice": {...}, "channel": name, "id": text} -> {}, {"refused": why} or {"retry": why, "asked_for_seconds": seconds}."""
    channel = next((c for c in wiring.settings().channels if c.name == request["channel"]), None)
    if channel is None:  # taken out of relays.toml since
        return {"refused": "there is no such channel any more"}
    return send_to(channel, Notice.from_dict(request["notice"]), request["id"])


def send_to(channel: Channel, notice: Notice, notice_id: str) -> dict[str, Any]:
    """Send; a channel that refuses the notice for good is not asked again, but the log says so."""
    if channel.kind is ChannelKind.LOG:
        _log.error("%s. %s", notice.title, notice.text, extra={"action": "notice", **notice.to_dict()})
        return {}
    outcome = send(channel, body_for(channel, notice), notice_id)
    match outcome:
        case Delivered():
            return {}
        case Rejected(status, _, problem):
            _log.error(
                "Channel %s refused the notice %r with %d: %s", channel.name, notice.title, status, problem[:500]
            )
            return {"refused": f"the channel answered {status}"}
    return {"retry": outcome.reason, "asked_for_seconds": outcome.after_seconds}
