"""Points in time as texts: ISO 8601 in UTC with a Z."""

from datetime import UTC, datetime, timedelta

MIN = datetime(1, 1, 1, tzinfo=UTC)


def to_text(time: datetime) -> str:
    """Return the text of a time, to the microsecond."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def to_seconds_text(time: datetime) -> str:
    """Return the text of a time, to the second, as statuses show it."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def from_text(text: str) -> datetime:
    """Return the time of a text; one without an offset is UTC. Raise ValueError if it is none."""
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def after_seconds(time: datetime, seconds: float) -> datetime:
    """Return the time so many seconds later."""
    return time + timedelta(seconds=seconds)
