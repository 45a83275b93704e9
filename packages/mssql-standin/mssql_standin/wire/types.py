"""Types and values on the wire, both ways. [MS-TDS] 2.2.5.4 to 2.2.5.6.

Sent are the nullable forms only, which every driver takes; received is what drivers send.
"""

import datetime
import struct
import uuid
from decimal import Decimal
from typing import Any

from mssql_standin.sql_types import MAX, DateTime, DateTimeOffset, SqlType, Time
from mssql_standin.values.code_units import utf16
from mssql_standin.wire.packets import ProtocolError
from mssql_standin.wire.reading import Reader

COLLATION = bytes.fromhex("0904d00034")  # SQL_Latin1_General_CP1_CI_AS
_CODE_PAGE = "cp1252"
_TICKS_PER_DAY = 864_000_000_000
_DAYS_TO_1900 = datetime.date(1900, 1, 1).toordinal() - 1
_PLP_NULL, _PLP_UNKNOWN = 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFE
_MAX_SIZE = 0xFFFF

_INTEGER_BYTES = {"tinyint": 1, "smallint": 2, "int": 4, "bigint": 8}
_MONEY_BYTES = {"smallmoney": 4, "money": 8}
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
    "numeric": SqlType("decimal"),
}


# Sending


def _on_the_wire(kind: SqlType) -> SqlType:
    if kind.name == "numeric":
        return SqlType("decimal", None, kind.precision, kind.scale)
    return _SAME_ON_THE_WIRE.get(kind.name, kind)


def type_info(kind: SqlType) -> bytes:
    """Return the TYPE_INFO of a column or parameter."""
    kind = _on_the_wire(kind)
    name = kind.name
    if name in _INTEGER_BYTES:
        return bytes([0x26, _INTEGER_BYTES[name]])
    if name == "bit":
        return b"\x68\x01"
    if name in {"float", "real"}:
        return bytes([0x6D, 4 if name == "real" else 8])
    if name == "decimal":
        return bytes([0x6A, 17, _or(kind.precision, 18), _or(kind.scale, 0)])
    if name in _MONEY_BYTES:
        return bytes([0x6E, _MONEY_BYTES[name]])
    if name == "uniqueidentifier":
        return b"\x24\x10"
    if name == "date":
        return b"\x28"
    if name in _TEMPORAL_TOKENS:
        return bytes([_TEMPORAL_TOKENS[name], _or(kind.scale, 7)])
    if name in {"datetime", "smalldatetime"}:
        return bytes([0x6F, 8 if name == "datetime" else 4])
    if name in _TEXT_TOKENS:
        unit = 2 if name.startswith("n") else 1
        return struct.pack("<BH", _TEXT_TOKENS[name], _size(kind, unit)) + COLLATION
    if name in _BINARY_TOKENS:
        return struct.pack("<BH", _BINARY_TOKENS[name], _size(kind, 1))
    raise ValueError(f"the wire knows no type {name}")


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _size(kind: SqlType, unit: int) -> int:
    return _MAX_SIZE if kind.length == MAX else _or(kind.length, 1) * unit


def value_bytes(kind: SqlType, value: Any) -> bytes:
    """Return a value of the type as a row carries it."""
    kind = _on_the_wire(kind)
    name = kind.name
    if name in _TEXT_TOKENS or name in _BINARY_TOKENS:
        return _variable(kind, value)
    if value is None:
        return b"\0"
    content = _fixed(kind, value)
    return bytes([len(content)]) + content


def _variable(kind: SqlType, value: Any) -> bytes:
    if value is None:
        return struct.pack("<Q", _PLP_NULL) if kind.length == MAX else struct.pack("<H", _MAX_SIZE)
    if isinstance(value, str):
        content = utf16(value) if kind.name.startswith("n") else value.encode(_CODE_PAGE, "replace")
    else:
        content = bytes(value)
    if kind.length == MAX:
        chunk = struct.pack("<I", len(content)) + content if content else b""
        return struct.pack("<Q", len(content)) + chunk + b"\0\0\0\0"
    return struct.pack("<H", len(content)) + content


def _fixed(kind: SqlType, value: Any) -> bytes:
    match kind.name:
        case "tinyint":
            return struct.pack("<B", value)
        case "smallint":
            return struct.pack("<h", value)
        case "int":
            return struct.pack("<i", value)
        case "bigint":
            return struct.pack("<q", value)
        case "bit":
            return bytes([1 if value else 0])
        case "real":
            return struct.pack("<f", value)
        case "float":
            return struct.pack("<d", value)
        case "decimal":
            scaled = _scaled(value, _or(kind.scale, 0))
            return bytes([1 if scaled >= 0 else 0]) + abs(scaled).to_bytes(16, "little")
        case "money":
            scaled = _scaled(value, 4)
            return struct.pack("<iI", scaled >> 32, scaled & 0xFFFFFFFF)
        case "smallmoney":
            return struct.pack("<i", _scaled(value, 4))
        case "uniqueidentifier":
            return uuid.UUID(str(value)).bytes_le
        case "date":
            return _day(value.toordinal() - 1)
        case "time":
            return _clock(value.ticks, _or(kind.scale, 7))
        case "datetime2":
            days, ticks = divmod(value.ticks, _TICKS_PER_DAY)
            return _clock(ticks, _or(kind.scale, 7)) + _day(days)
        case "datetimeoffset":
            days, ticks = divmod(value.utc_ticks, _TICKS_PER_DAY)
            return _clock(ticks, _or(kind.scale, 7)) + _day(days) + struct.pack("<h", value.offset_minutes)
        case "datetime":
            days, ticks = divmod(value.ticks, _TICKS_PER_DAY)
            return struct.pack("<iI", days - _DAYS_TO_1900, (ticks * 300 + 5_000_000) // 10_000_000)
        case _:  # smalldatetime
            days, ticks = divmod(value.ticks, _TICKS_PER_DAY)
            return struct.pack("<HH", days - _DAYS_TO_1900, ticks // 600_000_000)


def _scaled(value: Decimal, scale: int) -> int:
    """Return value * 10**scale without passing through the decimal context's precision."""
    sign, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("NaN and infinity are no decimals")
    number = int("".join(map(str, digits)) or "0")
    shift = exponent + scale
    number = number * int(10**shift) if shift >= 0 else number // int(10**-shift)
    return -number if sign else number


def _clock(ticks: int, scale: int) -> bytes:
    size = 3 if scale <= 2 else 4 if scale <= 4 else 5
    return (ticks // _ticks_per_unit(scale)).to_bytes(size, "little")


def _ticks_per_unit(scale: int | None) -> int:
    return int(10 ** (7 - (7 if scale is None else scale)))


def _day(days: int) -> bytes:
    return days.to_bytes(3, "little")


# Receiving


def read_typed_value(reader: Reader) -> tuple[SqlType, Any]:
    """Return type and value of one RPC parameter."""
    token = reader.byte()
    if token in _FIXED_TOKENS:
        kind = _FIXED_TOKENS[token]
        return kind, _fixed_value(kind, reader.take(_FIXED_BYTES[token]))
    match token:
        case 0x1F:
            return SqlType("int"), None
        case 0x26:
            size = reader.byte()
            return _sized(reader, {1: "tinyint", 2: "smallint", 4: "int", 8: "bigint"}, size)
        case 0x68:
            return _sized(reader, {1: "bit"}, reader.byte())
        case 0x6D:
            return _sized(reader, {4: "real", 8: "float"}, reader.byte())
        case 0x6E:
            return _sized(reader, {4: "smallmoney", 8: "money"}, reader.byte())
        case 0x6F:
            return _sized(reader, {4: "smalldatetime", 8: "datetime"}, reader.byte())
        case 0x24:
            return _sized(reader, {16: "uniqueidentifier"}, reader.byte())
        case 0x6A | 0x6C | 0x37 | 0x3F:
            reader.byte()
            return _short(reader, SqlType("decimal", precision=reader.byte(), scale=reader.byte()))
        case 0x28:
            return _short(reader, SqlType("date"))
        case 0x29 | 0x2A | 0x2B:
            name = {0x29: "time", 0x2A: "datetime2", 0x2B: "datetimeoffset"}[token]
            scale = reader.byte()
            if scale > 7:
                raise ProtocolError(f"{name} cannot have scale {scale}")
            return _short(reader, SqlType(name, scale=scale))
        case 0xE7 | 0xEF | 0xA7 | 0xAF | 0xA5 | 0xAD:
            return _read_variable(reader, token)
        case 0x63 | 0x23 | 0x22:
            return _read_long(reader, token)
        case 0xF1:
            return _read_xml(reader)
    raise ProtocolError(f"parameters of type 0x{token:02X} are not supported by the stand-in")


_FIXED_TOKENS = {
    0x30: SqlType("tinyint"), 0x32: SqlType("bit"), 0x34: SqlType("smallint"), 0x38: SqlType("int"),
    0x7F: SqlType("bigint"), 0x3B: SqlType("real"), 0x3E: SqlType("float"), 0x3C: SqlType("money"),
    0x7A: SqlType("smallmoney"), 0x3D: SqlType("datetime"), 0x3A: SqlType("smalldatetime"),
}  # fmt: skip
_FIXED_BYTES = {
    0x30: 1, 0x32: 1, 0x34: 2, 0x38: 4, 0x7F: 8, 0x3B: 4, 0x3E: 8, 0x3C: 8, 0x7A: 4, 0x3D: 8, 0x3A: 4,
}  # fmt: skip


def _sized(reader: Reader, names: dict[int, str], declared: int) -> tuple[SqlType, Any]:
    if declared not in names:
        raise ProtocolError(f"a value of one of {', '.join(names.values())} cannot have {declared} bytes")
    return _short(reader, SqlType(names[declared]))


def _short(reader: Reader, kind: SqlType) -> tuple[SqlType, Any]:
    size = reader.byte()
    return kind, None if size == 0 else _fixed_value(kind, reader.take(size))


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
            return DateTime((days + _DAYS_TO_1900) * _TICKS_PER_DAY + (parts * 100_000 + 15) // 30 * 10)
        case _:  # smalldatetime
            days, minutes = struct.unpack("<HH", content)
            return DateTime((days + _DAYS_TO_1900) * _TICKS_PER_DAY + minutes * 600_000_000)


def _decimal(number: int, scale: int) -> Decimal:
    return Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -scale))


def _ticks(content: bytes, scale: int | None) -> int:
    return int.from_bytes(content, "little") * _ticks_per_unit(scale)


def _day_ticks(content: bytes) -> int:
    return int.from_bytes(content, "little") * _TICKS_PER_DAY


def _read_variable(reader: Reader, token: int) -> tuple[SqlType, Any]:
    size = reader.unpack("H")
    name = {0xE7: "nvarchar", 0xEF: "nchar", 0xA7: "varchar", 0xAF: "char", 0xA5: "varbinary", 0xAD: "binary"}[token]
    if name.endswith("char"):
        reader.take(5)  # collation
    length = MAX if size == _MAX_SIZE else size // 2 if name.startswith("n") else size
    kind = SqlType(name, length or 1)
    if size == _MAX_SIZE:
        return kind, _text_or_bytes(name, _read_plp(reader))
    actual = reader.unpack("H")
    return kind, None if actual == _MAX_SIZE else _text_or_bytes(name, reader.take(actual))


def _read_plp(reader: Reader) -> bytes | None:
    total = reader.unpack("Q")
    if total == _PLP_NULL:
        return None
    chunks = []
    while (size := reader.unpack("I")) != 0:
        chunks.append(reader.take(size))
    content = b"".join(chunks)
    if total not in {_PLP_UNKNOWN, len(content)}:
        raise ProtocolError("a long value is not as long as it says")
    return content


def _read_long(reader: Reader, token: int) -> tuple[SqlType, Any]:
    name = {0x63: "nvarchar", 0x23: "varchar", 0x22: "varbinary"}[token]
    reader.unpack("I")
    if token != 0x22:
        reader.take(5)
    size = reader.unpack("i")
    return SqlType(name, MAX), None if size < 0 else _text_or_bytes(name, reader.take(size))


def _read_xml(reader: Reader) -> tuple[SqlType, Any]:
    if reader.byte():
        raise ProtocolError("typed xml is not supported by the stand-in")
    return SqlType("nvarchar", MAX), _text_or_bytes("nvarchar", _read_plp(reader))


def _text_or_bytes(name: str, content: bytes | None) -> Any:
    if content is None or name.endswith("binary"):
        return content
    return (
        content.decode("utf-16-le", "surrogatepass") if name.startswith("n") else content.decode(_CODE_PAGE, "replace")
    )
