"""Dates and times written as text in the styles of CONVERT.

docs: "CAST and CONVERT" (date and time styles). datetime has three digits after a colon or point, the newer types as many as they are
declared with, after a point.
"""

import datetime
from collections.abc import Callable
from typing import NamedTuple

from mssql_standin.results import SqlError
from mssql_standin.values import hijri
from mssql_standin.values.temporal import DAY, HOUR, MINUTE, SECOND, to_milliseconds

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Written(NamedTuple):
    """A moment as the parts that styles are made of."""

    day: datetime.date
    clock: int
    fraction: str  # as it stands after a separator; empty if the type has none
    separator: str  # before the fraction where the clock is the default's: a colon for datetime

    @property
    def year(self) -> str:
        return f"{self.day.year:04d}"

    @property
    def short_year(self) -> str:
        return f"{self.day.year % 100:02d}"

    @property
    def month(self) -> str:
        return f"{self.day.month:02d}"

    @property
    def name(self) -> str:
        return _MONTHS[self.day.month - 1]

    @property
    def date(self) -> str:
        return f"{self.day.day:02d}"

    @property
    def seconds(self) -> str:
        """hh:mi:ss."""
        return format_clock(self.clock, 0)

    @property
    def exact(self) -> str:
        """hh:mi:ss and the fraction after the type's separator."""
        return self.seconds + (self.separator + self.fraction if self.fraction else "")

    @property
    def canonical(self) -> str:
        """hh:mi:ss and the fraction after a point."""
        return self.seconds + (f".{self.fraction}" if self.fraction else "")

    @property
    def twelve(self) -> str:
        """The hour of twelve, in two places."""
        return f"{(self.clock // HOUR + 11) % 12 + 1:2d}"

    @property
    def meridiem(self) -> str:
        return "PM" if self.clock >= 12 * HOUR else "AM"

    @property
    def minute(self) -> str:
        """hh:miAM."""
        return f"{self.twelve}:{self.clock // MINUTE % 60:02d}{self.meridiem}"

    @property
    def twelve_exact(self) -> str:
        """hh:mi:ss:mmmAM."""
        return f"{self.twelve}{self.exact[2:]}{self.meridiem}"

    @property
    def iso_clock(self) -> str:
        return self.canonical if self.clock % SECOND else self.seconds


def _hijri(moment: _Written, spelled: bool) -> str:
    found = hijri.from_days(moment.day.toordinal() - 1)
    if found is None:
        raise SqlError(8115, "Arithmetic overflow error converting expression to data type datetime.", state=2)
    year, month, day = found
    return f"{day:2d} {hijri.MONTHS[month - 1]} {year}" if spelled else f"{day:2d}/{month:02d}/{year}"


Writer = Callable[[_Written], str]
_YEAR_BY_STYLE: dict[int, Writer] = {  # the braces are where the year goes, with two digits or with four
    1: lambda m: f"{m.month}/{m.date}/{{}}",
    2: lambda m: f"{{}}.{m.month}.{m.date}",
    3: lambda m: f"{m.date}/{m.month}/{{}}",
    4: lambda m: f"{m.date}.{m.month}.{{}}",
    5: lambda m: f"{m.date}-{m.month}-{{}}",
    6: lambda m: f"{m.date} {m.name} {{}}",
    7: lambda m: f"{m.name} {m.date}, {{}}",
    10: lambda m: f"{m.month}-{m.date}-{{}}",
    11: lambda m: f"{{}}/{m.month}/{m.date}",
    12: lambda m: f"{{}}{m.month}{m.date}",
}


def _default_date(moment: _Written) -> str:
    return f"{moment.name} {moment.day.day:2d} {moment.year}"


def _iso_date(moment: _Written) -> str:
    return moment.day.isoformat()


def _short(write: Writer) -> Writer:
    return lambda moment: write(moment).format(moment.short_year)


def _long(write: Writer) -> Writer:
    return lambda moment: write(moment).format(moment.year)


# style: (the date, what stands between, the clock), a missing part is None
_PARTS: dict[int, tuple[Writer | None, str, Writer | None]] = {
    **{style: (_short(write), "", None) for style, write in _YEAR_BY_STYLE.items()},
    **{style + 100: (_long(write), "", None) for style, write in _YEAR_BY_STYLE.items()},
    **dict.fromkeys((0, 100), (_default_date, " ", lambda m: m.minute)),
    **dict.fromkeys((9, 109), (_default_date, " ", lambda m: m.twelve_exact)),
    **dict.fromkeys((13, 113), (lambda m: f"{m.date} {m.name} {m.year}", " ", lambda m: m.exact)),
    **dict.fromkeys((8, 24, 108), (None, "", lambda m: m.seconds)),
    **dict.fromkeys((14, 114), (None, "", lambda m: m.exact)),
    **dict.fromkeys((20, 120), (_iso_date, " ", lambda m: m.seconds)),
    **dict.fromkeys((21, 25, 121), (_iso_date, " ", lambda m: m.canonical)),
    22: (_short(_YEAR_BY_STYLE[1]), " ", lambda m: f"{m.twelve}{m.seconds[2:]} {m.meridiem}"),
    23: (_iso_date, "", None),
    **dict.fromkeys((126, 127), (_iso_date, "T", lambda m: m.iso_clock)),
    130: (lambda m: _hijri(m, spelled=True), " ", lambda m: m.twelve_exact),
    131: (lambda m: _hijri(m, spelled=False), " ", lambda m: m.twelve_exact),
}


def format_clock(ticks: int, digits: int) -> str:
    """Return hh:mm:ss with `digits` of a second, cut off."""
    seconds, fraction = divmod(ticks, SECOND)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return text + (f".{fraction:07d}"[: digits + 1] if digits else "")


def has_clock(style: int) -> bool:
    """Tell whether a style shows the time of day."""
    return style in _PARTS and _PARTS[style][2] is not None


def format_datetime(ticks: int, style: int, type_name: str, digits: int) -> str | None:
    """Return a date and time in a CONVERT style; None for a style that there is not."""
    if style not in _PARTS:
        return None
    date, between, clock = _PARTS[style]
    moment = _written(ticks, type_name, digits)
    return (date(moment) if date else "") + (between + clock(moment) if clock else "")


def format_day(days: int, style: int) -> str | None:
    """Return a date in a CONVERT style: its date part; None for a style that there is not. Raises SqlError 8114."""
    if style not in _PARTS or style in {14, 114}:
        return None
    date = _PARTS[style][0]
    if date is None:
        raise SqlError(8114, "Error converting data type date to varchar.", state=5)
    return date(_written(days * DAY, "date", 0))


def format_time(ticks: int, style: int, digits: int) -> str | None:
    """Return a time in a CONVERT style: its clock part; None for a style that there is not. Raises SqlError 8114."""
    if style not in _PARTS:
        return None
    clock = _PARTS[style][2]
    if clock is None:
        raise SqlError(8114, "Error converting data type time to varchar.", state=5)
    moment = _written(ticks, "time", digits)
    if style in {126, 127}:
        return moment.canonical
    text = clock(moment)
    return text.lstrip() if style in {0, 9, 100, 109} else text


def _written(ticks: int, type_name: str, digits: int) -> _Written:
    days, clock = divmod(ticks, DAY)
    if type_name == "datetime":
        clock, digits = to_milliseconds(clock), 3
    elif type_name == "smalldatetime":
        digits = 3
    fraction = f"{clock % SECOND:07d}"[:digits]
    older = type_name in {"datetime", "smalldatetime"}
    return _Written(datetime.date.fromordinal(days + 1), clock, fraction, ":" if older else ".")
