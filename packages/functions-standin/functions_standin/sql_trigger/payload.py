"""What the function receives: a JSON array, in which values have gone through .NET and Newtonsoft.Json twice.

The second pass reads decimals as doubles and everything that looks like a date as a date, which changes data.
docs: "Azure SQL trigger for Functions"; the losses are those of Newtonsoft.Json's default reader settings.
"""

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from functions_standin.sql_trigger.dates import in_host_zone, reread
from functions_standin.sql_trigger.values import ExactDateTime, ExactDateTimeOffset, ExactTime

_LAST_PLAIN_DIGIT = 17  # of a double's whole part; longer ones get an exponent

OPERATIONS = {"I": 0, "U": 1, "D": 2}


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the poll: `row` holds all columns for an insert or update, the key's columns for a delete."""

    version: int
    operation: int
    key: tuple[Any, ...]
    row: Mapping[str, Any]


def payload_of(changes: Sequence[Change], type_names: Mapping[str, str]) -> str:
    """Return the JSON text for the function; `type_names` are the columns' SQL types.

    Raises ClientError for a text that .NET takes for a date which its calendar lacks: the extension then composes nothing.
    """
    items = [
        f'{{"Operation":{change.operation},"Item":{{'
        + ",".join(f"{_string(name)}:{json_value(value, type_names[name])}" for name, value in change.row.items())
        + "}}"
        for change in changes
    ]
    return f"[{','.join(items)}]"


def keys_json(changes: Sequence[Change]) -> str:
    """Return keys and versions, exact, as JSON for the trigger's own statements."""
    return json.dumps(
        [
            {**{f"k{index}": _exact(value) for index, value in enumerate(change.key)}, "version": change.version}
            for change in changes
        ],
        ensure_ascii=False,
    )


def json_value(value: Any, type_name: str) -> str:
    """Return the JSON text in which a column's value reaches the function."""
    if type_name == "real" and isinstance(value, float):
        return double(_shortest_single(value))
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() | Decimal():
            return double(float(value))
        case bytes() | bytearray():
            return _string(base64.b64encode(value).decode())
        case ExactDateTime():
            return _string(str(value))
        case ExactDateTimeOffset():
            return _string(in_host_zone(value.local, value.offset))
        case ExactTime():
            text = str(value)
            return _string(text.removesuffix(".0000000"))
        case datetime():
            return json_value(ExactDateTime.of(value, value.microsecond * 10), type_name)
        case date():
            return _string(str(ExactDateTime(value.year, value.month, value.day)))
        case str():
            return _string(value.lower() if type_name == "uniqueidentifier" else reread(value))
    raise TypeError(f"a value of SQL type {type_name} arrived as {type(value).__name__}, which has no JSON form")


def double(value: float) -> str:
    """Return a double as .NET and Newtonsoft.Json write it: shortest round trip, `.0` if whole."""
    if value == 0:
        return "-0.0" if str(value).startswith("-") else "0.0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + int(exponent)  # where the decimal point stands, counted from the first digit
    minus = "-" if sign else ""
    if -4 < point <= _LAST_PLAIN_DIGIT:
        if point <= 0:
            return f"{minus}0.{'0' * -point}{text}"
        whole = text[:point].ljust(point, "0")
        return f"{minus}{whole}.{text[point:] or '0'}"
    mantissa = text[0] + (f".{text[1:]}" if text[1:] else "")
    return f"{minus}{mantissa}E{'+' if point > 0 else '-'}{abs(point - 1):02}"


def _shortest_single(value: float) -> float:
    return next(
        candidate
        for candidate in (float(f"{value:.{digits}g}") for digits in range(1, 18))
        if _single(candidate) == _single(value)
    )


def _single(value: float) -> bytes | None:
    try:
        return struct.pack("f", value)
    except OverflowError:
        return None


def _exact(value: Any) -> Any:
    match value:
        case bool() | int() | str():
            return value
        case float():
            return value
        case bytes() | bytearray():
            return base64.b64encode(value).decode()
    return str(value)


def _string(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    for character in "\u0085\u2028\u2029":
        quoted = quoted.replace(character, f"\\u{ord(character):04x}")
    return quoted
