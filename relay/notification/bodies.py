"""How each kind of channel wants to hear a notice."""

from typing import Any, Protocol

from relay.config.values import Channel, ChannelKind


class Told(Protocol):
    """What people are told or asked: a notice, or something else with the same parts."""

    @property
    def title(self) -> str:
        """Return one line."""

    @property
    def text(self) -> str:
        """Return what a person reads."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as a program reads it."""


def body_for(channel: Channel, notice: Told) -> dict[str, Any]:
    """Return the JSON that the channel's kind of receiver expects."""
    match channel.kind:
        case ChannelKind.WEBHOOK:  # Slack shows "text"; anything else finds every fact by name
            return {"title": notice.title, "text": f"{notice.title}\n{notice.text}", **notice.to_dict()}
        case ChannelKind.TEAMS:
            return _adaptive_card(notice)
        case ChannelKind.EMAIL:  # the form of SendGrid's /v3/mail/send
            return {
                "personalizations": [{"to": [{"email": address} for address in channel.to]}],
                "from": {"email": channel.sender},
                "subject": notice.title,
                "content": [{"type": "text/plain", "value": notice.text}],
            }
        case ChannelKind.LOG:
            return notice.to_dict()


def _adaptive_card(notice: Told) -> dict[str, Any]:
    """Return what a workflow of Teams takes ("When a Teams webhook request is received"): it answers 202 to anything, and shows this only."""
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "text": notice.title, "weight": "Bolder", "size": "Medium", "wrap": True},
            {"type": "TextBlock", "text": notice.text, "wrap": True},
        ],
    }
    content_type = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": content_type, "contentUrl": None, "content": card}]}
