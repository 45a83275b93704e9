"""JSONata's functions on texts. What could make much of little is foreseen."""

import base64
from typing import Any

from jsonata.functions import Functions
from jsonata.jexception import JException

from asl.jsonata.conversion import NULL
from asl.jsonata.regular_expressions import replaced
from asl.jsonata.values import QueryError

MATCH_ELEMENTS = 8  # that one match holds, about


def string(engine: Any, value: Any, is_pretty: Any) -> Any:
    """A value as text."""
    return None if value is None else engine.text_of(value, 2 if is_pretty is True else None)


def lowercase(text: Any) -> Any:
    """In small letters."""
    return None if text is None else _text(text, "lowercase").lower()


def pad(engine: Any, text: Any, width: Any, filler: Any) -> Any:
    """Filled up to a width, in front if that is negative."""
    if isinstance(width, int | float):
        engine.budget.foresee(characters=abs(width))
    return Functions.pad(text, width, filler)


def contains(text: Any, token: Any) -> Any:
    """Whether something stands in it."""
    return None if token is None else Functions.contains(text, token)


def match(engine: Any, text: Any, pattern: Any, limit: Any) -> Any:
    """Where a pattern fits."""
    if isinstance(text, str):
        engine.budget.foresee(elements=MATCH_ELEMENTS * _matches(pattern, text))
    return Functions.match_(text, pattern, limit)


def _matches(pattern: Any, text: str) -> int:
    if not Functions.is_regex(pattern):
        raise QueryError("instead of a regular expression no function can be given")
    return sum(1 for _ in pattern.finditer(text))


def replace(engine: Any, text: Any, pattern: Any, replacement: Any, limit: Any) -> Any:
    """With something else in the place of what a text or a pattern is."""
    if text is None:
        return None
    _text(text, "replace")
    if pattern == "":
        raise JException("D3010", -1)
    if limit is not None and limit < 0:
        raise JException("D3011", -1)
    most = -1 if limit is None else int(limit)
    if not isinstance(pattern, str):
        return replaced(engine, text, pattern, replacement, most)
    if isinstance(replacement, str):
        times = text.count(pattern) if most < 0 else min(most, text.count(pattern))
        engine.budget.foresee(characters=len(text) + times * (len(replacement) - len(pattern)))
        return text.replace(pattern, replacement, most)
    raise JException("D3012", -1)


def split(engine: Any, text: Any, separator: Any, limit: Any) -> Any:
    """Its parts between separators."""
    if isinstance(text, str):
        many = text.count(separator) if isinstance(separator, str) else _matches(separator, text)
        engine.budget.foresee(elements=many)
    return Functions.split(text, separator, limit)


def join(engine: Any, texts: Any, separator: Any) -> Any:
    """Texts one after the other, with a separator between them."""
    if texts is None:
        return None
    between = separator or ""
    engine.budget.foresee(characters=sum(map(len, texts)) + len(between) * (len(texts) - 1))
    return between.join(texts)


def base64_encode(text: Any) -> Any:
    """In base64."""
    return None if text is None else base64.b64encode(_text(text, "base64encode").encode()).decode()


def base64_decode(text: Any) -> Any:
    """From base64."""
    return None if text is None else base64.b64decode(_text(text, "base64decode").encode()).decode()


def _text(value: Any, function: str) -> str:
    if value is NULL or not isinstance(value, str):
        raise JException("T0410", -1, 1, function)
    return value


FUNCTIONS = {
    "base64decode": ("<s-:s>", base64_decode),
    "base64encode": ("<s-:s>", base64_encode),
    "contains": ("<s-(sf):b>", contains),
    "join": ("<a<s>s?:s>", join),
    "lowercase": ("<s-:s>", lowercase),
    "match": ("<s-f<s:o>n?:a<o>>", match),
    "pad": ("<s-ns?:s>", pad),
    "replace": ("<s-(sf)(sf)n?:s>", replace),
    "split": ("<s-(sf)n?:a<s>>", split),
    "string": ("<x-b?:s>", string),
}
