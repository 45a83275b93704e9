"""CAST and CONVERT between text and dates or times, with SQL Server's errors.

docs: "CAST and CONVERT" (date and time styles).
"""

from collections.abc import Callable
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.sql_types import DateTimeOffset, SqlType
from mssql_standin.values import date_order, temporal
from mssql_standin.values.date_styles import format_datetime, format_day, format_time, has_clock
from mssql_standin.values.date_text import STYLES, Fault, Moment, NoMomentError, read_moment
from mssql_standin.values.temporal import DAY, MINUTE, format_offset
from mssql_standin.values.type_rules import Family, family

_OLDER = frozenset({"datetime", "smalldatetime"})
_STYLES_WITHOUT_OFFSET = frozenset({8, 24, 108})  # the clock alone


def from_text(source: SqlType, target: SqlType, style: int) -> Callable[[str], Any]:
    """Return the function from a text to days, ticks or a DateTimeOffset that may still have too fine a fraction."""
    older = target.name in _OLDER

    def run(text: str) -> Any:
        if style == 0:
            date_order.check(text)
        if style not in STYLES:
            raise SqlError(
                9809, f"The style {style} is not supported for conversions from {source.name} to {target.name}."
            )
        try:
            moment = read_moment(text, style, loose=older)
        except NoMomentError as error:
            raise _refused(error.fault, style, source, target) from None
        if moment.fraction_digits > (3 if older else 7):
            raise _refused(Fault.SYNTAX, style, source, target)
        return _value(moment, source, target)

    return run


def _value(moment: Moment, source: SqlType, target: SqlType) -> Any:
    ticks = moment.days * DAY + moment.ticks
    match family(target):
        case Family.DATE:
            return moment.days
        case Family.TIME:
            return moment.ticks
        case Family.OFFSET:
            offset = moment.offset_minutes or 0
            return DateTimeOffset(ticks - offset * MINUTE, offset)
    if moment.offset_minutes is not None:
        if target.name == "smalldatetime":
            raise _not_a_moment()
        if target.name == "datetime":
            ticks -= moment.offset_minutes * MINUTE
    if target.name in _OLDER and moment.days < temporal.DAYS_TO_1753:
        raise _out_of_range(source, target)
    return ticks


def _refused(fault: Fault, style: int, source: SqlType, target: SqlType) -> SqlError:
    if fault is Fault.RANGE and target.name in _OLDER:
        return _out_of_range(source, target)
    if fault is Fault.STYLE:
        return SqlError(
            9807,
            f"The input character string does not follow style {style}, either change the input character string or use a "
            "different style.",
        )
    return _not_a_moment()


def _not_a_moment() -> SqlError:
    return SqlError(241, "Conversion failed when converting date and/or time from character string.")


def _out_of_range(source: SqlType, target: SqlType) -> SqlError:
    return SqlError(
        242,
        f"The conversion of a {source.name} data type to a {target.name} data type resulted in an out-of-range value.",
        state=3,
    )


def to_text(value: Any, source: SqlType, style: int | None) -> str:
    """Return a date or time in a style, or in its type's own if there is none. Raises SqlError 281."""
    scale = 7 if source.scale is None else source.scale
    match family(source):
        case Family.DATE:
            text = format_day(value, 23 if style is None else style)
        case Family.TIME:
            text = format_time(value, 121 if style is None else style, scale)
        case Family.OFFSET:
            text = _offset_text(value, 121 if style is None else style, scale)
        case _:
            default = 121 if source.name == "datetime2" else 0
            text = format_datetime(value, default if style is None else style, source.name, scale)
    if text is None:
        raise SqlError(
            281, f"{style} is not a valid style number when converting from {source.name} to a character string."
        )
    return text


def _offset_text(value: DateTimeOffset, style: int, scale: int) -> str | None:
    if style == 127:
        return f"{format_datetime(value.utc_ticks, style, 'datetimeoffset', scale)}Z"
    local = value.utc_ticks + value.offset_minutes * MINUTE
    text = format_datetime(local, style, "datetimeoffset", scale)
    if text is None or not has_clock(style) or style in _STYLES_WITHOUT_OFFSET:
        return text
    return text + ("" if style == 126 else " ") + format_offset(value.offset_minutes)
