"""A heartbeat's names, its setting and its one decision."""

from collections.abc import Mapping

from relay.errors import ConfigError

HEARTBEAT = "heartbeat"
BEAT = "heartbeat_beat"


def tell_after(settings: Mapping[str, str]) -> int:
    """Return after how many beats people are told: the app setting HEARTBEAT_TELL_AFTER (3). Raises ConfigError."""
    text = settings.get("HEARTBEAT_TELL_AFTER", "3")
    if not text.isdigit() or int(text) < 1:
        raise ConfigError([f"HEARTBEAT_TELL_AFTER: {text!r} must be a whole number from 1; leave it out for 3"])
    return int(text)


def is_news(beats: int, after: int) -> bool:
    """Tell whether people are told of this beat."""
    return beats == after
