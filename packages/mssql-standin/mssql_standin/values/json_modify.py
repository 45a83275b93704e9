"""JSON_MODIFY: one place of a document's text is changed, the rest of it stays as it is written.

docs: "JSON_MODIFY". What it leaves open, a step past an array's end or an append to what is no array, is refused.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mssql_standin.results import SqlError
from mssql_standin.values import json_text
from mssql_standin.values.code_units import kept, plain

_BLANK = re.compile(r"[ \t\n\r]*")
_APPEND = re.compile(r"\s*append\s+")


class _Member(NamedTuple):
    """A member of an object or array: its key or index, and where it and its value stand in the text."""

    key: str | int
    start: int
    value: int
    end: int


def modify(document: str, path: str, new: str | None) -> str:
    """Return the document with `new`, JSON text, at a path; None takes a key away. Raises SqlError 13607 to 13609."""
    text = plain(document)
    json_text.parse(document)
    appending = _APPEND.match(path)
    strict, steps = json_text.parse_path(path[appending.end() :] if appending else path)
    if not steps:
        raise _unsupported("the path '$' alone")
    at: int | None = _past_blanks(text, 0)
    for step in steps[:-1]:
        found = None if at is None else _find(text, at, step)
        at = None if found is None else found.value
    found = None if at is None else _find(text, at, steps[-1])
    if found is None and strict:
        raise SqlError(13608, "Property cannot be found on the specified JSON path.", state=2)
    if at is None:
        return document
    if appending:
        return kept(_appended(text, at, steps[-1], found, new))
    return kept(_set(text, at, steps[-1], found, new, strict))


def _set(text: str, at: int, step: str | int, found: _Member | None, new: str | None, strict: bool) -> str:
    if found is None:
        return text if new is None else _inserted(text, at, step, new)
    if new is None and not strict and isinstance(step, str):
        return _removed(text, at, found)
    return text[: found.value] + (new or "null") + text[found.end :]


def _appended(text: str, at: int, step: str | int, found: _Member | None, new: str | None) -> str:
    if found is None:
        return _inserted(text, at, step, f"[{new or 'null'}]")
    if text[found.value] != "[":
        raise _unsupported("append to what is no array")
    return _added(text, found.value, new or "null")


def _inserted(text: str, at: int, step: str | int, new: str) -> str:
    if isinstance(step, int):
        raise _unsupported("a step past the end of an array")
    if text[at] != "{":
        return text
    return _added(text, at, f'"{json_text.escape(step)}":{new}')


def _added(text: str, at: int, member: str) -> str:
    members = list(_members(text, at))
    place = members[-1].end if members else at + 1
    return text[:place] + ("," if members else "") + member + text[place:]


def _removed(text: str, at: int, found: _Member) -> str:
    members = list(_members(text, at))
    place = members.index(found)
    if place + 1 < len(members):
        return text[: found.start] + text[members[place + 1].start :]
    start = members[place - 1].end if place else found.start
    return text[:start] + text[found.end :]


def _find(text: str, at: int, step: str | int) -> _Member | None:
    return next((member for member in _members(text, at) if member.key == step), None)


def _members(text: str, at: int) -> Iterator[_Member]:
    """Yield the members of the object or array at a place of a valid document, none of a scalar."""
    if text[at] not in "{[":
        return
    place, index = _past_blanks(text, at + 1), 0
    while text[place] not in "}]":
        key, start = index, place
        if text[at] == "{":
            key, colon = json_text.value_at(text, place)
            place = _past_blanks(text, _past_blanks(text, colon) + 1)
        _, end = json_text.value_at(text, place)
        yield _Member(key, start, place, end)
        index += 1
        place = _past_blanks(text, end)
        if text[place] == ",":
            place = _past_blanks(text, place + 1)


def _past_blanks(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _unsupported(what: str) -> SqlError:
    return SqlError(40000, f"This is not supported by the stand-in: JSON_MODIFY with {what}.")
