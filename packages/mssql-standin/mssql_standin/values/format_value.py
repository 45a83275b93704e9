"""FORMAT as SQLite calls it back, from stored values."""

from collections.abc import Callable
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.values.encoding import decode_decimal, decode_offset, scaled
from mssql_standin.values.format_moments import format_moment, format_time
from mssql_standin.values.format_numbers import format_number
from mssql_standin.values.temporal import DAY, MINUTE, to_milliseconds


def _formatted(value: Any, type_name: str, scale: int, pattern: str | None, culture: str | None) -> str | None:
    if value is None or pattern is None:
        return None
    if culture is None or culture.lower() != "en-us":
        raise SqlError(40000, f"This is not supported by the stand-in: FORMAT with the culture '{culture}'.")
    match type_name:
        case "date":
            return format_moment(value * DAY, None, pattern)
        case "time":
            return format_time(value, pattern)
        case "datetime":
            return format_moment(to_milliseconds(value), None, pattern)
        case "datetime2" | "smalldatetime":
            return format_moment(value, None, pattern)
        case "datetimeoffset":
            moment = decode_offset(value)
            return format_moment(moment.utc_ticks + moment.offset_minutes * MINUTE, moment.offset_minutes, pattern)
        case "decimal" | "money" | "smallmoney":
            return format_number(scaled(decode_decimal(value), scale), type_name, pattern)
    return format_number(value, type_name, pattern)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {"formatted": (5, _formatted)}
