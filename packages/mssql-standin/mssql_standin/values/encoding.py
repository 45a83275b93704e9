"""How values lie in SQLite: forms that compare and sort there exactly as they do in SQL Server.

| family              | in SQLite                                                                              |
| ------------------- | -------------------------------------------------------------------------------------- |
| integers            | INTEGER                                                                                |
| decimal, money      | TEXT that sorts by value whatever the scale: sign, count of whole digits, all digits   |
| float, real         | REAL                                                                                   |
| text                | TEXT under a collation of this engine, halves of pairs as code_units keeps them        |
| binary              | BLOB                                                                                   |
| uniqueidentifier    | BLOB, bytes in SQL Server's order of comparison                                        |
| date                | INTEGER, days since 0001-01-01                                                         |
| time, datetime(2)   | INTEGER, ticks of 100 ns                                                               |
| datetimeoffset      | TEXT, 19 digits of UTC ticks, then the offset in minutes; the collation ignores the latter |

"Stored" means this form, "Python value" the form of sql_types.
"""

import datetime
import uuid
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from mssql_standin.sql_types import DateTime, DateTimeOffset, SqlType, Time
from mssql_standin.values.code_units import kept
from mssql_standin.values.type_rules import Family, family

EXACT = Context(prec=120, rounding=ROUND_HALF_UP)
_NINES = str.maketrans("0123456789", "9876543210")
_GUID_ORDER = (10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3)
_GUID_PLACES = tuple(_GUID_ORDER.index(place) for place in range(16))
_TICK_DIGITS = 19


def encode_decimal(value: Decimal) -> str:
    """Return the stored form of a decimal."""
    whole, _, fraction = format(value.copy_abs(), "f").partition(".")
    whole = whole.lstrip("0")
    body = f"{len(whole):02d}{whole}{fraction.rstrip('0')}"
    if value < 0:
        return "n" + body.translate(_NINES) + "~"
    return "p" + body


def decode_decimal(stored: str) -> Decimal:
    """Return the value of a stored decimal; its scale is whatever is needed."""
    negative = stored[0] == "n"
    body = stored[1:-1].translate(_NINES) if negative else stored[1:]
    end = 2 + int(body[:2])
    value = Decimal(f"{body[2:end] or '0'}.{body[end:] or '0'}")
    return value.copy_negate() if negative else value


def scaled(value: Decimal, scale: int, *, truncate: bool = False) -> Decimal:
    """Return the value with exactly `scale` digits after the point."""
    return value.quantize(Decimal(1).scaleb(-scale), ROUND_DOWN if truncate else ROUND_HALF_UP, EXACT)


def encode_guid(value: uuid.UUID) -> bytes:
    """Return the stored form of a uniqueidentifier."""
    raw = value.bytes_le
    return bytes(raw[place] for place in _GUID_ORDER)


def decode_guid(stored: bytes) -> uuid.UUID:
    """Return the value of a stored uniqueidentifier."""
    return uuid.UUID(bytes_le=bytes(stored[place] for place in _GUID_PLACES))


def encode_offset(value: DateTimeOffset) -> str:
    """Return the stored form of a datetimeoffset."""
    return f"{value.utc_ticks:0{_TICK_DIGITS}d}{value.offset_minutes:+05d}"


def decode_offset(stored: str) -> DateTimeOffset:
    """Return the value of a stored datetimeoffset."""
    return DateTimeOffset(int(stored[:_TICK_DIGITS]), int(stored[_TICK_DIGITS:]))


def compare_offsets(left: str, right: str) -> int:
    """Order stored datetimeoffsets by instant alone (a SQLite collation)."""
    a, b = left[:_TICK_DIGITS], right[:_TICK_DIGITS]
    return (a > b) - (a < b)


def _same(value: Any) -> Any:
    return value


def _encode_date(value: datetime.date) -> int:
    return value.toordinal() - 1


def _decode_date(stored: int) -> datetime.date:
    return datetime.date.fromordinal(stored + 1)


def _ticks(value: Time | DateTime) -> int:
    return value.ticks


_ENCODERS: dict[Family, Callable[[Any], Any]] = {
    Family.DECIMAL: encode_decimal,
    Family.GUID: encode_guid,
    Family.OFFSET: encode_offset,
    Family.DATE: _encode_date,
    Family.TIME: _ticks,
    Family.DATETIME: _ticks,
    Family.TEXT: kept,
}

_DECODERS: dict[Family, Callable[[Any], Any]] = {
    Family.GUID: decode_guid,
    Family.OFFSET: decode_offset,
    Family.DATE: _decode_date,
    Family.TIME: Time,
    Family.DATETIME: DateTime,
}


def encode(sql_type: SqlType, value: Any) -> Any:
    """Return the stored form of a Python value of a type."""
    if value is None:
        return None
    encoder = _ENCODERS.get(family(sql_type))
    return encoder(value) if encoder else value


def decoder(sql_type: SqlType) -> Callable[[Any], Any] | None:
    """Return what turns stored non-NULL values of a type into Python values; None if they are the same."""
    kind = family(sql_type)
    if kind is Family.DECIMAL:
        scale = 4 if sql_type.scale is None else sql_type.scale
        return lambda stored: scaled(decode_decimal(stored), scale)
    return _DECODERS.get(kind)


def decode(sql_type: SqlType, stored: Any) -> Any:
    """Return the Python value of a stored one."""
    if stored is None:
        return None
    return (decoder(sql_type) or _same)(stored)
