"""Parameters as Microsoft's ODBC driver sends those of pyodbc: names for the question marks, and a type for each value."""

import re
import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from itertools import count
from typing import Any

from mssql_standin.results import Message, Parameter
from mssql_standin.sql_types import MAX, DateTime, SqlType, Time
from mssql_standin.testing.in_process import errors
from mssql_standin.testing.in_process.errors import ErrorClasses

# What hides a question mark: texts, quoted names, comments. The driver does not nest comments, as the server does.
_PIECE = re.compile(r"""'[^']*'|"[^"]*"|\[(?:[^\]]|\]\])*\]|--[^\n]*|/\*.*?(?:\*/|\Z)|\?""", re.DOTALL)
_MOST = 2097  # of 2,100, sp_prepexec takes three itself
_MOST_BOUND = 2100
_LONGEST_TEXT_UNITS, _LONGEST_BYTES = 2000, 8000  # pyodbc gives a text's length in bytes, and nvarchar ends at 4,000
_MOST_DIGITS = 38
_UNKNOWN = SqlType("varchar", 1)
_INT, _BIGINT, _BIT, _FLOAT = SqlType("int"), SqlType("bigint"), SqlType("bit"), SqlType("float")
_DATE, _TIME, _DATETIME2, _GUID = (
    SqlType("date"),
    SqlType("time", scale=0),
    SqlType("datetime2", scale=7),
    SqlType("uniqueidentifier"),
)
_TICKS_PER_SECOND, _TICKS_PER_DAY = 10_000_000, 864_000_000_000


@lru_cache(maxsize=2000)
def named(sql: str) -> tuple[str, int]:
    """Return the text with @P1, @P2 and so on for its question marks, and how many there are."""
    numbers = count(1)
    made = _PIECE.sub(lambda found: f"@P{next(numbers)}" if found[0] == "?" else found[0], sql)
    return made, next(numbers) - 1


def bound(
    classes: ErrorClasses, markers: int, values: Sequence[Any], describe: Callable[[], dict[str, SqlType]]
) -> list[Parameter]:
    """Return the parameters of a text with so many question marks. `describe` tells the types that their places ask for."""
    if values and len(values) != markers:
        text = f"The SQL contains {markers} parameter markers, but {len(values)} parameters were supplied"
        raise classes.ProgrammingError(text, "HY000")
    if len(values) != markers or markers > _MOST_BOUND:
        raise errors.of_driver(classes, "07002", "COUNT field incorrect or syntax error (0)", "SQLExecDirectW")
    if markers > _MOST:
        text = ("The incoming request has too many parameters. The server supports a maximum of 2100 parameters. Reduce the number of "
                "parameters and resend the request.")  # fmt: skip
        raise errors.of_message(classes, Message(8003, text), "SQLExecDirectW")
    types = describe() if any(value is None for value in values) else {}
    return [_parameter(classes, place, value, types) for place, value in enumerate(values)]


def _parameter(classes: ErrorClasses, place: int, value: Any, types: dict[str, SqlType]) -> Parameter:
    name = f"@P{place + 1}"
    match value:
        case None:
            return Parameter(name, types.get(name.lower(), _UNKNOWN), None)
        case bool():
            return Parameter(name, _BIT, int(value))
        case str():
            return Parameter(name, _text_type(value), value)
        case int():
            return Parameter(name, _int_type(value), int(value))
        case float():
            return Parameter(name, _FLOAT, value)
        case Decimal():
            return Parameter(name, _decimal_type(classes, value), value)
        case datetime():
            return Parameter(
                name,
                _DATETIME2,
                DateTime((value.toordinal() - 1) * _TICKS_PER_DAY + _ticks(value) + value.microsecond * 10),
            )
        case date():
            return Parameter(name, _DATE, value)
        case time():
            return Parameter(name, _TIME, Time(_ticks(value)))
        case bytes() | bytearray():
            length = MAX if len(value) > _LONGEST_BYTES else max(len(value), 1)
            return Parameter(name, SqlType("varbinary", length), bytes(value))
        case uuid.UUID():
            return Parameter(name, _GUID, value)
    kind = type(value).__name__
    raise classes.ProgrammingError(f"Invalid parameter type.  param-index={place} param-type={kind}", "HY105")


def _ticks(value: datetime | time) -> int:
    """Return the whole seconds since midnight, in ticks."""
    return (value.hour * 3600 + value.minute * 60 + value.second) * _TICKS_PER_SECOND


def _text_type(value: str) -> SqlType:
    """Return the type of a text. Raises UnicodeEncodeError for half of a surrogate pair, as pyodbc does."""
    units = len(value) if value.isascii() else len(value.encode("utf-16-le")) // 2
    return SqlType("nvarchar", MAX if units > _LONGEST_TEXT_UNITS else max(2 * units, 1))


def _int_type(value: int) -> SqlType:
    if -(2**31) < value < 2**31:
        return _INT
    if -(2**63) <= value < 2**63:
        return _BIGINT
    raise OverflowError("int too big to convert")


def _decimal_type(classes: ErrorClasses, value: Decimal) -> SqlType:
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise classes.ProgrammingError(f"{value} is no number that SQL Server has", "HY105")
    scale = max(-exponent, 0)
    precision = max(len(digits) + max(exponent, 0), scale)
    if precision > _MOST_DIGITS:
        raise errors.of_driver(classes, "HY104", "Invalid precision value (0)", "SQLBindParameter")
    return SqlType("decimal", precision=precision, scale=scale)
