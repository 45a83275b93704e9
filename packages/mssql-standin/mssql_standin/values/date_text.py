"""Dates and times read from text, as CAST and the styles of CONVERT read them (language us_english).

docs: "CAST and CONVERT" (date and time styles), "datetime" (string formats), "two digit year cutoff". A style says in which
order the numbers of a date stand. The older types (datetime, smalldatetime) are looser about it than date and datetime2.
"""

import datetime
import re
from dataclasses import dataclass
from enum import Enum

from mssql_standin.values import hijri
from mssql_standin.values.temporal import DAYS_TO_1900, SECOND

CUTOFF_YEAR = 2049  # the last year that two digits can mean, as a server is configured by default
_NAMES = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_NAME = rf"(?P<name>{_NAMES})\.?"
_ORDER_OF_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FRACTION = r"(?P<separator>[.:])(?P<fraction>\d{1,9})"
_CLOCK = rf"(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}})(?:{_FRACTION})?)?"
_MERIDIEM = r"(?:\s*(?P<meridiem>[ap]m))?"
_ZONE = r"(?P<zone>z|[+-]\d{2}:\d{2})"
_TIME = rf"(?:(?:t|\s+){_CLOCK}{_MERIDIEM}\s*{_ZONE}?)?"


class Shape(Enum):
    """How the numbers of a date are written."""

    YEAR_FIRST = r"(?P<year>\d{4})[-/.](?P<a>\d{1,2})[-/.](?P<b>\d{1,2})"
    DIGITS = r"(?P<digits>\d{8}|\d{6}|\d{4})"
    YEAR_LAST = r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<year>\d{4})"
    SHORT = r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{2})"
    MONTH_DAY_YEAR = rf"{_NAME}[\s-]*(?P<day>\d{{1,2}})(?:\s*,\s*|[\s-]+)(?P<year>\d{{4}}|\d{{2}})"
    DAY_MONTH_YEAR = rf"(?P<day>\d{{1,2}})[\s-]*{_NAME}[\s,-]*(?P<year>\d{{4}}|\d{{2}})"
    MONTH_YEAR = rf"{_NAME}[\s,-]*(?P<year>\d{{4}})"
    YEAR_MONTH_DAY = rf"(?P<year>\d{{4}})[\s,-]*{_NAME}[\s,-]*(?P<day>\d{{1,2}})?"
    CLOCK = rf"{_CLOCK}{_MERIDIEM}\s*{_ZONE}?"
    HOUR = r"(?P<hour>\d{1,2})\s*(?P<meridiem>[ap]m)"


_PATTERNS = [
    (shape, re.compile(shape.value + ("" if shape in (Shape.CLOCK, Shape.HOUR) else _TIME), re.ASCII | re.IGNORECASE))
    for shape in Shape
]


def _orders(**styles: str) -> dict[int, str]:
    """Return {style: order} from order="style style ..."."""
    return {int(style): order for order, listed in styles.items() for style in listed.split()}


_SHORT = _orders(mdy="0 1 10 22", ymd="2 11", dmy="3 4 5")  # the same for all types
_STRICT = {
    Shape.SHORT: _SHORT,
    Shape.YEAR_LAST: _orders(mdy="0 101 110", dmy="103 104 105 131"),
    Shape.YEAR_FIRST: _orders(ymd="0 20 21 23 25 102 111 120 121 126 127"),
}
_LOOSE = {
    Shape.SHORT: _SHORT,
    Shape.YEAR_LAST: _orders(mdy="0 20 21 101 102 110 111 120 121", dmy="103 104 105 130 131"),
    Shape.YEAR_FIRST: _orders(ymd="0 20 21 23 25 101 102 110 111 120 121 126 127", ydm="103 104 105 130 131"),
}
_STYLES_OF_NAMES_AND_CLOCKS = frozenset({6, 7, 8, 9, 12, 13, 14, 24, 100, *range(106, 110), *range(112, 115), 130})
HIJRI_STYLES = frozenset({130, 131})
STYLES = frozenset({*range(15), *range(20, 26), *range(100, 115), 120, 121, 126, 127, *HIJRI_STYLES})


class Fault(Enum):
    """Why a text is no date and time."""

    SYNTAX = "it is not written as one"
    RANGE = "there is no such one: a month 13, an hour 25"
    STYLE = "it does not follow the style"


class NoMomentError(Exception):
    """A text is no date and time."""

    def __init__(self, fault: Fault) -> None:
        """Keep why."""
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Moment:
    """What a date-time string says. `days` since 0001-01-01, `ticks` of the day."""

    days: int
    ticks: int
    offset_minutes: int | None
    fraction_digits: int


def parse_moment(text: str) -> Moment | None:
    """Return what a string says as a date and time without a style, None if it is none."""
    try:
        return read_moment(text, 0, loose=False)
    except NoMomentError:
        return None


def read_moment(text: str, style: int, *, loose: bool) -> Moment:
    """Return what a string says under a CONVERT style; `loose` as the older types read it. Raises NoMomentError."""
    text = text.strip()
    if not text:
        return Moment(DAYS_TO_1900, 0, None, 0)
    for shape, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            parts = {key: value for key, value in match.groupdict().items() if value is not None}
            return _moment(_days(shape, parts, style, loose), parts)
    raise NoMomentError(Fault.SYNTAX)


def _days(shape: Shape, parts: dict[str, str], style: int, loose: bool) -> int:
    if shape in (Shape.CLOCK, Shape.HOUR):
        return DAYS_TO_1900
    if "name" in parts:
        if style in HIJRI_STYLES or (loose and style == 127):
            raise NoMomentError(Fault.SYNTAX)
        month = _ORDER_OF_NAMES.index(parts["name"][:3].lower()) + 1
        return _day_number(_full_year(parts["year"]), month, int(parts.get("day", 1)), style)
    if shape is Shape.DIGITS:
        digits = parts["digits"]
        if len(digits) == 4:
            return _day_number(int(digits), 1, 1, style)
        return _day_number(_full_year(digits[:-4]), int(digits[-4:-2]), int(digits[-2:]), style)
    order = (_LOOSE if loose else _STRICT)[shape].get(style)
    if order is None:
        of_names = style in _STYLES_OF_NAMES_AND_CLOCKS and not loose
        raise NoMomentError(Fault.STYLE if of_names else Fault.SYNTAX)
    if shape is Shape.SHORT:
        found = dict(zip(order, (parts["a"], parts["b"], parts["c"]), strict=True))
    else:
        found = {"y": parts["year"], **dict(zip(order.replace("y", ""), (parts["a"], parts["b"]), strict=True))}
    return _day_number(_full_year(found["y"]), int(found["m"]), int(found["d"]), style)


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    century = CUTOFF_YEAR // 100 * 100
    return century + year if century + year <= CUTOFF_YEAR else century + year - 100


def _day_number(year: int, month: int, day: int, style: int) -> int:
    if style in HIJRI_STYLES:
        days = hijri.to_days(year, month, day)
        if days is None:
            raise NoMomentError(Fault.RANGE)
        return days
    try:
        return datetime.date(year, month, day).toordinal() - 1
    except ValueError:
        raise NoMomentError(Fault.RANGE) from None


def _moment(days: int, parts: dict[str, str]) -> Moment:
    hour, minute, second = (int(parts.get(key, 0)) for key in ("hour", "minute", "second"))
    if "meridiem" in parts:
        if not 1 <= hour <= 12:
            raise NoMomentError(Fault.RANGE)
        hour = hour % 12 + (12 if parts["meridiem"].lower() == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise NoMomentError(Fault.RANGE)
    fraction = parts.get("fraction", "")
    if parts.get("separator") == ":":  # after a colon come milliseconds, after a point a fraction
        if len(fraction) > 3:
            raise NoMomentError(Fault.SYNTAX)
        fraction = fraction.zfill(3)
    ticks = (hour * 3600 + minute * 60 + second) * SECOND + int(fraction.ljust(9, "0")[:7] or 0)
    return Moment(days, ticks, _offset(parts.get("zone")), len(fraction))


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    minutes = 0 if zone in "zZ" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[4:6]))
    if abs(minutes) > 14 * 60:
        raise NoMomentError(Fault.RANGE)
    return minutes
