"""LIKE and PATINDEX: their patterns as regular expressions over code units."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.values.code_units import by_units, is_wide, spread


@lru_cache(maxsize=2048)
def like_pattern(pattern: str, escape: str, collation: str) -> re.Pattern[str] | None:
    """Return a LIKE pattern as a regular expression; None if nothing can match. Raises SqlError 506."""
    if len(escape) > 1:
        raise SqlError(506, f'The invalid escape character "{escape}" was specified in a LIKE predicate.')
    parts, place = [], 0
    while place < len(pattern):
        char = pattern[place]
        place += 1
        if escape and char == escape:
            if place >= len(pattern):
                return None
            parts.append(re.escape(pattern[place]))
            place += 1
        elif char == "%":
            parts.append(".*")
        elif char == "_":
            parts.append(".")
        elif char == "[":
            end = pattern.find("]", place + 1)
            if end < 0:
                return None
            parts.append(_character_class(pattern[place:end], escape))
            place = end + 1
        else:
            parts.append(re.escape(char))
    flags = re.DOTALL | (re.IGNORECASE if collation == "ci_as" else 0)
    return re.compile("".join(parts), flags)


def _character_class(body: str, escape: str) -> str:
    negated = body.startswith("^")
    body = body[1:] if negated else body
    found, place = "", 0
    while place < len(body):
        char = body[place]
        if escape and char == escape and place + 1 < len(body):
            place += 1
            found += re.escape(body[place])
        elif char == "-" and 0 < place < len(body) - 1:
            found += "-"
        else:
            found += re.escape(char)
        place += 1
    return f"[{'^' if negated else ''}{found}]"


def _like(text: str | None, pattern: str | None, escape: str | None, collation: str) -> int | None:
    if text is None or pattern is None or escape is None:
        return None
    compiled = like_pattern(_composed(pattern), escape, collation)
    if compiled is None:
        return 0
    text = _composed(text)
    return int(bool(compiled.fullmatch(text)) or (text.endswith(" ") and bool(compiled.fullmatch(text.rstrip(" ")))))


def _composed(text: str) -> str:
    """Return a text with one character per code unit and accents joined to their letters."""
    return text if text.isascii() else unicodedata.normalize("NFC", spread(text) if is_wide(text) else text)


def _index_of_pattern(pattern: str | None, text: str | None, collation: str) -> int | None:
    if pattern is None or text is None:
        return None
    inner = pattern[1:] if pattern.startswith("%") else pattern
    compiled = like_pattern(inner[:-1] if inner.endswith("%") else inner, "", collation)
    if compiled is None:
        return 0
    tail = "" if inner.endswith("%") else r"\Z"
    search = re.compile(("" if pattern.startswith("%") else r"\A") + f"(?:{compiled.pattern}){tail}", compiled.flags)
    match = search.search(text)
    return match.start() + 1 if match else 0


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "like_match": (4, _like),
    "index_of_pattern": (3, by_units(_index_of_pattern)),
}
