"""Text as UTF-16 code units, which is what SQL Server stores, counts and cuts; and the code page of varchar.

SQLite keeps UTF-8, in which half of a surrogate pair has no place. So a half that stands alone is kept as one of the last 2,048
code points of Unicode, which are private and of no use to anybody, and a character from there as two such halves: nothing is lost.
"Kept" means this form; the engine has texts in no other. `utf16` gives the units as the wire sends them.
"""

import re
import struct
from collections.abc import Callable
from typing import Any

_HALVES = 0x10F800  # where the halves U+D800 to U+DFFF are kept
_FIRST_HALF = 0xD800
_OF_KEPT = {_HALVES + place: _FIRST_HALF + place for place in range(0x800)}
_OF_HALF = {half: kept for kept, half in _OF_KEPT.items()}
_ODD = re.compile("[\ud800-\udfff\U0010f800-\U0010ffff]")


def is_wide(text: str) -> bool:
    """Tell whether a kept text has characters that are not one code unit each as they stand."""
    return not text.isascii() and max(text) > "\uffff"


def units(text: str) -> int:
    """Return the length in UTF-16 code units, which is what SQL Server counts."""
    return len(utf16(text)) // 2 if is_wide(text) else len(text)


def cut(text: str, limit: int) -> str:
    """Return the first `limit` UTF-16 code units; a pair may be cut in two."""
    if not is_wide(text):
        return text[:limit]
    return kept(spread(text)[:limit])


def utf16(text: str) -> bytes:
    """Return the code units of a kept text, little-endian."""
    if not text.isascii() and max(text) >= "\U0010f800":
        text = text.translate(_OF_KEPT)
    return text.encode("utf-16-le", "surrogatepass")


def plain(text: str) -> str:
    """Return a kept text as a Python string in which halves of pairs stand as they are."""
    return utf16(text).decode("utf-16-le", "surrogatepass") if is_wide(text) else text


def from_utf16(raw: bytes) -> str:
    """Return the kept text of code units; an odd byte at the end is left out."""
    return kept(raw[: len(raw) // 2 * 2].decode("utf-16-le", "surrogatepass"))


def kept(text: str) -> str:
    """Return a Python string, which may have halves of pairs, as the engine keeps it."""
    if text.isascii() or _ODD.search(text) is None:
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _ODD.sub(lambda found: _halves(found[0]), whole)


def _halves(character: str) -> str:
    return _one_per_unit(character.encode("utf-16-le", "surrogatepass")).translate(_OF_HALF)


def _one_per_unit(raw: bytes) -> str:
    return "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw)))


def spread(text: str) -> str:
    """Return a string with one character per code unit of a kept text; `kept` is the way back."""
    return _one_per_unit(utf16(text))


def by_units(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of texts work on code units: what it does to characters, it then does to those."""

    def run(*arguments: Any) -> Any:
        for argument in arguments:
            if argument.__class__ is str and is_wide(argument):
                break
        else:
            return function(*arguments)
        result = function(*(spread(each) if isinstance(each, str) else each for each in arguments))
        return kept(result) if isinstance(result, str) else result

    return run


# --- varchar's code page -----------------------------------------------------------------------------------------

_CP1252 = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
_FROM_1252 = dict(_CP1252)
_TO_1252 = {ord(char): code for code, char in _CP1252.items()}


def to_code_page(text: str) -> str:
    """Return a string as a varchar of code page 1252 keeps it: a unit that it lacks becomes a question mark."""
    return text if text.isascii() else to_cp1252(text).decode("latin-1").translate(_FROM_1252)


def to_cp1252(text: str) -> bytes:
    """Return the bytes of a varchar."""
    if is_wide(text):
        text = spread(text)
    return text.translate(_TO_1252).encode("latin-1", "replace")


def from_cp1252(raw: bytes) -> str:
    """Return the text of a varchar's bytes."""
    return raw.decode("latin-1").translate(_FROM_1252)
