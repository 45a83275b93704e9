"""Whether what a condition compares a column with fits the column, and as which text SQL Server gets it.

An operand that does not fit would be compared as another value, or never be equal to any: such a condition is refused, not obeyed.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from relay.changes.conditions import MOST_VALUES, Condition
from relay.guard.moments import moment_text
from relay.guard.table import CHARACTER_TYPES, Column, Table
from relay.guard.texts import bytes_text, guid_text, text_of
from relay.shown import shown

_INTEGERS = {
    "tinyint": (0, 255),
    **{name: (-(1 << bits), (1 << bits) - 1) for name, bits in (("smallint", 15), ("int", 31), ("bigint", 63))},
}
_MONEYS = {"smallmoney": (1 << 31) - 1, "money": (1 << 63) - 1}  # ten-thousandths
_MONEY_SCALE = 4
_FLOATS = {"real": (1.18e-38, 3.4028234663852886e38), "float": (2.23e-308, 1.7976931348623157e308)}
_MOST_DIGITS = 400  # more than any column holds; a number of a million zeros is written out by nobody


def operand_text(column: Column, value: Any) -> str:
    """Return a value as the text that SQL Server converts to the column's type and loses nothing.

    Raises ValueError with what is wrong and what to write instead.
    """
    fitting = _FITTING.get(column.type)
    if fitting is None:
        raise ValueError(f"a column of type {column.type} can be tested with is_null alone")
    return fitting(column, value)


def operand_problems(table: Table, conditions: Sequence[Condition]) -> Iterator[str]:
    """Yield what is wrong with the operands of conditions, each with its key; columns that are not there are nobody's business here."""
    columns = {column.name: column for column in table.columns}
    for condition in conditions:
        if condition.column in columns:
            yield from _problems_of(condition, columns[condition.column])
    count = sum(len(condition.values) for condition in conditions)
    if count > MOST_VALUES:
        yield f"condition: it has {count} values, and a statement takes {MOST_VALUES}; keep the values in a column of the table and test that"


def _problems_of(condition: Condition, column: Column) -> Iterator[str]:
    for value in condition.values:
        try:
            operand_text(column, value)
        except ValueError as error:
            yield f"condition.{condition.column}.{condition.operator}: {error}"


def _number(column: Column, value: Any) -> Decimal:
    if isinstance(value, str):
        raise ValueError(
            f"{shown(value)} is a text, and {column.name!r} is {column.type}; write a number, without quotes"
        )
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{shown(value)} is no number that a column can hold")
    if number and abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(_out_of_range(column, value))
    return number


def _out_of_range(column: Column, value: Any) -> str:
    return f"{shown(value)} is out of the range of {column.type}, so that {column.name!r} never has it; take a value within"


def _places(number: Decimal) -> int:
    """Return how many digits stand after the point, without zeros at the end."""
    _, digits, exponent = number.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -(int(exponent) + zeros)) if number else 0


def _check_places(column: Column, value: Any, number: Decimal, scale: int) -> None:
    if _places(number) > scale:
        raise ValueError(
            f"{shown(value)} has more digits after the point than {column.name!r}, which is {column.type} with {scale}; leave them out"
        )


def _integer(column: Column, value: Any) -> str:
    number = _number(column, value)
    _check_places(column, value, number, 0)
    least, most = _INTEGERS[column.type]
    if not least <= number <= most:
        raise ValueError(_out_of_range(column, value))
    return format(number.to_integral_value(), "f")


def _decimal(column: Column, value: Any) -> str:
    number = _number(column, value)
    _check_places(column, value, number, column.scale)
    if number and number.adjusted() + 1 > column.precision - column.scale:
        raise ValueError(_out_of_range(column, value))
    return format(number or Decimal(0), "f")  # a zero may have a billion places


def _money(column: Column, value: Any) -> str:
    number = _number(column, value)
    _check_places(column, value, number, _MONEY_SCALE)
    most = Decimal(_MONEYS[column.type]).scaleb(-_MONEY_SCALE)
    if not -most - Decimal("0.0001") <= number <= most:
        raise ValueError(_out_of_range(column, value))
    return format(number or Decimal(0), "f")  # a zero may have a billion places


def _float(column: Column, value: Any) -> str:
    number = _number(column, value)
    least, most = _FLOATS[column.type]
    if number and not least <= abs(number) <= most:
        raise ValueError(_out_of_range(column, value))
    return repr(float(number))


def _bit(column: Column, value: Any) -> str:
    if value not in (0, 1):
        raise ValueError(f"{shown(value)} is no bit, and {column.name!r} is one; write true or false")
    return str(int(value))


_FITTING: dict[str, Callable[[Column, Any], str]] = {
    "bit": _bit,
    **dict.fromkeys(_INTEGERS, _integer),
    **dict.fromkeys(("decimal", "numeric"), _decimal),
    **dict.fromkeys(_MONEYS, _money),
    **dict.fromkeys(_FLOATS, _float),
    **dict.fromkeys((*CHARACTER_TYPES, "text", "ntext", "xml", "json"), text_of),
    **dict.fromkeys(("binary", "varbinary", "image", "timestamp"), bytes_text),
    **dict.fromkeys(("date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset"), moment_text),
    "uniqueidentifier": guid_text,
}
