"""JSON as SQL Server reads it: numbers keep their text, the first of two equal keys wins, paths are lax or strict."""

import json
import re
from functools import lru_cache
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.values.code_units import kept, plain

_STEP = re.compile(r'\.(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_$][\w$]*))|\[(\d+)\]')


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


class Object(list[tuple[str, Any]]):
    """A JSON object as its pairs in order."""

    __slots__ = ()


def parse(text: str) -> Any:
    """Return a document's value. Raises SqlError 13609."""
    try:
        return _decoder.decode(plain(text))
    except json.JSONDecodeError as error:
        at = min(error.pos, max(len(text) - 1, 0))
        shown = text[at] if text else "."
        raise SqlError(
            13609,
            f"JSON text is not properly formatted. Unexpected character '{shown}' is found at position {error.pos}.",
            state=4,
        ) from None
    except RecursionError:
        raise SqlError(13603, "JSON text is nested too deeply.", state=1) from None


def value_at(text: str, place: int) -> tuple[Any, int]:
    """Return the value that begins at a place of a valid document, and where it ends."""
    return _decoder.raw_decode(text, place)


def _refuse_constant(name: str) -> Any:
    raise json.JSONDecodeError("not JSON", name, 0)


_decoder = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=_refuse_constant, object_pairs_hook=Object, strict=True
)


@lru_cache(maxsize=1024)
def parse_path(path: str) -> tuple[bool, tuple[str | int, ...]]:
    """Return (strict, steps) of a JSON path. Raises SqlError 13607."""
    text = path.strip()
    strict = False
    for mode in ("lax", "strict"):
        if text.startswith((f"{mode} ", f"{mode}$")):
            strict = mode == "strict"
            text = text[len(mode) :].strip()
    if not text.startswith("$"):
        raise _bad_path(path, 0)
    steps: list[str | int] = []
    place = 1
    while place < len(text):
        match = _STEP.match(text, place)
        if match is None:
            raise _bad_path(path, place)
        quoted, plain, index = match.groups()
        if index is not None:
            steps.append(int(index))
        else:
            steps.append(json.loads(f'"{quoted}"') if quoted is not None else plain)
        place = match.end()
    return strict, tuple(steps)


def _bad_path(path: str, place: int) -> SqlError:
    shown = path[place : place + 1] or "."
    return SqlError(
        13607,
        f"JSON path is not properly formatted. Unexpected character '{shown}' is found at position {place}.",
        state=4,
    )


class Missing:
    """What a path finds where there is nothing."""


MISSING = Missing()


def follow(value: Any, steps: tuple[str | int, ...]) -> Any:
    """Return what a path leads to, MISSING if nothing."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(value, list) or isinstance(value, Object) or step >= len(value):
                return MISSING
            value = value[step]
        else:
            if not isinstance(value, Object):
                return MISSING
            value = next((item for key, item in value if key == step), MISSING)
    return value


def lookup(value: Any, path: str) -> tuple[bool, Any]:
    """Return (strict, found) of a path. Raises SqlError 13608 when a strict path leads nowhere."""
    strict, steps = parse_path(path)
    found = follow(value, steps)
    if strict and found is MISSING:
        raise SqlError(13608, "Property cannot be found on the specified JSON path.", state=2)
    return strict, found


def is_container(value: Any) -> bool:
    """Tell whether a value is an object or an array."""
    return isinstance(value, list)


def scalar_text(value: Any) -> str | None:
    """Return a scalar as the text that SQL Server converts from; None for null."""
    if value is None or value is MISSING:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return kept(value)


def dump(value: Any) -> str:
    """Return compact JSON text of a parsed value."""
    return kept(_dumped(value))


def _dumped(value: Any) -> str:
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Object):
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{_dumped(item)}" for key, item in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_dumped(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


_ESCAPES = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'["\\/\x00-\x1f]')


def escape(text: str) -> str:
    """Return STRING_ESCAPE(text, 'json')."""
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04x}", text)
