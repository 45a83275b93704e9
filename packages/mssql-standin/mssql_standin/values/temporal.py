"""Dates and times in days and 100 ns ticks since 0001-01-01: rounding, parts, arithmetic.

docs: "DATEADD", "DATEDIFF", "DATEPART". Their texts are read in date_text and written in date_styles.
"""

import datetime

from mssql_standin.results import SqlError

SECOND = 10_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
UNIX_EPOCH_TICKS = 719_162 * DAY
MAX_TICKS = 3_652_059 * DAY - 1
DAYS_TO_1900 = datetime.date(1900, 1, 1).toordinal() - 1
DAYS_TO_JUNE_2079 = datetime.date(2079, 6, 7).toordinal() - 1  # where smalldatetime's 65,536 days end
DAYS_TO_HIJRA = datetime.date(622, 7, 18).toordinal() - 1  # the first day of the Hijri calendar
DAYS_TO_1753 = datetime.date(1753, 1, 1).toordinal() - 1
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FULL_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December")  # fmt: skip


def round_ticks(ticks: int, scale: int) -> int:
    """Round ticks half up to `scale` digits of a second."""
    step = int(10 ** (7 - scale))
    return (ticks + step // 2) // step * step


def round_datetime(ticks: int) -> int:
    """Round to the 1/300 s of datetime."""
    days, rest = divmod(ticks, DAY)
    parts = (rest * 300 + SECOND // 2) // SECOND
    return days * DAY + (parts * SECOND + 150) // 300


def to_milliseconds(ticks: int) -> int:
    """Return the ticks of a datetime as it shows them: its 1/300 s are .000, .003 and .007."""
    return (ticks + 5000) // 10_000 * 10_000


def format_offset(minutes: int) -> str:
    """Return +hh:mm."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


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
    return _within_range(result)


def _within_range(ticks: int) -> int:
    if not 0 <= ticks <= MAX_TICKS:
        raise SqlError(517, "Adding a value to a 'datetime2' column caused an overflow.")
    return ticks


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


def truncated(part: str, ticks: int) -> int:
    """Return where the part that a time lies in begins. Raises SqlError 517 before the first Sunday of all."""
    day = _date(ticks)
    match part:
        case "year":
            return _start(day.year, 1)
        case "quarter":
            return _start(day.year, (day.month - 1) // 3 * 3 + 1)
        case "month":
            return _start(day.year, day.month)
        case "week":  # begins on Sunday, DATEFIRST 7; 0001-01-01 was a Monday
            result = ((ticks // DAY + 1) // 7 * 7 - 1) * DAY
            return _within_range(result)
        case "iso_week":
            return ticks // (7 * DAY) * 7 * DAY
    unit = _TICKS_OF[part]
    return ticks // unit * unit


def _start(year: int, month: int) -> int:
    return (datetime.date(year, month, 1).toordinal() - 1) * DAY


def bucket(part: str, width: int, ticks: int, origin: int) -> int:
    """Return where the bucket of `width` parts that a time lies in begins, counted from the origin. Raises SqlError 517."""
    if part in {"year", "quarter", "month"}:
        months = width * {"year": 12, "quarter": 3, "month": 1}[part]
        count = difference("month", origin, ticks) // months
        if add("month", count * months, origin) > ticks:
            count -= 1
        return add("month", count * months, origin)
    unit = width * (7 * DAY if part == "week" else _TICKS_OF[part])
    return _within_range(origin + (ticks - origin) // unit * unit)


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
