"""Route constraints of ASP.NET Core, as functions from a path value to whether it fits.

docs: "Routing in ASP.NET Core", route constraints.
"""

import re
import sys
from collections.abc import Callable
from datetime import datetime

Constraint = Callable[[str], bool]

_INTEGER = re.compile(r"\s*[+-]?\d+\s*")
_NUMBER = re.compile(r"\s*[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?\s*")
_FLOAT = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*|NaN|[+-]?Infinity", re.IGNORECASE)
_DATES = ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p")


def parse_constraint(text: str) -> Constraint:
    """Return the constraint that the text of a route template names; raise ValueError for an unknown one."""
    name, parenthesis, rest = text.partition("(")
    name = name.strip()
    if parenthesis and not rest.endswith(")"):
        raise ValueError(f"'{text}' lacks its closing parenthesis")
    arguments = rest[:-1]
    if not parenthesis and name in _PLAIN:
        return _PLAIN[name]
    if parenthesis and name in _WITH_ARGUMENTS:
        return _WITH_ARGUMENTS[name](arguments)
    known = ", ".join([*_PLAIN, *(f"{key}()" for key in _WITH_ARGUMENTS)])
    raise ValueError(f"'{text}' is no route constraint that this stand-in knows; it knows {known}")


def _integer(bits: int) -> Constraint:
    limit = 1 << (bits - 1)
    return lambda value: _INTEGER.fullmatch(value) is not None and -limit <= int(value) < limit


def _number(pattern: re.Pattern[str]) -> Constraint:
    return lambda value: pattern.fullmatch(value) is not None and any(map(str.isalnum, value))


def _guid(value: str) -> bool:
    braces = {"{": "}", "(": ")"}
    inner = value[1:-1] if braces.get(value[:1]) == value[-1:] else value
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", inner):
        return True
    return re.fullmatch(r"[0-9a-fA-F]{32}", value) is not None


def _date_time(value: str) -> bool:
    for form in _DATES:
        try:
            datetime.strptime(value, form)  # noqa: DTZ007 - only whether it can be read counts
        except ValueError:
            continue
        return True
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return "-" in value[1:]


def _length(arguments: str) -> Constraint:
    lowest, *highest = [int(part) for part in arguments.split(",")]
    return _length_between(lowest, highest[0] if highest else lowest)


def _length_between(lowest: int, highest: int) -> Constraint:
    return lambda value: lowest <= len(value) <= highest


def _between(lowest: int, highest: int) -> Constraint:
    is_long = _integer(64)
    return lambda value: is_long(value) and lowest <= int(value) <= highest


def _range(arguments: str) -> Constraint:
    lowest, highest = [int(part) for part in arguments.split(",")]
    return _between(lowest, highest)


def _regex(arguments: str) -> Constraint:
    try:
        pattern = re.compile(arguments, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"regex({arguments}): {error}") from error
    return lambda value: pattern.search(value) is not None


_PLAIN: dict[str, Constraint] = {
    "int": _integer(32),
    "long": _integer(64),
    "guid": _guid,
    "bool": lambda value: value.strip().lower() in {"true", "false"},
    "decimal": _number(_NUMBER),
    "double": _number(_FLOAT),
    "float": _number(_FLOAT),
    "datetime": _date_time,
    "alpha": lambda value: re.fullmatch("[a-zA-Z]*", value) is not None,
    "required": bool,
}
_WITH_ARGUMENTS: dict[str, Callable[[str], Constraint]] = {
    "length": _length,
    "minlength": lambda text: _length_between(int(text), sys.maxsize),
    "maxlength": lambda text: _length_between(0, int(text)),
    "min": lambda text: _between(int(text), (1 << 63) - 1),
    "max": lambda text: _between(-(1 << 63), int(text)),
    "range": _range,
    "regex": _regex,
}
