"""Columns and their values as pyodbc gives them, and as it hands them to output converters.

Seen of pyodbc 5.5 over ODBC Driver 18. Converters are handed the driver's own bytes: structs of ODBC for date, time,
datetime2 and datetimeoffset, the server's bytes for the rest.
"""

import struct
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mssql_standin.results import Column
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.values.code_units import is_wide, to_cp1252, utf16

Value = Callable[[Any], Any]
Description = tuple[str, type, None, int, int, int, bool]
_FIRST_DAY = datetime(1, 1, 1)  # noqa: DTZ001 - these types know no zone
_TICKS_PER_DAY = 864_000_000_000
_DAYS_TO_1900 = 693_595
_FRACTIONAL_DEFAULT = 7
# type: the number that ODBC gives it, the Python type that pyodbc gives it, its size in digits or characters, its scale
_PLAIN: dict[str, tuple[int, type, int, int]] = {
    "bit": (-7, bool, 1, 0),
    "tinyint": (-6, int, 3, 0),
    "smallint": (5, int, 5, 0),
    "int": (4, int, 10, 0),
    "bigint": (-5, int, 19, 0),
    "decimal": (3, Decimal, 0, 0),
    "money": (3, Decimal, 19, 4),
    "smallmoney": (3, Decimal, 10, 4),
    "float": (6, float, 53, 0),
    "real": (7, float, 24, 0),
    "char": (1, str, 0, 0),
    "varchar": (12, str, 0, 0),
    "nchar": (-8, str, 0, 0),
    "nvarchar": (-9, str, 0, 0),
    "sysname": (-9, str, 128, 0),
    "binary": (-2, bytearray, 0, 0),
    "varbinary": (-3, bytearray, 0, 0),
    "date": (91, date, 10, 0),
    "time": (-154, time, 8, 0),
    "datetime": (93, datetime, 23, 3),
    "smalldatetime": (93, datetime, 16, 0),
    "datetime2": (93, datetime, 19, 0),
    "datetimeoffset": (-155, bytearray, 26, 0),
    "uniqueidentifier": (-11, str, 36, 0),
}
WITHOUT_A_VALUE = -155  # pyodbc has no type of Python's for datetimeoffset: it takes a converter


def odbc_type(kind: SqlType) -> int:
    """Return the number of a type for add_output_converter."""
    return _PLAIN[kind.name][0]


def description(column: Column) -> Description:
    """Return what a cursor says of a column."""
    _, python, size, scale = _PLAIN[column.type.name]
    kind = column.type
    if kind.name == "decimal":
        size, scale = kind.precision or 18, kind.scale or 0
    elif kind.length is not None and not size:
        size = 0 if kind.length == MAX else kind.length
    elif kind.name in {"time", "datetime2", "datetimeoffset"}:
        scale = _FRACTIONAL_DEFAULT if kind.scale is None else kind.scale
        size += scale + 1 if scale else 0
    elif not size:
        size = 1
    return column.name, python, None, size, size, scale, column.nullable


@lru_cache(maxsize=1000)
def value_of(kind: SqlType) -> Value | None:
    """Return what makes a value of Python's from one of the engine's; None if it is the same."""
    match kind.name:
        case "bit":
            return bool
        case "char" | "varchar" | "nchar" | "nvarchar" | "sysname":
            return _text
        case "uniqueidentifier":
            return lambda value: str(value).upper()
        case "time":
            return lambda value: _moment(value.ticks).time()
        case "datetime":  # 1/300 s, of which the driver makes milliseconds
            return lambda value: _moment((value.ticks + 5_000) // 10_000 * 10_000)
        case "smalldatetime" | "datetime2":
            return lambda value: _moment(value.ticks)
    return None


def _text(value: str) -> str:
    return utf16(value).decode("utf-16-le") if is_wide(value) else value


def _moment(ticks: int) -> datetime:
    return _FIRST_DAY + timedelta(microseconds=ticks // 10)


@lru_cache(maxsize=1000)
def bytes_of(kind: SqlType) -> Callable[[Any], bytes]:
    """Return what makes the driver's bytes of a value of the engine's."""
    match kind.name:
        case "bit" | "tinyint":
            return lambda value: bytes([value])
        case "smallint" | "int" | "bigint" | "float" | "real":
            return struct.Struct(
                {"smallint": "<h", "int": "<i", "bigint": "<q", "float": "<d", "real": "<f"}[kind.name]
            ).pack
        case "decimal":
            return lambda value: _numeric(value, kind)
        case "money":
            return lambda value: struct.pack("<iI", *divmod(_unscaled(value, 4), 2**32))
        case "smallmoney":
            return lambda value: struct.pack("<i", _unscaled(value, 4))
        case "char" | "varchar":
            return to_cp1252
        case "nchar" | "nvarchar" | "sysname":
            return utf16
        case "uniqueidentifier":
            return lambda value: bytes(value.bytes_le)
        case "date":
            return lambda value: struct.pack("<hHH", value.year, value.month, value.day)
        case "time":
            return lambda value: _clock(value.ticks, "<HHHxxI")
        case "datetime":
            return lambda value: struct.pack("<iI", *_since_1900(value.ticks, 300 * 60))
        case "smalldatetime":
            return lambda value: struct.pack("<HH", *_since_1900(value.ticks, 1))
        case "datetime2":
            return lambda value: _timestamp(value.ticks)
        case "datetimeoffset":
            return _timestamp_with_offset
    return bytes


def _numeric(value: Decimal, kind: SqlType) -> bytes:
    number = _unscaled(value, kind.scale or 0)
    return bytes([kind.precision or 18, kind.scale or 0, int(number >= 0)]) + abs(number).to_bytes(16, "little")


def _unscaled(value: Decimal, scale: int) -> int:
    sign, digits, exponent = value.as_tuple()
    number = int("".join(map(str, digits))) * int(10 ** (scale + int(exponent)))
    return -number if sign else number


def _clock(ticks: int, form: str) -> bytes:
    seconds, fraction = divmod(ticks, 10_000_000)
    return struct.pack(form, seconds // 3600, seconds // 60 % 60, seconds % 60, fraction * 100)


def _since_1900(ticks: int, parts_per_minute: int) -> tuple[int, int]:
    days, rest = divmod(ticks, _TICKS_PER_DAY)
    return days - _DAYS_TO_1900, (rest * parts_per_minute + 300_000_000) // 600_000_000


def _timestamp(ticks: int) -> bytes:
    days, rest = divmod(ticks, _TICKS_PER_DAY)
    day = date.fromordinal(days + 1)
    return struct.pack("<hHH", day.year, day.month, day.day) + _clock(rest, "<HHHI")


def _timestamp_with_offset(value: Any) -> bytes:
    minutes = value.offset_minutes
    sign = -1 if minutes < 0 else 1
    local = _timestamp(value.utc_ticks + minutes * 600_000_000)
    return local + struct.pack("<hh", sign * (abs(minutes) // 60), sign * (abs(minutes) % 60))
