"""Dates and times made of numbers, as SQLite calls it back: DATEFROMPARTS and its like. Every one of them raises SqlError 289."""

import datetime
from collections.abc import Callable
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.sql_types import DateTimeOffset
from mssql_standin.values import temporal
from mssql_standin.values.encoding import encode_offset
from mssql_standin.values.temporal import DAY, MINUTE, SECOND


def _strict(type_name: str, make: Callable[..., Any]) -> Callable[..., Any]:
    """Return NULL if a part is NULL, and the error that names the type if a part is wrong."""

    def run(*parts: int | None) -> Any:
        if None in parts:
            return None
        try:
            return make(*parts)
        except (ValueError, OverflowError):
            raise SqlError(
                289,
                f"Cannot construct data type {type_name}, some of the arguments have values which are not valid.",
            ) from None

    return run


def _days(year: int, month: int, day: int) -> int:
    return datetime.date(year, month, day).toordinal() - 1


def _clock(hour: int, minute: int, second: int, fraction: int, precision: int) -> int:
    if not 0 <= fraction < 10**precision:
        raise ValueError
    whole = datetime.time(hour, minute, second)
    return (whole.hour * 3600 + whole.minute * 60 + whole.second) * SECOND + fraction * int(10 ** (7 - precision))


def _datetime2(year: int, month: int, day: int, *clock: int) -> int:
    return _days(year, month, day) * DAY + _clock(*clock)


def _datetime(*parts: int) -> int:
    ticks = temporal.round_datetime(_datetime2(*parts, 3))
    if ticks < temporal.DAYS_TO_1753 * DAY:
        raise ValueError
    return ticks


def _smalldatetime(year: int, month: int, day: int, hour: int, minute: int) -> int:
    days = _days(year, month, day)
    if not temporal.DAYS_TO_1900 <= days < temporal.DAYS_TO_JUNE_2079:
        raise ValueError
    return days * DAY + _clock(hour, minute, 0, 0, 0)


def _datetimeoffset(*parts: int) -> str:
    *local, hours, minutes, precision = parts
    if abs(hours) > 14 or abs(minutes) > 59 or hours * minutes < 0:
        raise ValueError
    offset = hours * 60 + minutes
    ticks = _datetime2(*local, precision) - offset * MINUTE
    if abs(offset) > 14 * 60 or not 0 <= ticks <= temporal.MAX_TICKS:
        raise ValueError
    return encode_offset(DateTimeOffset(ticks, offset))


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "date_from_parts": (3, _strict("date", _days)),
    "time_from_parts": (5, _strict("time", _clock)),
    "datetime_from_parts": (7, _strict("datetime", _datetime)),
    "datetime2_from_parts": (8, _strict("datetime2", _datetime2)),
    "smalldatetime_from_parts": (5, _strict("smalldatetime", _smalldatetime)),
    "datetimeoffset_from_parts": (10, _strict("datetimeoffset", _datetimeoffset)),
}
