"""Dates and times in days and 100 ns ticks since 0001-01-01: parsing, formatting, parts, arithmetic.

docs: "CAST and CONVERT" (date and time styles), "DATEADD", "DATEDIFF", "DATEPART".
"""

import datetime
import re
from dataclasses import dataclass

from mssql_standin.results import SqlError

SECOND = 10_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MAX_TICKS = 3_652_059 * DAY - 1
DAYS_TO_1900 = datetime.date(1900, 1, 1).toordinal() - 1
DAYS_TO_JUNE_2079 = datetime.date(2079, 6, 7).toordinal() - 1  # where smalldatetime's 65,536 days end
DAYS_TO_1753 = datetime.date(1753, 1, 1).toordinal() - 1
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FULL_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December")  # fmt: skip

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.:](?P<fraction>\d{1,9}))?)?"
_ZONE = r"(?P<zone>Z|[+-]\d{2}:\d{2})"
_DATES = (
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    r"(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})[-/.](?P<year>\d{4})",
    r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})",
    r"(?P<day>\d{1,2})\s+(?P<name>[A-Za-z]{3,9})\.?,?\s+(?P<year>\d{4})",
)
_MERIDIEM = r"(?:\s*(?P<meridiem>[AaPp][Mm]))?"
_PATTERNS = (
    *(re.compile(rf"{date}(?:(?:T|\s+){_CLOCK}{_MERIDIEM}\s*{_ZONE}?)?", re.ASCII) for date in _DATES),
    re.compile(rf"{_CLOCK}{_MERIDIEM}\s*{_ZONE}?", re.ASCII),
    re.compile(r"(?P<hour>\d{1,2})\s*(?P<meridiem>[AaPp][Mm])", re.ASCII),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a date-time string says. `days` since 0001-01-01, `ticks` of the day."""

    days: int
    ticks: int
    offset_minutes: int | None
    fraction_digits: int


def parse_moment(text: str) -> Moment | None:
    """Return what a string says as a date and time (language us_english), None if it is none."""
    text = text.strip()
    if not text:
        return Moment(DAYS_TO_1900, 0, None, 0)
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return _moment({key: value for key, value in match.groupdict().items() if value is not None})
    return None


def names_no_moment(text: str) -> bool:
    """Tell whether a string is written as a date and time but there is no such one: a month 13, an hour 25."""
    return parse_moment(text) is None and any(pattern.fullmatch(text.strip()) for pattern in _PATTERNS)


def _moment(parts: dict[str, str]) -> Moment | None:
    days = DAYS_TO_1900
    if "year" in parts:
        month = int(parts["month"]) if "month" in parts else _month_number(parts["name"])
        try:
            days = datetime.date(int(parts["year"]), month, int(parts["day"])).toordinal() - 1
        except ValueError:
            return None
    hour, minute, second = (int(parts.get(key, 0)) for key in ("hour", "minute", "second"))
    if "meridiem" in parts:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["meridiem"].lower() == "pm" else 0)
    fraction = parts.get("fraction", "")
    if hour > 23 or minute > 59 or second > 59:
        return None
    ticks = (hour * 3600 + minute * 60 + second) * SECOND + int(fraction.ljust(9, "0")[:7] or 0)
    offset = None
    if "zone" in parts:
        zone = parts["zone"]
        offset = 0 if zone == "Z" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[4:6]))
        if abs(offset) > 14 * 60:
            return None
    return Moment(days, ticks, offset, len(fraction))


def _month_number(name: str) -> int:
    for number, full in enumerate(_FULL_MONTHS, 1):
        if name.lower() in {full.lower(), full[:3].lower()}:
            return number
    return 0


def round_ticks(ticks: int, scale: int) -> int:
    """Round ticks half up to `scale` digits of a second."""
    step = int(10 ** (7 - scale))
    return (ticks + step // 2) // step * step


def round_datetime(ticks: int) -> int:
    """Round to the 1/300 s of datetime."""
    days, rest = divmod(ticks, DAY)
    parts = (rest * 300 + SECOND // 2) // SECOND
    return days * DAY + (parts * SECOND + 150) // 300


def format_date(days: int) -> str:
    """Return yyyy-mm-dd."""
    return datetime.date.fromordinal(days + 1).isoformat()


def format_clock(ticks: int, digits: int) -> str:
    """Return hh:mm:ss with `digits` of a second, cut off."""
    seconds, fraction = divmod(ticks, SECOND)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return text + (f".{fraction:07d}"[: digits + 1] if digits else "")


def format_offset(minutes: int) -> str:
    """Return +hh:mm."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _milliseconds(ticks: int) -> int:
    return (ticks % DAY + 5000) // 10_000


def format_datetime(ticks: int, style: int, type_name: str, digits: int) -> str | None:
    """Return a date and time in a CONVERT style; None for a style that the stand-in does not know."""
    days, clock = divmod(ticks, DAY)
    if type_name == "datetime":
        clock, digits = _milliseconds(ticks) * 10_000, 3
    day = datetime.date.fromordinal(days + 1)
    hour, minute = clock // HOUR, clock // MINUTE % 60
    twelve = f"{(hour + 11) % 12 + 1:2d}:{minute:02d}"
    meridiem = "PM" if hour >= 12 else "AM"
    match style:
        case 0 | 100:
            return f"{_MONTHS[day.month - 1]} {day.day:2d} {day.year} {twelve}{meridiem}"
        case 1 | 101:
            return f"{day.month:02d}/{day.day:02d}/{_year(day, style)}"
        case 2 | 102:
            return f"{_year(day, style)}.{day.month:02d}.{day.day:02d}"
        case 3 | 103:
            return f"{day.day:02d}/{day.month:02d}/{_year(day, style)}"
        case 4 | 104:
            return f"{day.day:02d}.{day.month:02d}.{_year(day, style)}"
        case 5 | 105:
            return f"{day.day:02d}-{day.month:02d}-{_year(day, style)}"
        case 8 | 24 | 108:
            return format_clock(clock, 0)
        case 11 | 111:
            return f"{_year(day, style)}/{day.month:02d}/{day.day:02d}"
        case 12 | 112:
            return f"{_year(day, style)}{day.month:02d}{day.day:02d}"
        case 14 | 114:
            return format_clock(clock, 0) + f":{clock % SECOND // 10_000:03d}"
        case 20 | 120:
            return f"{day.isoformat()} {format_clock(clock, 0)}"
        case 21 | 25 | 121:
            return f"{day.isoformat()} {format_clock(clock, digits)}"
        case 23:
            return day.isoformat()
        case 126 | 127:
            return f"{day.isoformat()}T{format_clock(clock, digits if clock % SECOND else 0)}"
    return None


_DAY_ONLY = {1, 2, 3, 4, 5, 11, 12, 101, 102, 103, 104, 105, 111, 112}
_ISO = {20, 21, 23, 25, 120, 121, 126, 127}


def format_day(days: int, style: int) -> str | None:
    """Return a date in a CONVERT style: its date part; None for a style that is unknown or all clock."""
    if style in _ISO:
        return format_date(days)
    if style in {0, 100}:
        return (format_datetime(days * DAY, 0, "date", 0) or "")[:11]
    return format_datetime(days * DAY, style, "date", 0) if style in _DAY_ONLY else None


def format_time(ticks: int, style: int, digits: int) -> str | None:
    """Return a time in a CONVERT style: its clock part; None for a style that is unknown or all date."""
    if style in {8, 20, 24, 108, 120}:
        return format_clock(ticks, 0)
    if style in {21, 25, 121, 126, 127}:
        return format_clock(ticks, digits)
    if style in {0, 100}:
        return (format_datetime(ticks, 0, "time", 0) or "")[12:].strip()
    return None


def _year(day: datetime.date, style: int) -> str:
    return f"{day.year:04d}" if style > 100 else f"{day.year % 100:02d}"


DATE_PARTS = {
    name: part
    for part, names in {
        "year": "year yy yyyy",
        "quarter": "quarter qq q",
        "month": "month mm m",
        "dayofyear": "dayofyear dy y",
        "day": "day dd d",
        "week": "week wk ww",
        "iso_week": "iso_week isowk isoww",
        "weekday": "weekday dw w",
        "hour": "hour hh",
        "minute": "minute mi n",
        "second": "second ss s",
        "millisecond": "millisecond ms",
        "microsecond": "microsecond mcs",
        "nanosecond": "nanosecond ns",
        "tzoffset": "tzoffset tz",
    }.items()
    for name in names.split()
}
_TICKS_OF = {
    "day": DAY,
    "dayofyear": DAY,
    "weekday": DAY,
    "hour": HOUR,
    "minute": MINUTE,
    "second": SECOND,
    "millisecond": SECOND // 1000,
    "microsecond": 10,
}


def add(part: str, number: int, ticks: int) -> int:
    """Return `ticks` moved by `number` parts; the day is cut to the month's end. Raises SqlError 517."""
    if part in {"year", "quarter", "month"}:
        months = number * {"year": 12, "quarter": 3, "month": 1}[part]
        result = _add_months(ticks, months)
    elif part == "nanosecond":
        result = ticks + (abs(number) + 50) // 100 * (1 if number >= 0 else -1)
    elif part == "week":
        result = ticks + number * 7 * DAY
    else:
        result = ticks + number * _TICKS_OF[part]
    if not 0 <= result <= MAX_TICKS:
        raise SqlError(517, "Adding a value to a 'datetime2' column caused an overflow.")
    return result


def _add_months(ticks: int, months: int) -> int:
    days, clock = divmod(ticks, DAY)
    day = datetime.date.fromordinal(days + 1)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return -1
    first_of_next = datetime.date(year + month // 11, (month + 1) % 12 + 1, 1) if (year, month) != (9999, 11) else None
    last = 31 if first_of_next is None else (first_of_next - datetime.timedelta(1)).day
    return (datetime.date(year, month + 1, min(day.day, last)).toordinal() - 1) * DAY + clock


def difference(part: str, start: int, end: int) -> int:
    """Return how many boundaries of a part lie between two times, in ticks."""
    if part in {"year", "quarter", "month"}:
        a, b = _date(start), _date(end)
        if part == "year":
            return b.year - a.year
        months = (b.year * 12 + b.month - 1, a.year * 12 + a.month - 1)
        return months[0] - months[1] if part == "month" else months[0] // 3 - months[1] // 3
    if part == "week":  # weeks begin on Sunday whatever DATEFIRST says; 0001-01-01 was a Monday
        return (end // DAY + 1) // 7 - (start // DAY + 1) // 7
    if part == "nanosecond":
        return (end - start) * 100
    unit = _TICKS_OF[part]
    return end // unit - start // unit


def part_of(part: str, ticks: int, offset_minutes: int) -> int:
    """Return one part of a time given in local ticks."""
    day = _date(ticks)
    clock = ticks % DAY
    match part:
        case "year":
            return day.year
        case "quarter":
            return (day.month + 2) // 3
        case "month":
            return day.month
        case "dayofyear":
            return day.timetuple().tm_yday
        case "day":
            return day.day
        case "week":
            return (day.timetuple().tm_yday - 1 + (datetime.date(day.year, 1, 1).weekday() + 1) % 7) // 7 + 1
        case "iso_week":
            return day.isocalendar().week
        case "weekday":  # DATEFIRST 7, the default of us_english
            return (day.weekday() + 1) % 7 + 1
        case "hour":
            return clock // HOUR
        case "minute":
            return clock // MINUTE % 60
        case "second":
            return clock // SECOND % 60
        case "millisecond":
            return clock % SECOND // 10_000
        case "microsecond":
            return clock % SECOND // 10
        case "nanosecond":
            return clock % SECOND * 100
    return offset_minutes


def name_of(part: str, ticks: int, offset_minutes: int) -> str:
    """Return one part of a time as DATENAME spells it."""
    if part == "month":
        return _FULL_MONTHS[_date(ticks).month - 1]
    if part == "weekday":
        return _WEEKDAYS[_date(ticks).weekday()]
    if part == "tzoffset":
        return format_offset(offset_minutes)
    return str(part_of(part, ticks, offset_minutes))


def _date(ticks: int) -> datetime.date:
    return datetime.date.fromordinal(ticks // DAY + 1)
