"""How each kind of channel wants to hear a notice."""

from typing import Any

from relay.config.values import Channel, ChannelKind
from relay.notification.notice import Notice


def body_for(channel: Channel, notice: Notice) -> dict[str, Any]:
    """Return the JSON that the channel's kind of receiver expects."""
    match channel.kind:
        case ChannelKind.WEBHOOK:  # Teams and Slack show "text"; anything else finds every fact by name
            return {"title": notice.title, "text": f"{notice.title}\n{notice.text}", **notice.to_dict()}
        case ChannelKind.EMAIL:  # the form of SendGrid's /v3/mail/send
            return {
                "personalizations": [{"to": [{"email": address} for address in channel.to]}],
                "from": {"email": channel.sender},
                "subject": notice.title,
                "content": [{"type": "text/plain", "value": notice.text}],
            }
        case ChannelKind.LOG:
            return notice.to_dict()
