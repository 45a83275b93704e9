"""Points in time as texts: ISO 8601 in UTC, as .NET writes them, which counts in ticks of 100 ns."""

from datetime import UTC, datetime, timedelta

MIN = datetime(1, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)  # the smallest step that Python can make

_PLAIN_LENGTH = len("0001-01-01T00:00:00.000000")
_MIN_TEXT = "0001-01-01T00:00:00"  # the one time that has no zone


def to_text(time: datetime) -> str:
    """Return the text of a time in JSON.

    It has seven digits, as nearly all of .NET's have. Python's clock gives six; the last one is made of them, so that a
    time always has the same text, and is never 0, which .NET would leave out.
    """
    return _MIN_TEXT if time == MIN else f"{_plain(time)}{time.microsecond % 9 + 1}Z"


def to_offset_text(time: datetime) -> str:
    """Return the text of a time in JSON where .NET takes it for a local one, on a machine whose time zone is UTC."""
    return to_text(time).removesuffix("Z") + "+00:00"


def to_row_text(time: datetime) -> str:
    """Return the text of a time in a table row: seven digits."""
    return f"{_plain(time)}0Z"


def to_seconds_text(time: datetime) -> str:
    """Return the text of a time, to the second, as statuses show it."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def from_text(text: str) -> datetime:
    """Return the time of a text; one without an offset is UTC. Raise ValueError if it is none."""
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def after_seconds(time: datetime, seconds: float) -> datetime:
    """Return the time so many seconds later."""
    return time + timedelta(seconds=seconds)


def _plain(time: datetime) -> str:
    utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")[:_PLAIN_LENGTH]
