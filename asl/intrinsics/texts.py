"""Functions of texts and of JSON as text."""

import base64
import binascii
import hashlib
import json
from typing import Any

from asl.intrinsics.arguments import Refused, text
from asl.values import flaw_in, json_text, plain_text

LONGEST = 10_000  # characters that may be encoded, decoded or hashed
ALGORITHMS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")


def fill(template: str, values: list[Any]) -> str:
    """A template whose {} are filled with values, one each; \\{, \\}, \\' and \\\\ stand for the character itself."""
    filled, number, place = [], 0, 0
    while place < len(template):
        if template.startswith("{}", place):
            if number < len(values):
                filled.append(plain_text(values[number]))
            number, place = number + 1, place + 2
            continue
        if template[place] == "\\" and template[place + 1 : place + 2] in ("{", "}", "'", "\\"):
            place += 1
        filled.append(template[place])
        place += 1
    if number != len(values):
        raise Refused(f"the template has {number} {{}}, and there are {len(values)} values for them")
    return "".join(filled)


def split(whole: Any, separators: Any) -> list[str]:
    """A text cut at each of some characters; what is empty between them is left out."""
    marks = frozenset(text(separators))
    parts, begin = [], 0
    for place, character in enumerate(text(whole)):
        if character in marks:
            parts.append(whole[begin:place])
            begin = place + 1
    return [part for part in (*parts, whole[begin:]) if part]


def encode(value: Any) -> str:
    """A text in Base64."""
    return base64.b64encode(_bytes_of(text(value))).decode("ascii")


def decode(value: Any) -> str:
    """What a text in Base64 stands for."""
    _check_length(text(value))
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise Refused("the text is not Base64 of a text in UTF-8") from None


def digest(value: Any, algorithm: Any) -> str:
    """The hash of a value in hexadecimal digits."""
    if algorithm not in ALGORITHMS:
        raise Refused(f"the algorithm has to be one of {', '.join(ALGORITHMS)}")
    data = _bytes_of(value if isinstance(value, str) else json_text(value))
    return hashlib.new(algorithm.replace("SHA-", "SHA"), data, usedforsecurity=False).hexdigest()


def parse_json(value: Any) -> Any:
    """The value that a text in JSON stands for; an empty one stands for null."""
    if not text(value).strip():
        return None
    try:
        parsed = json.loads(value, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refused("the text is not JSON") from None
    if (flaw := flaw_in(parsed)) is not None:
        raise Refused(f"the JSON cannot be worked with: {flaw}")
    return parsed


def merge(first: Any, second: Any, is_deep: Any) -> dict[str, Any]:
    """Two objects in one; the second wins."""
    if not isinstance(first, dict) or not isinstance(second, dict):
        raise Refused("two objects are needed")
    if is_deep is not False:
        raise Refused("the third argument has to be false: objects within objects are not merged")
    return {**first, **second}


def _bytes_of(value: str) -> bytes:
    _check_length(value)
    try:
        return value.encode()
    except UnicodeError:
        raise Refused("the text holds half a pair of surrogates, which has no form in UTF-8") from None


def _check_length(value: str) -> None:
    if len(value) > LONGEST:
        raise Refused(f"the text has {len(value)} characters, {LONGEST} are allowed")


def _no_number(name: str) -> None:
    raise ValueError(name)
