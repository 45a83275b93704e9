"""Which key values the SQL trigger's JSON may have made out of others: it rewrites text that looks like a date, and rounds decimals."""

import re
from decimal import Decimal
from typing import Any

from relay.guard.table import CHARACTER_TYPES, Column

_ROUNDED_TYPES = {
    "decimal": None,
    "numeric": None,
    "money": 4,
    "smallmoney": 4,
}  # to their scale, if the column does not tell
_LIKE_A_DATE = re.compile(r"\d.{9}T.{8,29}", re.DOTALL)
_EXACT_DIGITS = 15  # of a double


def may_be_altered(column: Column, value: Any) -> bool:
    """Tell whether another value of the column may lie behind this one.

    A decimal passes through a double. That tells apart what has 15 digits with the column's own after the point; how many of them
    the payload shows says nothing: 12345678901230000001 comes as 1.234567890123E+19.
    """
    if column.type in CHARACTER_TYPES:
        return isinstance(value, str) and _LIKE_A_DATE.fullmatch(value) is not None
    if column.type not in _ROUNDED_TYPES or not isinstance(value, int | Decimal) or not value:
        return False
    scale = _ROUNDED_TYPES[column.type]
    integer_digits = max(0, Decimal(value).adjusted() + 1)
    return integer_digits + (column.scale if scale is None else scale) > _EXACT_DIGITS
