"""What the second pass of Newtonsoft.Json makes of text that it takes for a date, and dates on the host's clock."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from functions_standin.sql_trigger.failures import ClientError
from functions_standin.sql_trigger.values import TICKS_PER_SECOND, ExactDateTime, offset_text

_ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{1,7}))?"
    r"(?P<zone>[Zz]|(?P<sign>[+-])(?P<zone_hour>\d\d):?(?P<zone_minute>\d\d)?)?",
    re.ASCII,
)
_MICROSOFT = re.compile(r"/Date\((?P<ms>-?\d+)(?P<zone>[+-]\d{2}(?:\d{2})?)?\)/", re.ASCII)
_TICKS_TO_1970 = 621_355_968_000_000_000
_TICKS_OF_CALENDAR = 3_155_378_976_000_000_000
_OUT_OF_RANGE = "System.ArgumentOutOfRangeException"
_NO_SUCH_TICKS = "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks. (Parameter 'ticks')"
_NO_SUCH_DAY = "The added or subtracted value results in an un-representable DateTime. (Parameter 'value')"


def in_host_zone(local: ExactDateTime, offset: timedelta) -> str:
    """The moment on the host's clock; one that falls out of the calendar there is .NET's first or last moment."""
    try:
        utc = local.whole_seconds.replace(tzinfo=UTC) - offset
        here = _host_offset(utc)
        return str(ExactDateTime.of(utc + here, local.ticks)) + offset_text(here)
    except OverflowError:
        here = _host_offset(local.whole_seconds.replace(tzinfo=UTC))
        edge = ExactDateTime(1, 1, 1) if local.year == 1 else ExactDateTime(9999, 12, 31, 23, 59, 59, 9_999_999)
        return str(edge) + offset_text(here)


def _host_offset(moment: datetime) -> timedelta:
    """The host zone's distance from UTC in whole minutes, as .NET has it: what exceeds its standard time is cut."""
    try:
        offset = moment.astimezone().utcoffset() or timedelta()
    except (OverflowError, ValueError):
        offset = timedelta()
    standard = timedelta(seconds=-time.timezone)
    return standard + timedelta(minutes=int((offset - standard) / timedelta(minutes=1)))


def reread(text: str) -> str:
    """Return a string as it is after Newtonsoft.Json took it for a date, or unchanged if it looks like none."""
    read: Callable[[str], str | None]
    if text.startswith("/Date(") and text.endswith(")/"):
        read = _reread_microsoft
    elif 19 <= len(text) <= 40 and text[0].isdigit() and text[10] == "T":
        read = _reread_iso
    else:
        return text
    found = read(text)
    return text if found is None else found


def _reread_iso(text: str) -> str | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    try:
        day = datetime.fromisoformat(found["date"])
    except ValueError:
        return None
    ticks = int((found["fraction"] or "").ljust(7, "0"))
    hour, minute, second = (int(found[name]) for name in ("hour", "minute", "second"))
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute, second, ticks) != (0, 0, 0)):
        return None
    try:
        local = ExactDateTime.of(day + timedelta(hours=hour, minutes=minute, seconds=second), ticks)
    except OverflowError:
        raise ClientError(_OUT_OF_RANGE, _NO_SUCH_DAY) from None
    if found["zone"] is None:
        return str(local)
    if found["zone"] in "Zz":
        return str(local) + "Z"
    distance = timedelta(hours=int(found["zone_hour"]), minutes=int(found["zone_minute"] or 0))
    return in_host_zone(local, -distance if found["sign"] == "-" else distance)


def _reread_microsoft(text: str) -> str | None:
    found = _MICROSOFT.fullmatch(text)
    if found is None:
        return None
    if not -(1 << 63) <= int(found["ms"]) < 1 << 63:
        return None
    # The multiplication wraps around, as in .NET; what then lies outside of the calendar nothing catches.
    ticks = (int(found["ms"]) * 10_000 + _TICKS_TO_1970 + (1 << 63)) % (1 << 64) - (1 << 63)
    if not 0 <= ticks < _TICKS_OF_CALENDAR:
        raise ClientError(_OUT_OF_RANGE, _NO_SUCH_TICKS)
    seconds, rest = divmod(ticks, TICKS_PER_SECOND)
    moment = ExactDateTime.of(datetime(1, 1, 1) + timedelta(seconds=seconds), rest)  # noqa: DTZ001 - of no zone
    return in_host_zone(moment, timedelta()) if found["zone"] else str(moment) + "Z"
