"""Sends a notice to one channel, and writes down what came of it."""

import logging
from typing import Any

from relay.config.values import Channel, ChannelKind, Settings
from relay.delivery.outcomes import Delivered, Rejected
from relay.notification.bodies import body_for
from relay.notification.decisions import NoticeState, Tried, tried
from relay.notification.notice import Notice
from relay.notification.words import Occasion
from relay.ports import Channels, Tables

_log = logging.getLogger(__name__)


def notify(
    channel_name: str, notice: Notice, notice_id: str, settings: Settings, tables: Tables, channels: Channels
) -> dict[str, Any]:
    """Send, unless the channel has it; return {}, {"refused": why} or {"retry": why, "asked_for_seconds": seconds}.

    Raises DatabaseError. What an older release has started stands nowhere, and is sent all the same.
    """
    found = tables.ask("notification/look", notice=notice_id, channel=channel_name)[0]
    known = found[0] if found else None
    if known and known["state"] != NoticeState.WAITING:
        return {} if known["state"] == NoticeState.TAKEN else {"refused": known["error"]}
    channel = next((each for each in settings.channels if each.name == channel_name), None)
    is_anothers = known is None and notice.app != settings.app  # of another app in the task hub
    if channel is None or is_anothers:
        answer: dict[str, Any] = {"refused": f"app {settings.app} has no channel {channel_name}"}
    else:
        answer = send(channel, notice, notice_id, channels)
    if known is None:
        return answer
    after = tried(known["tries"] + 1, answer)
    write_down(after, notice_id, channel_name, tables)
    if after.state is NoticeState.GIVEN_UP:
        _log.error("Channel %s never took the notice %r: %s", channel_name, notice.title, after.error)
    return after.answer()


def write_down(after: Tried, notice_id: str, channel: str, tables: Tables) -> None:
    """Write down what a try came to. Raises DatabaseError."""
    tables.ask(
        "notification/tried",
        notice=notice_id,
        channel=channel,
        tries=after.tries,
        state=after.state.value,
        error=after.error[:1000],
        next_in_ms=round(after.next_in_seconds * 1000),
    )


def send(channel: Channel, notice: Notice, notice_id: str, channels: Channels) -> dict[str, Any]:
    """Send once; return {}, {"refused": why} or {"retry": why, "asked_for_seconds": seconds or None}.

    A channel that refuses the notice for good is not asked again, but the log says so.
    """
    if channel.kind is ChannelKind.LOG:
        level = logging.INFO if notice.occasion is Occasion.RECOVERED else logging.ERROR
        _log.log(level, "%s. %s", notice.title, notice.text, extra={"action": "notice", **notice.to_dict()})
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
