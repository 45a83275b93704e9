"""FORMAT of dates and times: the standard and custom patterns of .NET in the culture en-US.

docs: .NET's "Standard date and time format strings", "Custom date and time format strings" and those of TimeSpan, which a time is.
A pattern that .NET refuses makes NULL; U and z of a value without an offset, which ask for the machine's zone, are refused.
"""

import datetime
import re
from dataclasses import dataclass

from mssql_standin.results import SqlError
from mssql_standin.values.temporal import DAY, HOUR, MINUTE, SECOND, name_of

_LONG_DATE = "dddd, MMMM d, yyyy"
_STANDARD = {
    "d": "M/d/yyyy", "D": _LONG_DATE, "f": f"{_LONG_DATE} h:mm tt", "F": f"{_LONG_DATE} h:mm:ss tt", "g": "M/d/yyyy h:mm tt",
    "G": "M/d/yyyy h:mm:ss tt", "M": "MMMM d", "m": "MMMM d", "Y": "MMMM yyyy", "y": "MMMM yyyy", "t": "h:mm tt", "T": "h:mm:ss tt",
    "s": "yyyy-MM-ddTHH:mm:ss", "O": "yyyy-MM-ddTHH:mm:ss.fffffffK", "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
}  # fmt: skip
_UNIVERSAL = {
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
}
_OF_A_TIME = {
    "c": "hh\\:mm\\:ss",
    "t": "hh\\:mm\\:ss",
    "T": "hh\\:mm\\:ss",
    "g": "h\\:mm\\:ss",
    "G": "d\\:hh\\:mm\\:ss\\.fffffff",
}
_TOKEN = re.compile(
    r"(?P<quote>['\"])(?P<quoted>.*?)(?:(?P=quote)|$)|\\(?P<escaped>.)|%(?P<single>[A-Za-z])|(?P<run>([A-Za-z])\6*)|(?P<other>.)",
    re.DOTALL,
)


class _RefusedError(Exception):
    """.NET refuses the pattern."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """A date and time as it is shown: local ticks, and minutes of offset if it has one."""

    ticks: int
    offset: int | None

    @property
    def day(self) -> datetime.date:
        return datetime.date.fromordinal(self.ticks // DAY + 1)


def format_moment(ticks: int, offset_minutes: int | None, pattern: str) -> str | None:
    """Return a date and time, in local ticks, in a pattern; None where .NET refuses it. Raises SqlError 40000."""
    moment = _Moment(ticks, offset_minutes)
    pattern = pattern or "G"
    if len(pattern) == 1:
        if pattern in _UNIVERSAL:
            moment, pattern = _Moment(ticks - (offset_minutes or 0) * MINUTE, offset_minutes), _UNIVERSAL[pattern]
        elif pattern in _STANDARD:
            pattern = _STANDARD[pattern]
        elif pattern == "U":
            raise _unsupported(pattern)
        else:
            return None
    try:
        return _shown(moment, pattern)
    except _RefusedError:
        return None


def format_time(ticks: int, pattern: str) -> str | None:
    """Return a time of day in a pattern; None where .NET refuses it: anything between its parts must be escaped."""
    pattern = pattern or "c"
    if len(pattern) == 1:
        if pattern not in _OF_A_TIME:
            return None
        fraction = ticks % SECOND
        digits = "\\.fffffff" if pattern in "ctT" else "\\.FFFFFFF"
        pattern = _OF_A_TIME[pattern] + (digits if fraction and pattern != "G" else "")
    result = ""
    for match in _TOKEN.finditer(pattern):
        literal = match["quoted"] if match["quote"] else match["escaped"]
        run = match["single"] or match["run"]
        if literal is not None:
            result += literal
        elif run is None or run[0] not in "dhmsfF" or (run[0] in "hms" and len(run) > 2):
            return None
        elif run[0] == "d":
            result += "0" * len(run)
        elif run[0] in "fF":
            result += _fraction(ticks, run)
        else:
            result += str(_clock_part(ticks, run[0])).zfill(len(run))
    return result


def _clock_part(ticks: int, letter: str) -> int:
    clock = ticks % DAY
    return {"h": clock // HOUR, "m": clock // MINUTE % 60, "s": clock // SECOND % 60}[letter]


def _shown(moment: _Moment, pattern: str) -> str:
    result = ""
    for match in _TOKEN.finditer(pattern):
        run = match["single"] or match["run"]
        if match["quote"]:
            result += match["quoted"]
        elif match["escaped"] is not None:
            result += match["escaped"]
        elif run is not None:
            part = _part(moment, run)
            if run[0] == "F" and not part and result.endswith("."):
                result = result[:-1]
            result += part
        elif match["other"] in "\\%":
            raise _RefusedError
        else:
            result += match["other"]
    return result


def _part(moment: _Moment, run: str) -> str:
    letter, length = run[0], len(run)
    day = moment.day
    match letter:
        case "d" | "M":
            if length < 3:
                return str(day.day if letter == "d" else day.month).zfill(length)
            name = name_of("weekday" if letter == "d" else "month", moment.ticks, 0)
            return name[:3] if length == 3 else name
        case "y":
            return str(day.year % 100).zfill(length) if length < 3 else str(day.year).zfill(length)
        case "h":
            return str((_clock_part(moment.ticks, "h") + 11) % 12 + 1).zfill(min(length, 2))
        case "H" | "m" | "s":
            return str(_clock_part(moment.ticks, letter.lower())).zfill(min(length, 2))
        case "f" | "F":
            if length > 7:
                raise _RefusedError
            return _fraction(moment.ticks, run)
        case "t":
            return ("AM" if moment.ticks % DAY < 12 * HOUR else "PM")[:length]
        case "g":
            return "A.D."
        case "K" | "z":
            return _zone(moment.offset, run)
    return run


def _fraction(ticks: int, run: str) -> str:
    digits = f"{ticks % SECOND:07d}"[: len(run)]
    return digits.rstrip("0") if run[0] == "F" else digits


def _zone(offset: int | None, run: str) -> str:
    if offset is None:
        if run[0] == "K":
            return ""
        raise _unsupported(run)
    sign, hours, minutes = "-" if offset < 0 else "+", abs(offset) // 60, abs(offset) % 60
    if run == "z":
        return f"{sign}{hours}"
    return f"{sign}{hours:02d}" if run == "zz" else f"{sign}{hours:02d}:{minutes:02d}"


def _unsupported(pattern: str) -> SqlError:
    return SqlError(40000, f"This is not supported by the stand-in: FORMAT of a date or time as '{pattern}'.")
