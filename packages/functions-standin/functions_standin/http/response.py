"""Turns what an HTTP function returned into the response, by the host's rules."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web
from azure.functions import meta

_TEXT = "text/plain; charset=utf-8"


def to_response(datum: meta.Datum) -> web.Response:
    """Return the response for an encoded return value: an HttpResponse or a str."""
    if datum.type == "http":
        return _response_of(datum.value)
    return _response_of_text(datum.value)


def _response_of(value: Mapping[str, Any]) -> web.Response:
    response = web.Response(
        status=int(value["status_code"].value),
        body=value["body"].value,
        headers={name: header.value for name, header in value["headers"].items()},
    )
    for cookies in value["cookies"] or ():
        for cookie in cookies.values():
            response.headers.add("Set-Cookie", cookie.OutputString())
    return response


def _response_of_text(text: str) -> web.Response:
    """The host parses a returned str: an object with a `body` describes a response, other JSON is written again."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return _plain(text)
    if isinstance(parsed, dict) and "body" in parsed:
        headers = parsed.get("headers")
        return _plain(
            _text_of(parsed["body"]),
            int(parsed.get("status") or parsed.get("statusCode") or 200),
            headers.items() if isinstance(headers, dict) else (),
        )
    return _plain(_text_of(parsed))


def _plain(text: str, status: int = 200, headers: Iterable[tuple[str, Any]] = ()) -> web.Response:
    response = web.Response(status=status, body=text.encode(), headers={"Content-Type": _TEXT})
    for name, value in headers:
        response.headers[name] = str(value)
    return response


def _text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
