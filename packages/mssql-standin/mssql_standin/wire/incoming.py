"""Types and values that clients send: of parameters and of bulk loads. [MS-TDS] 2.2.5.4 to 2.2.5.6.

A type that SQL Server has and the stand-in has not is error 40000; what is no type at all is a ProtocolError.
"""

import datetime
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mssql_standin.parser.cursor import unsupported
from mssql_standin.sql_types import MAX, DateTime, DateTimeOffset, SqlType, Time
from mssql_standin.wire.packets import ProtocolError
from mssql_standin.wire.reading import Reader
from mssql_standin.wire.type_tokens import (
    CODE_PAGE,
    DAYS_TO_1900,
    FIXED_TOKENS,
    LONG_SIZE,
    PLP_NULL,
    PLP_UNKNOWN,
    TICKS_PER_DAY,
    ticks_per_unit,
)

_MARK = "\ufeff"  # the byte order mark that .NET puts before xml; SQL Server takes it off
_ABSENT = {
    0x62: "a value of type sql_variant",
    0xF0: "a value of a CLR type",
    0xF3: "a table-valued parameter",
    0xF4: "a value of type json",
    0xF5: "a value of type vector",
}
_VARIABLE = {0xE7: "nvarchar", 0xEF: "nchar", 0xA7: "varchar", 0xAF: "char", 0xA5: "varbinary", 0xAD: "binary"}
_SIZED = {
    0x26: {1: "tinyint", 2: "smallint", 4: "int", 8: "bigint"},
    0x68: {1: "bit"},
    0x6D: {4: "real", 8: "float"},
    0x6E: {4: "smallmoney", 8: "money"},
    0x6F: {4: "smalldatetime", 8: "datetime"},
    0x24: {16: "uniqueidentifier"},
}
_LONG = {0x63: "nvarchar", 0x23: "varchar", 0x22: "varbinary"}
_FRACTIONAL = {0x29: "time", 0x2A: "datetime2", 0x2B: "datetimeoffset"}
_FIXED = {
    token: (SqlType(name), struct.calcsize(f"<{form}")) for name, (token, form) in FIXED_TOKENS.items()
}  # token -> type, bytes


@dataclass(frozen=True, slots=True)
class IncomingType:
    """A type as it was sent, and how its values follow."""

    sql_type: SqlType
    read: Callable[[Reader], Any]  # consumes one value


def read_typed_value(reader: Reader) -> tuple[SqlType, Any]:
    """Return type and value of one RPC parameter. Raises SqlError 40000."""
    found = read_type(reader)
    return found.sql_type, found.read(reader)


def read_type(reader: Reader) -> IncomingType:
    """Consume a TYPE_INFO. Raises SqlError 40000."""
    token = reader.byte()
    if token in _FIXED:
        sql_type, size = _FIXED[token]
        return IncomingType(sql_type, lambda reader: _fixed_value(sql_type, reader.take(size)))
    if token in _SIZED:
        size = reader.byte()
        if size not in _SIZED[token]:
            names = ", ".join(_SIZED[token].values())
            raise ProtocolError(f"a value of one of {names} cannot have {size} bytes")
        return _short(SqlType(_SIZED[token][size]))
    if token in _VARIABLE:
        return _variable(reader, _VARIABLE[token])
    if token in _LONG:
        return _long(reader, _LONG[token])
    if token in _FRACTIONAL:
        scale = reader.byte()
        if scale > 7:
            raise ProtocolError(f"{_FRACTIONAL[token]} cannot have scale {scale}")
        return _short(SqlType(_FRACTIONAL[token], scale=scale))
    match token:
        case 0x1F:
            return IncomingType(SqlType("int"), lambda _: None)
        case 0x6A | 0x6C | 0x37 | 0x3F:
            reader.byte()
            return _short(SqlType("decimal", precision=reader.byte(), scale=reader.byte()))
        case 0x28:
            return _short(SqlType("date"))
        case 0xF1:
            if reader.byte():
                raise unsupported("a value of typed xml")
            return IncomingType(SqlType("nvarchar", MAX), _xml)
    if token in _ABSENT:
        raise unsupported(_ABSENT[token])
    raise ProtocolError(f"there is no type 0x{token:02X}")


def _short(kind: SqlType) -> IncomingType:
    def read(reader: Reader) -> Any:
        size = reader.byte()
        return None if size == 0 else _fixed_value(kind, reader.take(size))

    return IncomingType(kind, read)


def _fixed_value(kind: SqlType, content: bytes) -> Any:
    try:
        return _decode_fixed(kind, content)
    except (struct.error, ValueError, OverflowError) as error:
        raise ProtocolError(f"this is no value of type {kind.name}: {error}") from None


def _decode_fixed(kind: SqlType, content: bytes) -> Any:
    match kind.name:
        case "tinyint" | "bit":
            return content[0]
        case "smallint" | "int" | "bigint":
            return int.from_bytes(content, "little", signed=True)
        case "real":
            return struct.unpack("<f", content)[0]
        case "float":
            return struct.unpack("<d", content)[0]
        case "decimal":
            number = int.from_bytes(content[1:], "little")
            return _decimal(number if content[0] else -number, kind.scale or 0)
        case "money":
            high, low = struct.unpack("<iI", content)
            return _decimal((high << 32) + low, 4)
        case "smallmoney":
            return _decimal(struct.unpack("<i", content)[0], 4)
        case "uniqueidentifier":
            return uuid.UUID(bytes_le=content)
        case "date":
            return datetime.date.fromordinal(int.from_bytes(content, "little") + 1)
        case "time":
            return Time(_ticks(content, kind.scale))
        case "datetime2":
            return DateTime(_ticks(content[:-3], kind.scale) + _day_ticks(content[-3:]))
        case "datetimeoffset":
            return DateTimeOffset(
                _ticks(content[:-5], kind.scale) + _day_ticks(content[-5:-2]), struct.unpack("<h", content[-2:])[0]
            )
        case "datetime":
            days, parts = struct.unpack("<iI", content)
            return DateTime((days + DAYS_TO_1900) * TICKS_PER_DAY + (parts * 10_000_000 + 150) // 300)
        case _:  # smalldatetime
            days, minutes = struct.unpack("<HH", content)
            return DateTime((days + DAYS_TO_1900) * TICKS_PER_DAY + minutes * 600_000_000)


def _decimal(number: int, scale: int) -> Decimal:
    return Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -scale))


def _ticks(content: bytes, scale: int | None) -> int:
    return int.from_bytes(content, "little") * ticks_per_unit(scale)


def _day_ticks(content: bytes) -> int:
    return int.from_bytes(content, "little") * TICKS_PER_DAY


def _variable(reader: Reader, name: str) -> IncomingType:
    size = reader.unpack("H")
    if name.endswith("char"):
        reader.take(5)  # collation
    length = MAX if size == LONG_SIZE else size // 2 if name.startswith("n") else size
    kind = SqlType(name, length or 1)
    if size == LONG_SIZE:
        return IncomingType(kind, lambda reader: _text_or_bytes(name, _plp(reader)))

    def read(reader: Reader) -> Any:
        actual = reader.unpack("H")
        return None if actual == LONG_SIZE else _text_or_bytes(name, reader.take(actual))

    return IncomingType(kind, read)


def _plp(reader: Reader) -> bytes | None:
    total = reader.unpack("Q")
    if total == PLP_NULL:
        return None
    chunks = []
    while (size := reader.unpack("I")) != 0:
        chunks.append(reader.take(size))
    content = b"".join(chunks)
    if total not in {PLP_UNKNOWN, len(content)}:
        raise ProtocolError("a long value is not as long as it says")
    return content


def _long(reader: Reader, name: str) -> IncomingType:
    reader.unpack("I")
    if name != "varbinary":
        reader.take(5)

    def read(reader: Reader) -> Any:
        size = reader.unpack("i")
        return None if size < 0 else _text_or_bytes(name, reader.take(size))

    return IncomingType(SqlType(name, MAX), read)


def _xml(reader: Reader) -> Any:
    text = _text_or_bytes("nvarchar", _plp(reader))
    return text.removeprefix(_MARK) if text else text


def _text_or_bytes(name: str, content: bytes | None) -> Any:
    if content is None or name.endswith("binary"):
        return content
    return (
        content.decode("utf-16-le", "surrogatepass") if name.startswith("n") else content.decode(CODE_PAGE, "replace")
    )
