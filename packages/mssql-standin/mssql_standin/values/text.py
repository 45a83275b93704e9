"""Functions of text as SQLite calls them back; lengths and positions count UTF-16 units, as SQL Server's do."""

import hashlib
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX
from mssql_standin.values import letter_case
from mssql_standin.values.code_units import by_units, cut, from_cp1252, is_wide, kept, spread, to_cp1252, units, utf16
from mssql_standin.values.collation import folded
from mssql_standin.values.soundex import soundex


def part_of(value: Any, start: int, length: int) -> Any:
    """Return `length` units from the zero-based `start`; both may reach beyond the value."""
    end = max(start + length, 0)
    start = max(start, 0)
    if isinstance(value, str) and is_wide(value):
        return kept(spread(value)[start:end])
    return value[start:end]


def _substring(value: Any, start: int | None, length: int | None) -> Any:
    if value is None or start is None or length is None:
        return None
    if length < 0:
        raise SqlError(537, "Invalid length parameter passed to the LEFT or SUBSTRING function.", state=3)
    return part_of(value, start - 1, length)


def _left(text: str | None, count: int | None) -> str | None:
    result: str | None = _substring(text, 1, count)
    return result


def _right(text: str | None, count: int | None) -> str | None:
    if text is None or count is None:
        return None
    if count < 0:
        raise SqlError(536, "Invalid length parameter passed to the RIGHT function.", state=2)
    return str(part_of(text, max(units(text) - count, 0), count))


def _length(value: Any) -> int | None:
    if value is None:
        return None
    return len(value) if isinstance(value, bytes) else units(value.rstrip(" ")) if value else 0


def _byte_length(value: Any, size: int) -> int | None:
    if value is None:
        return None
    return len(value) if isinstance(value, bytes) else (units(value) if value else 0) * size


def _concat(*parts: str | None) -> str:
    return "".join(part for part in parts if part is not None)


def _concat_separated(separator: str | None, *parts: str | None) -> str:
    return (separator or "").join(part for part in parts if part is not None)


def _cut(text: str | None, limit: int) -> str | None:
    return None if text is None or not text else cut(text, limit)


@lru_cache(maxsize=1024)
def _needle(text: str, collation: str) -> re.Pattern[str]:
    return re.compile(re.escape(text), re.DOTALL | (re.IGNORECASE if collation == "ci_as" else 0))


def _replace(text: str | None, old: str | None, new: str | None, collation: str, limit: int) -> str | None:
    if text is None or old is None or new is None:
        return None
    if not old:
        return text
    result = _needle(old, collation).sub(lambda _: new, text)
    return result if limit == MAX or not result else cut(result, limit)


def _replicate(text: str | None, count: int | None, limit: int) -> str | None:
    if text is None or count is None or count < 0:
        return None
    if limit != MAX:
        return cut(text * min(count, limit), limit) if text and count else ""
    return text * count


def _stuff(text: str | None, start: int | None, length: int | None, inserted: str | None) -> str | None:
    if text is None or start is None or length is None or start < 1 or length < 0 or start > len(text or " "):
        return None
    head = part_of(text, 0, start - 1)
    tail = part_of(text, start - 1 + length, len(text) * 2)
    return str(head) + (inserted or "") + str(tail)


def _index_of(needle: str | None, text: str | None, start: int | None, collation: str) -> int | None:
    if needle is None or text is None:
        return None
    if not needle:
        return 0
    match = _needle(needle, collation).search(text, max((start or 1) - 1, 0))
    return match.start() + 1 if match else 0


def _translate(text: str | None, old: str | None, new: str | None) -> str | None:
    if text is None or old is None or new is None:
        return None
    if len(old) != len(new):
        raise SqlError(9828, "The second and third arguments of the TRANSLATE built-in function must contain an equal number of "
                             "characters.")  # fmt: skip
    return text.translate({ord(a): b for a, b in reversed(list(zip(old, new, strict=True)))})


def _quotename(text: str | None, quote: str | None) -> str | None:
    if text is None or units(text or " ") > 128:
        return None
    pairs = {"[": "[]", "]": "[]", "(": "()", ")": "()", "<": "<>", ">": "<>", "{": "{}", "}": "{}", "'": "''", '"': '""',
             "`": "``"}  # fmt: skip
    pair = pairs.get((quote or "[")[0])
    if pair is None:
        return None
    return pair[0] + text.replace(pair[1], pair[1] * 2) + pair[1]


# docs: "money and smallmoney" has the currency symbols; a sign or symbol alone is numeric, as one can be converted to money.
_CURRENCIES = "$¢£¤¥৲৳฿៛₠-₱€﷼﹩\uff04￠￡￥￦"
_SIGN = r"[+-]?\s*"
_MONEY_LIKE = re.compile(rf"{_SIGN}[{_CURRENCIES}\\]?\s*{_SIGN}[\d,]*\.?\d*", re.ASCII)
_FLOAT_LIKE = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)[ed][+-]?\d+", re.ASCII | re.IGNORECASE)


def _is_numeric(text: str | None) -> int:
    bare = "" if text is None else text.strip(" \t\n\r\v\f")
    if _FLOAT_LIKE.fullmatch(bare):
        return int(abs(float(bare.lower().replace("d", "e"))) != math.inf)
    return int(bool(bare) and _MONEY_LIKE.fullmatch(bare) is not None)


# --- codes, hashes, messages -------------------------------------------------------------------------------------


def _hash(algorithm: str | None, data: bytes | None) -> bytes | None:
    if algorithm is None or data is None:
        return None
    names = {"sha2_256": "sha256", "sha2_512": "sha512", "sha1": "sha1", "sha": "sha1", "md5": "md5"}
    name = names.get(algorithm.lower())
    return hashlib.new(name, data, usedforsecurity=False).digest() if name else None


def _ansi_character(code: int | None) -> str | None:
    return None if code is None or not 0 <= code <= 255 else from_cp1252(bytes([code]))


def _unicode_character(code: int | None) -> str | None:
    return None if code is None or not 0 <= code <= 0xFFFF else kept(chr(code))


def _unicode(text: str | None) -> int | None:
    return int.from_bytes(utf16(text)[:2], "little") if text else None


def _str(value: float | None, length: int | None, places: int | None) -> str | None:
    if value is None or length is None or places is None or length < 1 or places < 0:
        return None
    whole = f"{value:.0f}"
    if len(whole) > length:
        return "*" * length
    return f"{value:.{min(places, 16)}f}"[:length].rstrip(".").rjust(length)


_FORMAT = re.compile(r"%([-+0 #]*)(\d+|\*)?(?:\.(\d+))?([sdiuxXo%])")


def format_message(text: str, arguments: list[Any]) -> str:
    """Return a RAISERROR message with its arguments filled in. Raises SqlError 2786 for an argument of the wrong type."""
    remaining = iter(arguments)

    def fill(match: re.Match[str]) -> str:
        flags, width, precision, kind = match.groups()
        if kind == "%":
            return "%"
        value = next(remaining, None)
        if value is None:
            return "(null)"
        if (kind == "s") != isinstance(value, str):
            raise SqlError(2786, f"The data type of substitution parameter {arguments.index(value) + 1} does not match the expected type "
                                 "of the format specification.")  # fmt: skip
        spec = f"%{flags}{width or ''}{'.' + precision if precision else ''}{'d' if kind == 'u' else kind}"
        return str(spec % value)

    return cut(_FORMAT.sub(fill, text), 2047) if text else text


def _format(text: str | None, *arguments: Any) -> str | None:
    return None if text is None else format_message(text, list(arguments))


def _of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda value, *rest: None if value is None else function(value, *rest)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "substring_of": (3, _substring),
    "left_of": (2, _left),
    "right_of": (2, _right),
    "length_of": (1, _length),
    "byte_length": (2, _byte_length),
    "concat_text": (-1, _concat),
    "concat_separated": (-1, _concat_separated),
    "concat_binary": (2, lambda a, b: None if a is None or b is None else a + b),
    "cut_text": (2, _cut),
    "upper_text": (2, _of_text(letter_case.upper)),
    "lower_text": (2, _of_text(letter_case.lower)),
    "trim_left": (1, _of_text(lambda text: text.lstrip(" "))),
    "trim_right": (1, _of_text(lambda text: text.rstrip(" "))),
    "trim_both": (1, _of_text(lambda text: text.strip(" "))),
    "reverse_text": (1, by_units(_of_text(lambda text: text[::-1]))),
    "replace_text": (5, by_units(_replace)),
    "replicate_text": (3, _replicate),
    "stuff_text": (4, by_units(_stuff)),
    "index_of_text": (4, by_units(_index_of)),
    "translate_text": (3, by_units(_translate)),
    "quotename": (2, _quotename),
    "folded": (2, folded),
    "is_numeric": (1, _is_numeric),
    "soundex_of": (1, _of_text(soundex)),
    "hash_of": (2, _hash),
    "ascii_of": (1, lambda text: to_cp1252(text)[0] if text else None),
    "unicode_of": (1, _unicode),
    "ansi_character": (1, _ansi_character),
    "unicode_character": (1, _unicode_character),
    "str_of": (3, _str),
    "format_message": (-1, _format),
}
