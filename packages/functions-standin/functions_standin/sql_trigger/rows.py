"""From a row of the poll to a change: what .NET's reader refuses stops the whole poll, as there.

The reader gives every column of the row by name, so names must differ, and every decimal as System.Decimal, which holds
96 bits and 28 places: one value beyond that, sent to the function or not, and no change of the table is delivered until
it is gone. Seen with Microsoft's extension.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from functions_standin.sql_trigger.failures import ClientError
from functions_standin.sql_trigger.payload import OPERATIONS, Change
from functions_standin.sql_trigger.watched_table import WatchedTable

_ADDED_BY_THE_POLL = ("SYS_CHANGE_VERSION", "SYS_CHANGE_OPERATION")
_MOST_BITS = 96
_MOST_PLACES = 28
_MOST_DIGITS = 29


def change_of(watched: WatchedTable, row: Sequence[Any]) -> Change:
    """Return the change in a row of the poll; raise ClientError as .NET's reader does."""
    columns = watched.statements.columns
    *values, version, operation = row
    by_name = {}
    for column, value in zip(columns, values, strict=True):
        if isinstance(value, Decimal) and not fits_decimal(value, column.scale):
            raise ClientError("System.OverflowException", "Conversion overflows.")
        by_name[column.name] = value
    if twice := next((name for name in _ADDED_BY_THE_POLL if name in by_name), None):
        raise ClientError("System.ArgumentException", f"An item with the same key has already been added. Key: {twice}")
    keys = watched.statements.keys
    return Change(
        version=version,
        operation=OPERATIONS[operation.strip()],
        key=tuple(by_name[key.name] for key in keys),
        row={key.name: by_name[key.name] for key in keys} if operation.strip() == "D" else by_name,
    )


def fits_decimal(value: Decimal, scale: int) -> bool:
    """Tell whether System.Decimal takes a value of a column with that scale; zeros at its end may go."""
    _, digits, exponent = value.as_tuple()
    coefficient = int("".join(map(str, digits))) * 10 ** (scale + int(exponent))
    if scale <= _MOST_PLACES and coefficient.bit_length() <= _MOST_BITS:
        return True
    significant = coefficient
    places = scale
    while places and significant % 10 == 0:
        significant //= 10
        places -= 1
    precision = max(len(str(significant)), places + 1)
    if places == scale or places > _MOST_PLACES or precision > _MOST_DIGITS:
        return False
    whole = precision - places
    room = _MOST_DIGITS if whole == 1 or precision == _MOST_DIGITS else _MOST_PLACES
    widened: int = significant * 10 ** (room - precision)
    return widened.bit_length() <= _MOST_BITS
