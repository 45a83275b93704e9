"""The rules behind CAST and CONVERT: one function per pair of families, and the fitting to the target's size.

Values here are Decimal, UUID and DateTimeOffset where the family has them, days for date, ticks for the other times.
"""

import re
import struct
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, DateTimeOffset, SqlType
from mssql_standin.values import date_order, temporal
from mssql_standin.values.encoding import EXACT, scaled
from mssql_standin.values.temporal import DAY, MINUTE
from mssql_standin.values.type_rules import (
    INTEGER_RANGES,
    MONEY_DIGITS,
    Family,
    digits,
    display,
    family,
    is_national,
)

Rule = Callable[[Any], Any]
_INTEGER = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_DATETIME_RANGES = {
    "datetime": (temporal.DAYS_TO_1753 * DAY, temporal.MAX_TICKS),
    "smalldatetime": (temporal.DAYS_TO_1900 * DAY, temporal.DAYS_TO_JUNE_2079 * DAY - MINUTE),
}
_MONEY_LIMITS = {"money": Decimal(2**63) / 10000, "smallmoney": Decimal(2**31) / 10000}


def units(text: str) -> int:
    """Return the length in UTF-16 code units, which is what SQL Server counts."""
    return len(text) if text.isascii() or max(text) < "\U00010000" else len(text.encode("utf-16-le")) // 2


def cut(text: str, limit: int) -> str:
    """Return the first `limit` UTF-16 code units; half a surrogate pair is left out."""
    if units(text) <= limit:
        return text
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def to_code_page(text: str) -> str:
    """Return a string as a varchar of code page 1252 keeps it: what it lacks becomes a question mark."""
    return text if text.isascii() else to_cp1252(text).decode("latin-1").translate(_FROM_1252)


_CP1252 = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
_FROM_1252 = dict(_CP1252)
_TO_1252 = {ord(char): code for code, char in _CP1252.items()}


def to_cp1252(text: str) -> bytes:
    """Return the bytes of a varchar."""
    return text.translate(_TO_1252).encode("latin-1", "replace")


def from_cp1252(raw: bytes) -> str:
    """Return the text of a varchar's bytes."""
    return raw.decode("latin-1").translate(_FROM_1252)


def hex_text(raw: bytes) -> str:
    """Return 0x.. in capitals."""
    return "0x" + raw.hex().upper()


def _overflow(source: SqlType, target: SqlType) -> SqlError:
    shown = display(source) if family(source) is not Family.INTEGER else "expression"
    return SqlError(8115, f"Arithmetic overflow error converting {shown} to data type {display(target)}.", state=2)


def rule(source: SqlType, target: SqlType, style: int | None) -> Rule:
    """Return the function from a source value to a target value that may still be too long or too large."""
    a, b = family(source), family(target)
    if a is Family.TEXT and b is Family.TEXT:
        return _same
    if a is Family.TEXT:
        return _from_text(source, target, style)
    if b is Family.TEXT:
        return _to_text(source, target, style)
    simple: dict[tuple[Family, Family], Rule] = {
        (Family.INTEGER, Family.DECIMAL): Decimal,
        (Family.INTEGER, Family.FLOAT): float,
        (Family.DECIMAL, Family.INTEGER): int,
        (Family.DECIMAL, Family.FLOAT): float,
        (Family.FLOAT, Family.INTEGER): int,
        (Family.FLOAT, Family.DECIMAL): _decimal_of_float,
        (Family.INTEGER, Family.BINARY): _integer_bytes(source, target),
        (Family.BINARY, Family.INTEGER): _bytes_integer(target),
        (Family.GUID, Family.BINARY): lambda value: value.bytes_le,
        (Family.BINARY, Family.GUID): lambda value: uuid.UUID(bytes_le=value[:16].ljust(16, b"\0")),
        (Family.DATE, Family.DATETIME): lambda value: value * DAY,
        (Family.DATE, Family.OFFSET): lambda value: DateTimeOffset(value * DAY, 0),
        (Family.TIME, Family.DATETIME): lambda value: temporal.DAYS_TO_1900 * DAY + value,
        (Family.TIME, Family.OFFSET): lambda value: DateTimeOffset(temporal.DAYS_TO_1900 * DAY + value, 0),
        (Family.DATETIME, Family.DATE): lambda value: value // DAY,
        (Family.DATETIME, Family.TIME): lambda value: value % DAY,
        (Family.DATETIME, Family.OFFSET): lambda value: DateTimeOffset(value, 0),
        (Family.OFFSET, Family.DATE): lambda value: local_ticks(value) // DAY,
        (Family.OFFSET, Family.TIME): lambda value: local_ticks(value) % DAY,
        (Family.OFFSET, Family.DATETIME): local_ticks,
        (Family.FLOAT, Family.BINARY): lambda value: struct.pack(">d", value),
    }
    if a is b:
        return _same
    if target.name in {"datetime", "smalldatetime"} and a in (Family.INTEGER, Family.DECIMAL, Family.FLOAT):
        return lambda value: temporal.DAYS_TO_1900 * DAY + round(Decimal(value) * DAY)
    if (a, b) not in simple:
        raise SqlError(
            529, f"Explicit conversion from data type {display(source)} to {display(target)} is not allowed.", state=2
        )
    return simple[a, b]


def _same(value: Any) -> Any:
    return value


def local_ticks(value: DateTimeOffset) -> int:
    """Return the wall clock of a datetimeoffset in ticks."""
    return value.utc_ticks + value.offset_minutes * MINUTE


def _decimal_of_float(value: float) -> Decimal:
    return EXACT.create_decimal(f"{value:.17g}")


def _integer_bytes(source: SqlType, target: SqlType) -> Rule:
    size = {"bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8}.get(source.name, 8)
    wanted = target.length or 1

    def run(value: int) -> bytes:
        raw = value.to_bytes(size, "big", signed=value < 0)
        if target.name == "binary":
            return raw.rjust(wanted, b"\0")[-wanted:]
        return raw if wanted == MAX or wanted >= size else raw[-wanted:]

    return run


def _bytes_integer(target: SqlType) -> Rule:
    size = {"bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8}.get(target.name, 8)

    def run(value: bytes) -> int:
        raw = value[-size:].rjust(size, b"\0")
        return int.from_bytes(raw, "big", signed=target.name not in {"bit", "tinyint"})

    return run


def _from_text(source: SqlType, target: SqlType, style: int | None) -> Rule:
    match family(target):
        case Family.INTEGER:
            return lambda text: _text_integer(text, source, target)
        case Family.DECIMAL:
            return lambda text: _text_decimal(text, source, target)
        case Family.FLOAT:
            return lambda text: _text_float(text, source)
        case Family.BINARY:
            return lambda text: _text_bytes(text, source, style or 0)
        case Family.GUID:
            return _text_guid
        case _:
            return lambda text: _text_moment(text, source, target)


def _text_integer(text: str, source: SqlType, target: SqlType) -> int:
    stripped = text.strip()
    if target.name == "bit" and stripped.lower() in {"true", "false"}:
        return int(stripped.lower() == "true")
    if not stripped:
        return 0
    if not _INTEGER.fullmatch(stripped):
        if target.name == "bigint":
            raise SqlError(8114, f"Error converting data type {source.name} to bigint.", state=5)
        raise SqlError(
            245, f"Conversion failed when converting the {source.name} value '{text}' to data type {target.name}."
        )
    value = int(stripped)
    low, high = INTEGER_RANGES[target.name]
    if target.name != "bit" and not low <= value <= high:
        if target.name == "bigint":
            raise SqlError(8115, "Arithmetic overflow error converting expression to data type bigint.", state=2)
        number = 248 if target.name == "int" else 244
        column = (
            "an int column" if target.name == "int" else f"an {'INT1' if target.name == 'tinyint' else 'INT2'} column"
        )
        larger = "" if number == 248 else " Use a larger integer column."
        raise SqlError(number, f"The conversion of the {source.name} value '{text}' overflowed {column}.{larger}")
    return value


def _text_decimal(text: str, source: SqlType, target: SqlType) -> Decimal:
    stripped = text.strip()
    if target.name in MONEY_DIGITS:
        bare = stripped.replace(",", "").replace("$", "", 1) or "0"
        if not _DECIMAL.fullmatch(bare):
            raise SqlError(235, "Cannot convert a char value to money. The char value has incorrect syntax.", state=0)
        return Decimal(bare)
    if not _DECIMAL.fullmatch(stripped):
        raise SqlError(8114, f"Error converting data type {source.name} to numeric.", state=5)
    return Decimal(stripped)


def _text_float(text: str, source: SqlType) -> float:
    stripped = text.strip()
    if not stripped:
        return 0.0
    value = float(stripped) if _FLOAT.fullmatch(stripped) else None
    if value is None or value in (float("inf"), float("-inf")):
        raise SqlError(8114, f"Error converting data type {source.name} to float.", state=5)
    return value


def _text_bytes(text: str, source: SqlType, style: int) -> bytes:
    if style == 0:
        return text.encode("utf-16-le") if is_national(source) else to_cp1252(text)
    body = text.strip()
    if style == 1:
        body = body[2:] if body[:2].lower() == "0x" else "?"
    try:
        return bytes.fromhex(body) if style in {1, 2} and " " not in body else bytes.fromhex("?")
    except ValueError:
        raise SqlError(8114, f"Error converting data type {source.name} to varbinary.", state=5) from None


def _text_guid(text: str) -> uuid.UUID:
    body = text.strip()
    body = body[1:-1] if body[:1] == "{" and body[-1:] == "}" else body[:36]
    if not _GUID.fullmatch(body):
        raise SqlError(8169, "Conversion failed when converting from a character string to uniqueidentifier.", state=2)
    return uuid.UUID(body)


def _text_moment(text: str, source: SqlType, target: SqlType) -> Any:
    date_order.check(text)
    moment = temporal.parse_moment(text)
    too_fine = moment is not None and moment.fraction_digits > (3 if "2" not in target.name and target.name in
                                                                {"datetime", "smalldatetime"} else 7)  # fmt: skip
    if moment is None and target.name in _DATETIME_RANGES and temporal.names_no_moment(text):
        raise _out_of_range(source, target)
    if moment is None or too_fine:
        raise SqlError(241, "Conversion failed when converting date and/or time from character string.")
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
            raise SqlError(241, "Conversion failed when converting date and/or time from character string.")
        if target.name == "datetime":
            ticks -= moment.offset_minutes * MINUTE
    if target.name != "datetime2" and moment.days < temporal.DAYS_TO_1753:
        raise _out_of_range(source, target)
    return ticks


def _out_of_range(source: SqlType, target: SqlType) -> SqlError:
    return SqlError(
        242,
        f"The conversion of a {source.name} data type to a {target.name} data type resulted in an out-of-range value.",
        state=3,
    )


def _to_text(source: SqlType, target: SqlType, style: int | None) -> Rule:
    match family(source):
        case Family.INTEGER:
            return str
        case Family.DECIMAL if source.name in MONEY_DIGITS:
            return lambda value: _money_text(value, style or 0)
        case Family.DECIMAL:
            return lambda value: format(scaled(value, source.scale or 0), "f")
        case Family.FLOAT:
            return lambda value: _float_text(value, style or 0, source.name)
        case Family.BINARY:
            return _bytes_text(target, style or 0)
        case Family.GUID:
            return lambda value: str(value).upper()
        case _:
            return lambda value: _moment_text(value, source, style)


def _money_text(value: Decimal, style: int) -> str:
    return format(scaled(value, 4), "f") if style == 2 else format(scaled(value, 2), ",f" if style == 1 else "f")


def _float_text(value: float, style: int, name: str) -> str:
    if style == 0:
        text = f"{value:.6g}"
    else:
        places = {1: 7, 2: 15, 3: 16}.get(style)
        if places is None:
            raise SqlError(
                281, f"{style} is not a valid style number when converting from {name} to a character string."
            )
        text = f"{value:.{places}e}"
    mantissa, sign, exponent = text.partition("e")
    return f"{mantissa}e{exponent[0]}{exponent[1:].zfill(3)}" if sign else mantissa


def _bytes_text(target: SqlType, style: int) -> Rule:
    if style in {1, 2}:
        return lambda value: hex_text(value)[0 if style == 1 else 2 :]
    if is_national(target):
        return lambda value: value[: len(value) // 2 * 2].decode("utf-16-le", "replace")
    return from_cp1252


def _moment_text(value: Any, source: SqlType, style: int | None) -> str:
    scale = 7 if source.scale is None else source.scale
    kind = family(source)
    if kind is Family.DATE:
        text = temporal.format_day(value, 23 if style is None else style)
    elif kind is Family.TIME:
        text = temporal.format_time(value, 121 if style is None else style, scale)
    elif kind is Family.OFFSET:
        utc = style == 127
        ticks = value.utc_ticks if utc else local_ticks(value)
        text = temporal.format_datetime(ticks, 121 if style is None else style, source.name, scale)
        if text is not None and (style is None or style in {0, 20, 21, 25, 120, 121, 126, 127, 100}):
            zone = temporal.format_offset(value.offset_minutes)
            text += "Z" if utc else zone if style == 126 else " " + zone
    else:
        wanted = style if style is not None else 0 if source.name != "datetime2" else 121
        text = temporal.format_datetime(value, wanted, source.name, scale if source.name == "datetime2" else 0)
    if text is None:
        raise SqlError(
            281, f"{style} is not a valid style number when converting from {source.name} to a character string."
        )
    return text


def fitting(source: SqlType, target: SqlType) -> Rule:
    """Return the function that makes a value fit the target's range, precision or length."""
    match family(target):
        case Family.INTEGER:
            return lambda value: _fit_integer(value, source, target)
        case Family.DECIMAL:
            precision, scale = digits(target)
            return lambda value: fit_decimal(value, source, target, precision, scale)
        case Family.FLOAT:
            return _fit_float(target)
        case Family.TEXT:
            return lambda value: _fit_text(value, source, target)
        case Family.BINARY:
            return lambda value: _fit_bytes(value, target)
        case Family.TIME:
            return lambda value: temporal.round_ticks(value, _scale(target)) % DAY
        case Family.DATETIME:
            return lambda value: _fit_datetime(value, target)
        case Family.OFFSET:
            return lambda value: DateTimeOffset(
                temporal.round_ticks(value.utc_ticks, _scale(target)), value.offset_minutes
            )
    return _same


def _scale(target: SqlType) -> int:
    return 7 if target.scale is None else target.scale


def _fit_integer(value: int, source: SqlType, target: SqlType) -> int:
    if target.name == "bit":
        return int(value != 0)
    low, high = INTEGER_RANGES[target.name]
    if not low <= value <= high:
        if target.name in {"tinyint", "smallint"} and family(source) is Family.INTEGER:
            raise SqlError(220, f"Arithmetic overflow error for data type {target.name}, value = {value}.", state=2)
        raise _overflow(source, target)
    return value


def fit_decimal(value: Decimal, source: SqlType, target: SqlType, precision: int, scale: int) -> Decimal:
    """Return the value rounded to the scale. Raises SqlError 8115 if it has too many digits."""
    try:
        result = scaled(value, scale)
    except InvalidOperation:
        raise _overflow(source, target) from None
    limit = _MONEY_LIMITS.get(target.name)
    if limit is not None and result == -limit:
        return result  # money reaches one step further down than up
    if result.copy_abs() >= (limit or Decimal(1).scaleb(precision - scale)):
        raise _overflow(source, target)
    return result


def _fit_float(target: SqlType) -> Rule:
    if target.name == "real":

        def single(value: float) -> float:
            try:
                return float(struct.unpack("<f", struct.pack("<f", value))[0])
            except OverflowError:
                raise SqlError(232, f"Arithmetic overflow error for type real, value = {value}.", state=2) from None

        return single
    return float


def _fit_text(text: str, source: SqlType, target: SqlType) -> str:
    if not is_national(target):
        text = to_code_page(text)
    limit = target.length or 1
    if limit == MAX:
        return text
    if len(text) * 2 > limit and units(text) > limit:
        match family(source):
            case Family.INTEGER if source.name != "bigint" and not is_national(target):
                return "*".ljust(limit if target.name == "char" else 1)
            case Family.INTEGER | Family.DECIMAL | Family.FLOAT:
                raise _overflow(source, target)
            case Family.GUID:
                raise SqlError(8170, "Insufficient result space to convert uniqueidentifier value to char.", state=2)
        text = cut(text, limit)
    return text.ljust(limit - units(text) + len(text)) if target.name in {"char", "nchar"} else text


def _fit_bytes(value: bytes, target: SqlType) -> bytes:
    limit = target.length or 1
    if limit == MAX:
        return value
    return value[:limit].ljust(limit, b"\0") if target.name == "binary" else value[:limit]


def _fit_datetime(ticks: int, target: SqlType) -> int:
    if target.name == "datetime2":
        result = temporal.round_ticks(ticks, _scale(target))
    elif target.name == "datetime":
        result = temporal.round_datetime(ticks)
    else:
        result = (temporal.round_datetime(ticks) + MINUTE // 2) // MINUTE * MINUTE  # 29.999 s are 30 s to datetime
    low, high = _DATETIME_RANGES.get(target.name, (0, temporal.MAX_TICKS))
    if not low <= result <= high:
        raise SqlError(242, f"The conversion to a {target.name} data type resulted in an out-of-range value.", state=3)
    return result
