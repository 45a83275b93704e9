"""What the function receives: a JSON array, in which values have gone through .NET and Newtonsoft.Json twice.

The second pass reads decimals as doubles and everything that looks like a date as a date, which changes data.
docs: "Azure SQL trigger for Functions"; the losses are those of Newtonsoft.Json's default reader settings.
"""

import base64
import json
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from functions_standin.sql_trigger.values import (
    ExactDateTime,
    ExactDateTimeOffset,
    ExactTime,
    offset_text,
)

OPERATIONS = {"I": 0, "U": 1, "D": 2}

_ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{1,7}))?"
    r"(?P<zone>[Zz]|(?P<sign>[+-])(?P<zone_hour>\d\d):?(?P<zone_minute>\d\d)?)?",
    re.ASCII,
)
_MICROSOFT = re.compile(r"/Date\((?P<ms>-?\d+)(?P<zone>[+-]\d{2}(?:\d{2})?)?\)/", re.ASCII)


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the poll: `row` holds all columns for an insert or update, the key's columns for a delete."""

    version: int
    operation: int
    key: tuple[Any, ...]
    row: Mapping[str, Any]


def payload_of(changes: Sequence[Change], type_names: Mapping[str, str]) -> str:
    """Return the JSON text for the function; `type_names` are the columns' SQL types."""
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
            return _string(_in_host_zone(value.local, value.offset))
        case ExactTime():
            text = str(value)
            return _string(text.removesuffix(".0000000"))
        case datetime():
            return json_value(ExactDateTime.of(value, value.microsecond * 10), type_name)
        case date():
            return _string(str(ExactDateTime(value.year, value.month, value.day)))
        case str():
            return _string(value.lower() if type_name == "uniqueidentifier" else _reread(value))
    raise TypeError(f"a value of SQL type {type_name} arrived as {type(value).__name__}, which has no JSON form")


def double(value: float) -> str:
    """Return a double as .NET and Newtonsoft.Json write it: shortest round trip, `.0` if whole."""
    if value == 0:
        return "-0.0" if str(value).startswith("-") else "0.0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + int(exponent)  # where the decimal point stands, counted from the first digit
    minus = "-" if sign else ""
    if -4 < point <= 15:
        if point <= 0:
            return f"{minus}0.{'0' * -point}{text}"
        whole = text[:point].ljust(point, "0")
        return f"{minus}{whole}.{text[point:] or '0'}"
    mantissa = text[0] + (f".{text[1:]}" if text[1:] else "")
    return f"{minus}{mantissa}E{'+' if point > 0 else '-'}{abs(point - 1):02}"


def _shortest_single(value: float) -> float:
    return next(
        candidate
        for candidate in (float(f"{value:.{digits}g}") for digits in range(6, 18))
        if struct.pack("f", candidate) == struct.pack("f", value)
    )


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


def _in_host_zone(local: ExactDateTime, offset: timedelta) -> str:
    utc = local.whole_seconds.replace(tzinfo=UTC) - offset
    here = utc.astimezone()
    return str(ExactDateTime.of(here, local.ticks)) + offset_text(here.utcoffset() or timedelta())


def _reread(text: str) -> str:
    """Return a string as it is after Newtonsoft.Json took it for a date, or unchanged if it looks like none."""
    read: Callable[[str], str | None]
    if text.startswith("/Date(") and text.endswith(")/"):
        read = _reread_microsoft
    elif 19 <= len(text) <= 40 and text[0].isdigit() and text[10] == "T":
        read = _reread_iso
    else:
        return text
    try:
        reread = read(text)
    except (ValueError, OverflowError):
        return text
    return text if reread is None else reread


def _reread_iso(text: str) -> str | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    day = datetime.fromisoformat(found["date"])
    ticks = int((found["fraction"] or "").ljust(7, "0"))
    hour, minute, second = (int(found[name]) for name in ("hour", "minute", "second"))
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute, second, ticks) != (0, 0, 0)):
        return None
    local = ExactDateTime.of(day + timedelta(hours=hour, minutes=minute, seconds=second), ticks)
    if found["zone"] is None:
        return str(local)
    if found["zone"] in "Zz":
        return str(local) + "Z"
    distance = timedelta(hours=int(found["zone_hour"]), minutes=int(found["zone_minute"] or 0))
    return _in_host_zone(local, -distance if found["sign"] == "-" else distance)


def _reread_microsoft(text: str) -> str | None:
    found = _MICROSOFT.fullmatch(text)
    if found is None:
        return None
    seconds, ms = divmod(int(found["ms"]), 1000)
    moment = ExactDateTime.of(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), ms * 10_000)
    return _in_host_zone(moment, timedelta()) if found["zone"] else str(moment) + "Z"
