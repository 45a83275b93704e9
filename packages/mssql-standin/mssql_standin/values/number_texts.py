"""Numbers read from text and written as text, with SQL Server's errors. docs: "CAST and CONVERT" (float, real and money styles)."""

import re
from decimal import Decimal

from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.values.encoding import scaled
from mssql_standin.values.type_rules import INTEGER_RANGES, MONEY_DIGITS

_INTEGER = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def integer_of_text(text: str, source: SqlType, target: SqlType) -> int:
    """Return an integer from text. Raises SqlError 244, 245, 248, 8114 or 8115."""
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


def decimal_of_text(text: str, source: SqlType, target: SqlType) -> Decimal:
    """Return a decimal or money from text. Raises SqlError 235 or 8114."""
    stripped = text.strip()
    if target.name in MONEY_DIGITS:
        bare = stripped.replace(",", "").replace("$", "", 1) or "0"
        if not _DECIMAL.fullmatch(bare):
            raise SqlError(235, "Cannot convert a char value to money. The char value has incorrect syntax.", state=0)
        return Decimal(bare)
    if not _DECIMAL.fullmatch(stripped):
        raise SqlError(8114, f"Error converting data type {source.name} to numeric.", state=5)
    return Decimal(stripped)


def float_of_text(text: str, source: SqlType) -> float:
    """Return a float from text. Raises SqlError 8114."""
    stripped = text.strip()
    if not stripped:
        return 0.0
    value = float(stripped) if _FLOAT.fullmatch(stripped) else None
    if value is None or value in (float("inf"), float("-inf")):
        raise SqlError(8114, f"Error converting data type {source.name} to float.", state=5)
    return value


def text_of_money(value: Decimal, style: int) -> str:
    """Return money in a CONVERT style."""
    return format(scaled(value, 4), "f") if style == 2 else format(scaled(value, 2), ",f" if style == 1 else "f")


def text_of_float(value: float, style: int, name: str) -> str:
    """Return a float in a CONVERT style. Raises SqlError 281."""
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
