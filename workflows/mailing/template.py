"""Texts with {{fields}}: which they have, and what becomes of them for one recipient."""

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


def placeholders(template: Any) -> frozenset[str]:
    """Return the names of the fields in a text, or in all texts within a JSON value."""
    match template:
        case str():
            return frozenset(_PLACEHOLDER.findall(template))
        case Mapping():
            return frozenset().union(*map(placeholders, template.values()))
        case list() | tuple():
            return frozenset().union(*map(placeholders, template))
    return frozenset()


def filled(text: str, fields: Mapping[str, Any]) -> str:
    """Return a text with its fields in it."""
    return _filled(text, fields, lambda value: value)


def filled_html(text: str, fields: Mapping[str, Any]) -> str:
    """Return HTML with its fields in it, escaped: what a recipient is called is no markup."""
    return _filled(text, fields, html.escape)


def filled_line(text: str, fields: Mapping[str, Any]) -> str:
    """Return a text on one line, as a subject has to be: a line's end within it would begin another header."""
    return " ".join(filled(text, fields).split())


def filled_json(template: Any, fields: Mapping[str, str]) -> Any:
    """Return a JSON value with the fields in its texts; a member that is nothing but an empty field is left out."""
    match template:
        case str():
            return filled(template, fields)
        case Mapping():
            return {key: filled_json(value, fields) for key, value in template.items() if not _is_empty(value, fields)}
        case list() | tuple():
            return [filled_json(value, fields) for value in template if not _is_empty(value, fields)]
    return template


def _is_empty(template: Any, fields: Mapping[str, str]) -> bool:
    alone = _PLACEHOLDER.fullmatch(template) if isinstance(template, str) else None
    return alone is not None and not fields.get(alone[1])


def _filled(text: str, fields: Mapping[str, Any], escaped: Callable[[str], str]) -> str:
    return _PLACEHOLDER.sub(lambda match: escaped(shown(fields.get(match[1]))), text)


def shown(value: Any) -> str:
    """Return a field's value as a mail shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
