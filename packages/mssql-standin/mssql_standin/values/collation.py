"""Collations: which strings are equal, and their order.

Trailing blanks never count. Case-insensitive comparison keeps accents apart; the order puts punctuation before digits
before letters and sorts accented letters after their base letter, which is what people see of Windows' tables, not a copy of them.
"""

import unicodedata
from collections.abc import Callable
from functools import lru_cache

from mssql_standin.results import SqlError
from mssql_standin.values.code_units import is_wide, kept, spread

DEFAULT = "SQL_Latin1_General_CP1_CI_AS"
_SQLITE_NAMES = {
    "sql_latin1_general_cp1_ci_as": "ci_as",
    "latin1_general_ci_as": "ci_as",
    "latin1_general_100_ci_as": "ci_as",
    "sql_latin1_general_cp1_cs_as": "cs_as",
    "latin1_general_cs_as": "cs_as",
    "latin1_general_100_cs_as": "cs_as",
    "latin1_general_bin2": "bin2",
    "latin1_general_100_bin2": "bin2",
}
_CANONICAL = {
    name.lower(): name
    for name in (
        DEFAULT, "Latin1_General_CI_AS", "Latin1_General_100_CI_AS", "SQL_Latin1_General_CP1_CS_AS", "Latin1_General_CS_AS",
        "Latin1_General_100_CS_AS", "Latin1_General_BIN2", "Latin1_General_100_BIN2",
    )
}  # fmt: skip
_SHORT = 200  # characters
_PUNCTUATION_FIRST = str.maketrans({c: chr(1 + i) for i, c in enumerate(" _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$")})


_of_database = [DEFAULT]


def database_default() -> str:
    """Return the collation of the database, of which a process serves one."""
    return _of_database[0]


def set_database_default(name: str) -> None:
    """Say which collation the database has, before anything is read from it."""
    _of_database[0] = canonical(name)


def canonical(name: str) -> str:
    """Return a collation's full name as it is spelt. Raises SqlError 448."""
    if name.lower() in {"database_default", "catalog_default"}:
        return database_default()
    if name.lower() not in _CANONICAL:
        raise SqlError(448, f"Invalid collation '{name}'. (The stand-in knows: {', '.join(_CANONICAL.values())}.)")
    return _CANONICAL[name.lower()]


def sqlite_name(name: str) -> str:
    """Return the name under which the collation is registered with SQLite."""
    return _SQLITE_NAMES[name.lower()]


def fold(text: str) -> str:
    """Return the text so that equality under the case-insensitive collation is equality of results."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", _whole(text)).casefold()


def _whole(text: str) -> str:
    """Return a text in which halves of a pair that came together are one character."""
    return kept(spread(text)) if is_wide(text) else text


def folded(text: str | None, name: str) -> str | None:
    """Return the text so that two texts are equal under a collation, by its SQLite name, exactly if the results are the same."""
    if text is None:
        return None
    return fold(text.rstrip(" ")) if name == "ci_as" else _whole(text.rstrip(" "))


def _order_key(text: str) -> tuple[str, str]:
    if text.isascii():
        key = text.lower().translate(_PUNCTUATION_FIRST)
        return key, key
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFC", _whole(text)).casefold())
    base = "".join(c for c in folded if not unicodedata.combining(c))
    return base.translate(_PUNCTUATION_FIRST), folded


def _key_ci(text: str) -> tuple[str, tuple[str, str]]:
    return _short_key_ci(text) if len(text) <= _SHORT else _long_key_ci(text)


def _long_key_ci(text: str) -> tuple[str, tuple[str, str]]:
    text = text.rstrip(" ")
    return fold(text), _order_key(text)


_short_key_ci = lru_cache(10_000)(_long_key_ci)  # names and keys, which are compared again and again


def _compare_ci(left: str, right: str) -> int:
    if left == right:
        return 0
    (left_folded, left_order), (right_folded, right_order) = _key_ci(left), _key_ci(right)
    if left_folded == right_folded:
        return 0
    return 1 if left_order > right_order else -1


def _compare_cs(left: str, right: str) -> int:
    if left == right:
        return 0
    left, right = _whole(left.rstrip(" ")), _whole(right.rstrip(" "))
    if left == right:
        return 0
    a, b = (*_order_key(left), left.swapcase()), (*_order_key(right), right.swapcase())
    return (a > b) - (a < b)


def _compare_bin(left: str, right: str) -> int:
    a, b = left.rstrip(" "), right.rstrip(" ")
    if is_wide(a) or is_wide(b):
        a, b = spread(a), spread(b)
    return (a > b) - (a < b)


COMPARERS: dict[str, Callable[[str, str], int]] = {"ci_as": _compare_ci, "cs_as": _compare_cs, "bin2": _compare_bin}
