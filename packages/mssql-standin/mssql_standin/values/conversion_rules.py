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
from mssql_standin.values import moment_conversion, number_texts, temporal
from mssql_standin.values.code_units import cut, from_cp1252, from_utf16, to_code_page, to_cp1252, units, utf16
from mssql_standin.values.encoding import EXACT, scaled
from mssql_standin.values.temporal import DAY, MINUTE, SECOND
from mssql_standin.values.type_rules import (
    INTEGER_RANGES,
    MOMENTS,
    MONEY_DIGITS,
    NUMERIC,
    Family,
    digits,
    display,
    family,
    is_national,
)

Rule = Callable[[Any], Any]
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_DATETIME_RANGES = {
    "datetime": (temporal.DAYS_TO_1753 * DAY, temporal.MAX_TICKS),
    "smalldatetime": (temporal.DAYS_TO_1900 * DAY, temporal.DAYS_TO_JUNE_2079 * DAY - MINUTE),
}
_MONEY_LIMITS = {"money": Decimal(2**63) / 10000, "smallmoney": Decimal(2**31) / 10000}


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
    clock = _utc_ticks if style == 1 else local_ticks  # style 1 gives UTC, whatever the offset
    simple: dict[tuple[Family, Family], Rule] = {
        (Family.INTEGER, Family.DECIMAL): Decimal,
        (Family.INTEGER, Family.FLOAT): float,
        (Family.DECIMAL, Family.INTEGER): _is_not_zero if target.name == "bit" else int,
        (Family.DECIMAL, Family.FLOAT): float,
        (Family.FLOAT, Family.INTEGER): _is_not_zero if target.name == "bit" else int,
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
        (Family.OFFSET, Family.DATE): lambda value: clock(value) // DAY,
        (Family.OFFSET, Family.TIME): lambda value: clock(value) % DAY,
        (Family.OFFSET, Family.DATETIME): clock,
        (Family.FLOAT, Family.BINARY): lambda value: struct.pack(">d", value),
    }
    if b is Family.OFFSET and a in MOMENTS and style not in {None, 0, 1}:
        raise SqlError(9809, f"The style {style} is not supported for conversions from {source.name} to {target.name}.")
    if a is b:
        return _same
    if target.name in {"datetime", "smalldatetime"} and a in (Family.INTEGER, Family.DECIMAL, Family.FLOAT):
        return lambda value: temporal.DAYS_TO_1900 * DAY + round(Decimal(value) * DAY)
    if source.name in {"datetime", "smalldatetime"} and b in NUMERIC:
        return _days_since_1900(target)
    if (a, b) not in simple:
        raise SqlError(
            529, f"Explicit conversion from data type {display(source)} to {display(target)} is not allowed.", state=2
        )
    return simple[a, b]


def _days_since_1900(target: SqlType) -> Rule:
    """Return how datetime and smalldatetime become numbers; an integer is rounded, from noon on it is the next day."""

    def run(ticks: int) -> Any:
        moved = ticks - temporal.DAYS_TO_1900 * DAY
        if target.name == "bit":
            return int(moved != 0)
        match family(target):
            case Family.INTEGER:
                return (moved + DAY // 2) // DAY
            case Family.FLOAT:
                return round(moved * 300 / SECOND) / (300 * DAY // SECOND)
        return EXACT.divide(Decimal(moved), Decimal(DAY))

    return run


def _same(value: Any) -> Any:
    return value


def _is_not_zero(value: Decimal | float) -> int:
    return int(value != 0)


def _utc_ticks(value: DateTimeOffset) -> int:
    return value.utc_ticks


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
            return lambda text: number_texts.integer_of_text(text, source, target)
        case Family.DECIMAL:
            return lambda text: number_texts.decimal_of_text(text, source, target)
        case Family.FLOAT:
            return lambda text: number_texts.float_of_text(text, source)
        case Family.BINARY:
            return lambda text: _text_bytes(text, source, style or 0)
        case Family.GUID:
            return _text_guid
        case _:
            return moment_conversion.from_text(source, target, style or 0)


def _text_bytes(text: str, source: SqlType, style: int) -> bytes:
    if style == 0:
        return utf16(text) if is_national(source) else to_cp1252(text)
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


def _to_text(source: SqlType, target: SqlType, style: int | None) -> Rule:
    match family(source):
        case Family.INTEGER:
            return str
        case Family.DECIMAL if source.name in MONEY_DIGITS:
            return lambda value: number_texts.text_of_money(value, style or 0)
        case Family.DECIMAL:
            return lambda value: format(scaled(value, source.scale or 0), "f")
        case Family.FLOAT:
            return lambda value: number_texts.text_of_float(value, style or 0, source.name)
        case Family.BINARY:
            return _bytes_text(target, style or 0)
        case Family.GUID:
            return lambda value: str(value).upper()
        case _:
            return lambda value: moment_conversion.to_text(value, source, style)


def _bytes_text(target: SqlType, style: int) -> Rule:
    if style in {1, 2}:
        return lambda value: hex_text(value)[0 if style == 1 else 2 :]
    if is_national(target):
        return from_utf16
    return from_cp1252


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
