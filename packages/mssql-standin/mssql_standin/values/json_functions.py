"""Functions of JSON as SQLite calls them back."""

from collections.abc import Callable
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.values import json_text
from mssql_standin.values.code_units import plain
from mssql_standin.values.json_modify import modify


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


def _json_modified(document: str | None, path: str | None, value: Any, kind: str) -> str | None:
    """JSON_MODIFY; `kind` says what the value is: text, number, bool, or json, which stands as it is."""
    if document is None or path is None:
        return None
    if value is None:
        return modify(document, path, None)
    match kind:
        case "text":
            return modify(document, path, f'"{json_text.escape(plain(value))}"')
        case "bool":
            return modify(document, path, "true" if value else "false")
    return modify(document, path, plain(value))


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "is_json": (1, _is_json),
    "json_scalar": (2, _json_scalar),
    "json_fragment": (2, _json_fragment),
    "json_modified": (4, _json_modified),
    "escape_json": (1, lambda value: None if value is None else json_text.escape(value)),
}
