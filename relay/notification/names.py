"""The durable names of a notification."""

# Called by name across rooms; the names are part of running instances' history, so they stay.
NOTIFICATION = "notification"
NOTIFY_CHANNEL = "notify_channel"
SEND_NOTICE = "send_notice"


def notification_instance(app: str, relay: str, occasion: str, since: str, rounds: int, mark: str = "") -> str:
    """Return the id of a notification: the same notice is never started twice. `mark` tells apart those of one round."""
    parts = ["notification", app, relay.replace(" ", "-"), occasion, _digits(since), str(rounds)]
    return "-".join([*parts, _digits(mark)] if mark else parts)


def channel_instance(notice_id: str, channel: str) -> str:
    """Return the id of the orchestration that sends a notice to one channel."""
    return f"{notice_id}:{channel}"


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
