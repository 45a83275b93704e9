"""A call over HTTP out of a task's arguments: under its connection's URL, and nowhere else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlsplit

from relay.shown import shown
from workflows.resources.connection import Connection
from workflows.resources.endpoint import endpoint_of
from workflows.resources.headers import CONTENT_TYPE, headers_of
from workflows.resources.query import query_of
from workflows.resources.values import bad_arguments

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
KEYS = (
    *("ApiEndpoint", "Method", "Headers", "QueryParameters", "RequestBody", "Transform"),
    *("Connection", "Authentication", "InvocationConfig"),
)
_ARRAYS = ("INDICES", "REPEAT", "COMMAS", "BRACKETS")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request, as it goes out."""

    method: str
    url: str = field(repr=False)  # may hold a secret of the connection's
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""
    content_type: str = JSON


def request_of(connection: Connection, arguments: Mapping[str, Any]) -> HttpRequest:
    """Return the request; raise TaskFailed for arguments that cannot be used."""
    if unknown := [key for key in arguments if key not in KEYS]:
        raise bad_arguments(str(unknown[0]), f"there is no such argument; take of {', '.join(KEYS)}")
    method = arguments.get("Method")
    if not isinstance(method, str) or method not in connection.methods:
        raise bad_arguments("Method", f"{shown(method)} must be one of {', '.join(connection.methods)}")
    body, content_type = _body(arguments)
    headers = headers_of(connection, arguments.get("Headers"))
    written = [headers.pop(name) for name in list(headers) if name.lower() == CONTENT_TYPE]
    return HttpRequest(
        method=method,
        url=_url(connection, arguments),
        headers={**headers, **connection.headers},
        body=body,
        content_type=written[-1] if written else content_type,
    )


def _url(connection: Connection, arguments: Mapping[str, Any]) -> str:
    base = urlsplit(connection.url)
    path, query = endpoint_of(connection, arguments.get("ApiEndpoint"))
    pairs = arguments.get("QueryParameters") or {}
    parameters = _form(pairs, "QueryParameters", "REPEAT")
    whole = query_of(base.query, {"ApiEndpoint": query, "QueryParameters": parameters})
    return f"{base.scheme}://{base.netloc}{path}" + (f"?{whole}" if whole else "")


def _body(arguments: Mapping[str, Any]) -> tuple[bytes, str]:
    transform = arguments.get("Transform") or {}
    encoding = transform.get("RequestBodyEncoding", "NONE") if isinstance(transform, Mapping) else None
    if encoding not in {"NONE", "URL_ENCODED"}:
        raise bad_arguments("Transform", 'it must look like {"RequestBodyEncoding": "URL_ENCODED"}, or be left out')
    body = arguments.get("RequestBody")
    if encoding == "URL_ENCODED":
        options = transform.get("RequestEncodingOptions") or {}
        arrays = options.get("ArrayFormat", "INDICES") if isinstance(options, Mapping) else None
        if arrays not in _ARRAYS:
            raise bad_arguments("Transform", f"ArrayFormat must be one of {', '.join(_ARRAYS)}")
        return _form(body or {}, "RequestBody", arrays).encode(), FORM
    if body is None:
        return b"", JSON
    return json.dumps(body, separators=(",", ":")).encode(), JSON


def _form(pairs: Any, key: str, arrays: str) -> str:
    """Return name=value&… of an object of plain values, and lists of such."""
    if not isinstance(pairs, Mapping):
        raise bad_arguments(key, 'it must look like {"name": "value"}')
    found: list[str] = []
    for name, value in pairs.items():
        values = value if isinstance(value, list) else [value]
        if any(isinstance(each, Mapping | list) for each in values):
            raise bad_arguments(key, f"{shown(name)} must be a text, a number, true, false, or a list of such")
        try:
            found += _written(name, [_text(each) for each in values], arrays if isinstance(value, list) else "REPEAT")
        except UnicodeEncodeError:
            raise bad_arguments(key, f"{shown(name)} has half of a character, which no URL can hold") from None
    return "&".join(found)


def _written(name: str, values: Sequence[str], arrays: str) -> list[str]:
    key, quoted = quote_plus(name), [quote_plus(value) for value in values]
    match arrays:
        case "COMMAS":
            return [f"{key}={','.join(quoted)}"]
        case "BRACKETS":
            return [f"{key}[]={value}" for value in quoted]
        case "INDICES":
            return [f"{key}[{at}]={value}" for at, value in enumerate(quoted)]
    return [f"{key}={value}" for value in quoted]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value) if value is not None else ""
