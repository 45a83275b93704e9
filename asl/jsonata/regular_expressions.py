"""Regular expressions: those of an engine that takes linear time, or none, for Python's own can be made to take years."""

import re
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from asl.jsonata.values import QueryError

REFERENCE = re.compile(r"\$(\$|[0-9]{1,9})?")  # ours, and linear


def engine() -> Callable[[str, Any], Any]:
    """What compiles a pattern and its flags."""
    return _with_re2 if find_spec("re2") is not None else _refused


def _with_re2(pattern: str, flags: Any) -> Any:
    re2 = import_module("re2")
    prefix = "".join(letter for letter, is_set in (("i", flags.case_insensitive), ("m", flags.multiline)) if is_set)
    try:
        return re2.compile(f"(?{prefix}){pattern}" if prefix else pattern)
    except re2.error as error:
        raise QueryError(f"the regular expression cannot be read: {error}") from None


def _refused(pattern: str, flags: Any) -> Any:
    del pattern, flags
    raise QueryError(
        "regular expressions are not available, for they can take for ever: use $contains, $split, $substringBefore and "
        "$substringAfter with texts, or install google-re2 with the app"
    )


def replaced(engine: Any, text: str, pattern: Any, replacement: Any, most: int) -> str:
    """A text with a replacement, a text or a function's, in the place of what a pattern fits; of -1 in all places."""
    parts, position, size = [], 0, 0
    for index, match in enumerate(pattern.finditer(text)):
        if index == most:
            break
        if not match.group():
            raise QueryError("D1004: the regular expression matches nothing, and so everywhere")
        with_it = _replacement(engine, match, replacement)
        size += match.start() - position + len(with_it)
        engine.budget.foresee(characters=size)
        parts += [text[position : match.start()], with_it]
        position = match.end()
    return "".join([*parts, text[position:]])


def _replacement(engine: Any, match: Any, replacement: Any) -> str:
    if not isinstance(replacement, str):
        found = {"match": match.group(), "start": match.start(), "end": match.end(), "groups": list(match.groups())}
        text = engine.call(replacement, found)
        if not isinstance(text, str):
            raise QueryError("D3012: $replace was given a function that yields no text")
        return text
    groups = match.groups()
    digits = max(1, len(str(len(groups))))

    def meant(reference: re.Match[str]) -> str:
        written = reference[1] or ""
        if not written or written == "$":
            return "$"
        number = written[:digits]
        if len(number) > 1 and int(number) > len(groups):
            number = number[:-1]
        group = match.group() if number == "0" else groups[int(number) - 1] if 0 < int(number) <= len(groups) else None
        return (group or "") + written[len(number) :]

    engine.budget.foresee(characters=len(replacement) + replacement.count("$") * len(match.group()))
    return REFERENCE.sub(meant, replacement)
