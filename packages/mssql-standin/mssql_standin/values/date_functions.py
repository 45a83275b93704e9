"""Functions of dates and times as SQLite calls them back."""

import calendar
import datetime
from collections.abc import Callable
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.sql_types import DateTimeOffset, SqlType
from mssql_standin.values import temporal
from mssql_standin.values.conversion_rules import fitting
from mssql_standin.values.date_text import parse_moment
from mssql_standin.values.encoding import decode_offset, encode_offset
from mssql_standin.values.temporal import DAY, MINUTE
from mssql_standin.values.type_rules import DATETIME2


def _date_add(part: str, number: int | None, value: Any, type_name: str, scale: int) -> Any:
    if number is None or value is None:
        return None
    match type_name:
        case "date":
            return temporal.add(part, number, value * DAY) // DAY
        case "time":
            unit = temporal.add(part, number, DAY * 400_000 + value)
            return temporal.round_ticks(unit, scale) % DAY
        case "datetimeoffset":
            moment = decode_offset(value)
            local = temporal.add(part, number, moment.utc_ticks + moment.offset_minutes * MINUTE)
            shifted = temporal.round_ticks(local, scale) - moment.offset_minutes * MINUTE
            return encode_offset(DateTimeOffset(shifted, moment.offset_minutes))
    moved = temporal.add(part, number, value)
    return fitting(DATETIME2, SqlType(type_name, scale=scale))(moved)


def _combined(sign: int) -> Callable[..., Any]:
    """Return datetime + datetime or datetime - datetime: the second counts as the days since 1900 that it is."""

    def run(left: int | None, right: int | None, type_name: str) -> Any:
        if left is None or right is None:
            return None
        ticks = left + sign * (right - temporal.DAYS_TO_1900 * DAY)
        try:
            return fitting(DATETIME2, SqlType(type_name))(ticks)
        except SqlError:
            raise SqlError(
                8115, f"Arithmetic overflow error converting expression to data type {type_name}.", state=2
            ) from None

    return run


def _local(value: Any, type_name: str) -> tuple[int, int]:
    match type_name:
        case "date":
            return value * DAY, 0
        case "datetimeoffset":
            moment = decode_offset(value)
            return moment.utc_ticks + moment.offset_minutes * MINUTE, moment.offset_minutes
    return value, 0


def _through_local_ticks(value: Any, type_name: str, move: Callable[[int], int]) -> Any:
    """Return a value moved on its wall clock."""
    local, offset = _local(value, type_name)
    moved = move(local)
    match type_name:
        case "date":
            return moved // DAY
        case "datetimeoffset":
            return encode_offset(DateTimeOffset(moved - offset * MINUTE, offset))
    return moved


def _date_truncated(part: str, value: Any, type_name: str) -> Any:
    if value is None:
        return None
    return _through_local_ticks(value, type_name, lambda ticks: temporal.truncated(part, ticks))


def _date_bucket(part: str, width: int | None, value: Any, origin: Any, type_name: str) -> Any:
    if value is None or width is None:
        return None
    if width < 1:
        raise SqlError(
            9834, "Invalid bucket width value passed to date_bucket function. Only positive values are allowed."
        )
    default = 0 if type_name == "time" else temporal.DAYS_TO_1900 * DAY
    start = default if origin is None else _local(origin, type_name)[0]
    return _through_local_ticks(value, type_name, lambda ticks: temporal.bucket(part, width, ticks, start))


def _date_part(part: str, value: Any, type_name: str) -> int | None:
    if value is None:
        return None
    if part == "millisecond" and type_name == "datetime":
        value = temporal.to_milliseconds(value)
    return temporal.part_of(part, *_local(value, type_name))


def _date_name(part: str, value: Any, type_name: str) -> str | None:
    if part == "millisecond":
        number = _date_part(part, value, type_name)
        return None if number is None else str(number)
    return None if value is None else temporal.name_of(part, *_local(value, type_name))


def _date_difference(part: str, start: int | None, end: int | None, kind: int) -> int | None:
    if start is None or end is None:
        return None
    result = temporal.difference(part, start, end)
    if kind == 3 and not -(2**31) <= result < 2**31:
        raise SqlError(535, "The datediff function resulted in an overflow. The number of dateparts separating two date/time instances "
                            "is too large. Try to use datediff with a less precise datepart.")  # fmt: skip
    return result


def _utc_ticks(value: str | None) -> int | None:
    return None if value is None else decode_offset(value).utc_ticks


def _end_of_month(days: int | None, months: int | None) -> int | None:
    if days is None:
        return None
    first = temporal.add("month", months or 0, temporal.truncated("month", days * DAY)) // DAY
    month = datetime.date.fromordinal(first + 1)
    return first + calendar.monthrange(month.year, month.month)[1] - 1


def _offset_minutes(offset: int | str) -> int:
    moment = None
    if isinstance(offset, str):
        moment = parse_moment(f"00:00{offset}")
        offset = 999 if moment is None or moment.offset_minutes is None else moment.offset_minutes
    if abs(offset) > 14 * 60:
        raise SqlError(9812, "The timezone provided to builtin function is invalid.")
    return offset


def _switch_offset(value: str | None, offset: int | str | None) -> str | None:
    if value is None or offset is None:
        return None
    return encode_offset(DateTimeOffset(decode_offset(value).utc_ticks, _offset_minutes(offset)))


def _with_offset(value: int | None, offset: int | str | None) -> str | None:
    if value is None or offset is None:
        return None
    minutes = _offset_minutes(offset)
    return encode_offset(DateTimeOffset(value - minutes * MINUTE, minutes))


def _is_date(value: str | None) -> int:
    moment = None if value is None or not value.strip() else parse_moment(value)
    return int(moment is not None and moment.fraction_digits <= 3 and moment.days >= temporal.DAYS_TO_1753)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "date_add": (5, _date_add),
    "add_datetime": (3, _combined(1)),
    "subtract_datetime": (3, _combined(-1)),
    "date_part": (3, _date_part),
    "date_name": (3, _date_name),
    "date_difference": (4, _date_difference),
    "date_truncated": (3, _date_truncated),
    "date_bucket": (5, _date_bucket),
    "utc_ticks": (1, _utc_ticks),
    "end_of_month": (2, _end_of_month),
    "switch_offset": (2, _switch_offset),
    "with_offset": (2, _with_offset),
    "is_date": (1, _is_date),
}
