"""Operands that are dates and times: as text that SQL Server reads alike under every language. Raises ValueError with the remedy."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from relay.guard.table import Column
from relay.shown import shown

_DATE = r"(?P<date>\d{4}-\d\d-\d\d)"
_TIME = r"(?P<time>\d\d:\d\d(?::\d\d)?)(?:\.(?P<fraction>\d{1,9}))?"
_OFFSET = r"(?P<offset>Z|[+-]\d\d:\d\d)"
_MOMENT = re.compile(rf"{_DATE}(?:[T ]{_TIME}{_OFFSET}?)?", re.ASCII)
_TIME_OF_DAY = re.compile(_TIME, re.ASCII)
_MOST_OFFSET = timedelta(hours=14)
_RANGES = {
    "datetime": (date(1753, 1, 1), date.max),
    "smalldatetime": (date(1900, 1, 1), date(2079, 6, 6)),
}
_EXAMPLES = {"date": "2026-01-31", "time": "13:30:00", "datetimeoffset": "2026-01-31T13:30:00+01:00"}


def moment_text(column: Column, value: Any) -> str:
    """Return a moment for a column of that type; one without an offset is UTC where the column has offsets."""
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is no moment, and {column.name!r} is {column.type}; {_remedy(column)}")
    found = (_TIME_OF_DAY if column.type == "time" else _MOMENT).fullmatch(value)
    if found is None:
        raise ValueError(f"{shown(value)} is no moment as {column.type} has it; {_remedy(column)}")
    parts = {"date": None, "offset": None, **found.groupdict()}
    day, offset = parts["date"], parts["offset"]
    of_day = parts["time"] or "00:00"
    of_day = of_day if len(of_day) > len("00:00") else f"{of_day}:00"
    fraction = (parts["fraction"] or "").rstrip("0")
    try:
        moment = datetime.combine(date.fromisoformat(day) if day else date.min, time.fromisoformat(of_day))
        _check_offset(column, offset)
    except ValueError as error:
        raise ValueError(f"{shown(value)} is no moment ({error}); {_remedy(column)}") from None
    _check_fit(column, value, moment, fraction)
    if column.type == "date":
        return str(day)
    text = of_day + (f".{fraction}" if fraction else "")
    if column.type == "time":
        return text
    return f"{day}T{text}" + ((offset or "Z").replace("Z", "+00:00") if column.type == "datetimeoffset" else "")


def _check_offset(column: Column, offset: str | None) -> None:
    if offset is None or offset == "Z":
        size = timedelta(0)
    else:
        hours, minutes = int(offset[1:3]), int(offset[4:6])
        if minutes > 59:
            raise ValueError(f"the offset {offset} does not exist")
        size = timedelta(hours=hours, minutes=minutes)
    if size > _MOST_OFFSET:
        raise ValueError(f"the offset {offset} does not exist")
    if offset and column.type != "datetimeoffset":
        raise ValueError(f"{column.name!r} is {column.type}, which knows no offset: leave it out")


def _check_fit(column: Column, value: str, moment: datetime, fraction: str) -> None:
    first, last = _RANGES.get(column.type, (date.min, date.max))
    if not first <= moment.date() <= last:
        raise ValueError(f"{shown(value)} is out of the range of {column.type}, so that {column.name!r} never has it")
    match column.type:
        case "date":
            fits = not fraction and moment.time() == time.min
        case "smalldatetime":
            fits = not fraction and moment.second == 0
        case "datetime":  # thirds of a hundredth of a second
            fits = len(fraction) <= 3 and fraction.ljust(3, "0")[2] in "037"
        case _:
            fits = len(fraction) <= column.scale
    if not fits:
        raise ValueError(
            f"{shown(value)} is finer than {column.name!r}, which is {column.type}; {_remedy(column)}, no finer"
        )


def _remedy(column: Column) -> str:
    return f"write it like {_EXAMPLES.get(column.type, '2026-01-31T13:30:00')}"
