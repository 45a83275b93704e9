"""Functions of JSON as SQLite calls them back."""

from collections.abc import Callable
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.values import json_text


def _is_json(value: str | None) -> int | None:
    if value is None:
        return None
    try:
        return int(json_text.is_container(json_text.parse(value)))
    except SqlError:
        return 0


def _json_scalar(document: str | None, path: str | None) -> str | None:
    if document is None or path is None:
        return None
    strict, found = json_text.lookup(json_text.parse(document), path)
    if json_text.is_container(found):
        if strict:
            raise SqlError(13623, "Scalar value cannot be found in the specified JSON path.", state=2)
        return None
    value = json_text.scalar_text(found)
    if value is not None and len(value) > 4000:
        if strict:
            raise SqlError(13625, "String value in the specified JSON path would be truncated.")
        return None
    return value


def _json_fragment(document: str | None, path: str | None) -> str | None:
    if document is None or path is None:
        return None
    strict, found = json_text.lookup(json_text.parse(document), path)
    if not json_text.is_container(found):
        if strict:
            raise SqlError(13624, "Object or array cannot be found in the specified JSON path.", state=2)
        return None
    return json_text.dump(found)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "is_json": (1, _is_json),
    "json_scalar": (2, _json_scalar),
    "json_fragment": (2, _json_fragment),
    "escape_json": (1, lambda value: None if value is None else json_text.escape(value)),
}
