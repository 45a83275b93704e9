"""Types and values that go to clients. [MS-TDS] 2.2.5.4 to 2.2.5.6.

A column of a fixed-length type that cannot be NULL has a token of its own and values without a length byte: clients
choose the form of a row by the nullable flag, not by the token.
"""

import struct
import uuid
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.values.code_units import utf16
from mssql_standin.wire.type_tokens import (
    CODE_PAGE,
    COLLATION,
    DAYS_TO_1900,
    FIXED_TOKENS,
    LONG_SIZE,
    PLP_NULL,
    TICKS_PER_DAY,
    ticks_per_unit,
)

Encoder = Callable[[Any], bytes]
_KEPT = 1000  # types whose answers are kept
_NULLABLE_TOKENS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), 0x26),
    "bit": 0x68,
    **dict.fromkeys(("real", "float"), 0x6D),
    **dict.fromkeys(("smallmoney", "money"), 0x6E),
    **dict.fromkeys(("smalldatetime", "datetime"), 0x6F),
}
_TEXT_TOKENS = {"nvarchar": 0xE7, "nchar": 0xEF, "varchar": 0xA7, "char": 0xAF}
_BINARY_TOKENS = {"varbinary": 0xA5, "binary": 0xAD}
_TEMPORAL_TOKENS = {"time": 0x29, "datetime2": 0x2A, "datetimeoffset": 0x2B}
_SAME_ON_THE_WIRE = {
    "sysname": SqlType("nvarchar", 128),
    "ntext": SqlType("nvarchar", MAX),
    "text": SqlType("varchar", MAX),
    "xml": SqlType("nvarchar", MAX),
    "image": SqlType("varbinary", MAX),
    "rowversion": SqlType("binary", 8),
    "timestamp": SqlType("binary", 8),
}
_LONG_NULL = struct.pack("<Q", PLP_NULL)
_SIZED_NULL = struct.pack("<H", LONG_SIZE)


def _on_the_wire(kind: SqlType) -> SqlType:
    if kind.name == "numeric":
        return SqlType("decimal", None, kind.precision, kind.scale)
    return _SAME_ON_THE_WIRE.get(kind.name, kind)


@lru_cache(_KEPT)
def type_info(kind: SqlType, *, nullable: bool = True) -> bytes:
    """Return the TYPE_INFO of a column or parameter."""
    kind = _on_the_wire(kind)
    name = kind.name
    if name in FIXED_TOKENS:
        token, form = FIXED_TOKENS[name]
        return bytes([_NULLABLE_TOKENS[name], struct.calcsize("<" + form)]) if nullable else bytes([token])
    if name == "decimal":
        return bytes([0x6A, 17, _or(kind.precision, 18), _or(kind.scale, 0)])
    if name == "uniqueidentifier":
        return b"\x24\x10"
    if name == "date":
        return b"\x28"
    if name in _TEMPORAL_TOKENS:
        return bytes([_TEMPORAL_TOKENS[name], _or(kind.scale, 7)])
    if name in _TEXT_TOKENS:
        unit = 2 if name.startswith("n") else 1
        return struct.pack("<BH", _TEXT_TOKENS[name], _size(kind, unit)) + COLLATION
    if name in _BINARY_TOKENS:
        return struct.pack("<BH", _BINARY_TOKENS[name], _size(kind, 1))
    raise ValueError(f"the wire knows no type {name}")


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _size(kind: SqlType, unit: int) -> int:
    return LONG_SIZE if kind.length == MAX else _or(kind.length, 1) * unit


@lru_cache(_KEPT)
def encoder(kind: SqlType, *, nullable: bool = True) -> Encoder:
    """Return what turns Python values of a type into the bytes that a row carries."""
    kind = _on_the_wire(kind)
    if kind.name in _TEXT_TOKENS or kind.name in _BINARY_TOKENS:
        return _variable(kind)
    fixed = _fixed(kind)
    if kind.name in FIXED_TOKENS:
        if not nullable:
            return fixed
        head = bytes([struct.calcsize("<" + FIXED_TOKENS[kind.name][1])])
        return lambda value: b"\0" if value is None else head + fixed(value)
    return lambda value: b"\0" if value is None else _counted(fixed(value))


def _counted(content: bytes) -> bytes:
    return len(content).to_bytes(1, "little") + content


def _variable(kind: SqlType) -> Encoder:
    content = _content(kind.name)
    pack = struct.Struct("<H").pack

    def short(value: Any) -> bytes:
        if value is None:
            return _SIZED_NULL
        raw = content(value)
        return pack(len(raw)) + raw

    def long(value: Any) -> bytes:
        if value is None:
            return _LONG_NULL
        raw = content(value)
        chunk = struct.pack("<I", len(raw)) + raw if raw else b""
        return struct.pack("<Q", len(raw)) + chunk + b"\0\0\0\0"

    return long if kind.length == MAX else short


def _content(name: str) -> Encoder:
    if name in _BINARY_TOKENS:
        return bytes
    if name.startswith("n"):
        return utf16
    return lambda value: value.encode(CODE_PAGE, "replace")


def _fixed(kind: SqlType) -> Encoder:
    """Return the encoder of values that are not NULL, without their length."""
    pack = struct.Struct("<" + FIXED_TOKENS[kind.name][1]).pack if kind.name in FIXED_TOKENS else None
    scale = _or(kind.scale, 0 if kind.name == "decimal" else 7)
    match kind.name:
        case "bit":
            return lambda value: b"\x01" if value else b"\x00"
        case "decimal":
            return lambda value: _decimal(value, scale)
        case "money":
            return lambda value: _halves(_scaled(value, 4))
        case "smallmoney":
            return lambda value: struct.pack("<i", _scaled(value, 4))
        case "uniqueidentifier":
            return lambda value: uuid.UUID(str(value)).bytes_le
        case "date":
            return lambda value: _day(value.toordinal() - 1)
        case "time":
            return lambda value: _clock(value.ticks, scale)
        case "datetime2":
            return lambda value: _moment(value.ticks, scale)
        case "datetimeoffset":
            return lambda value: _moment(value.utc_ticks, scale) + struct.pack("<h", value.offset_minutes)
        case "datetime":
            return lambda value: _datetime(value.ticks)
        case "smalldatetime":
            return lambda value: _minutes(value.ticks)
    if pack is None:
        raise ValueError(f"the wire knows no type {kind.name}")
    return pack


def _decimal(value: Decimal, scale: int) -> bytes:
    scaled = _scaled(value, scale)
    return (b"\x01" if scaled >= 0 else b"\x00") + abs(scaled).to_bytes(16, "little")


def _scaled(value: Decimal, scale: int) -> int:
    """Return value * 10**scale without passing through the decimal context's precision."""
    sign, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("NaN and infinity are no decimals")
    number = int("".join(map(str, digits)) or "0")
    shift = exponent + scale
    number = number * int(10**shift) if shift >= 0 else number // int(10**-shift)
    return -number if sign else number


def _halves(scaled: int) -> bytes:
    return struct.pack("<iI", scaled >> 32, scaled & 0xFFFFFFFF)


def _clock(ticks: int, scale: int) -> bytes:
    size = 3 if scale <= 2 else 4 if scale <= 4 else 5
    return (ticks // ticks_per_unit(scale)).to_bytes(size, "little")


def _day(days: int) -> bytes:
    return days.to_bytes(3, "little")


def _moment(ticks: int, scale: int) -> bytes:
    days, rest = divmod(ticks, TICKS_PER_DAY)
    return _clock(rest, scale) + _day(days)


def _datetime(ticks: int) -> bytes:
    days, rest = divmod(ticks, TICKS_PER_DAY)
    return struct.pack("<iI", days - DAYS_TO_1900, (rest * 300 + 5_000_000) // 10_000_000)


def _minutes(ticks: int) -> bytes:
    days, rest = divmod(ticks, TICKS_PER_DAY)
    return struct.pack("<HH", days - DAYS_TO_1900, rest // 600_000_000)
