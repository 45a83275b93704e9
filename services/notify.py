"""Sends a notice to one channel, once."""

import logging
from typing import Any

from relay.config.values import Channel, ChannelKind
from relay.delivery.outcomes import Delivered, Rejected
from relay.notification.bodies import body_for
from relay.notification.notice import Notice
from relay.ports import Channels

_log = logging.getLogger(__name__)


def notify(channel: Channel, notice: Notice, notice_id: str, channels: Channels) -> dict[str, Any]:
    """Send; return {}, {"refused": why} or {"retry": why, "asked_for_seconds": seconds or None}.

    A channel that refuses the notice for good is not asked again, but the log says so.
    """
    if channel.kind is ChannelKind.LOG:
        _log.error("%s. %s", notice.title, notice.text, extra={"action": "notice", **notice.to_dict()})
        return {}
    outcome = channels.send(channel, body_for(channel, notice), notice_id)
    match outcome:
        case Delivered():
            return {}
        case Rejected(status, _, problem):
            _log.error(
                "Channel %s refused the notice %r with %s: %s", channel.name, notice.title, status, problem[:500]
            )
            return {"refused": f"the channel answered {status}"}
    return {"retry": outcome.reason, "asked_for_seconds": outcome.after_seconds}
