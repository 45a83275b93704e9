"""Points in time as the language writes them: RFC 3339, with T and Z in capitals."""

import re
from datetime import UTC, datetime, timedelta

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)


def moment_in(text: str) -> datetime | None:
    """The point in time that a text says, or None."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    date, time, fraction, zone = found.groups()
    try:
        return datetime.fromisoformat(f"{date}T{time}.{(fraction or '0')[:6]:0<6}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def later(moment: datetime, seconds: float) -> datetime:
    """So many seconds later; the end of time if that is beyond it."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def text_of(moment: datetime) -> str:
    """A point in time in UTC, to the microsecond if it has any."""
    in_utc = moment.astimezone(UTC)
    if in_utc.microsecond % 1000:
        return in_utc.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return in_utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
