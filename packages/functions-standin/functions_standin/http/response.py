"""Turns what an HTTP function returned into the response, by the host's rules."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from functions_standin.invocation import Datum

_REASONS = {418: "I'm a teapot"}
_BARE = (204, 304)  # never with a body
_ATTRIBUTES = ("expires", "max-age", "domain", "path", "secure", "samesite", "httponly")
_ALWAYS_THERE = ("domain", "path")
_TEXT = "text/plain; charset=utf-8"


def to_response(datum: Datum | None) -> web.Response:
    """Return the response for an encoded return value: an HttpResponse or a str."""
    if datum is None:
        raise TypeError("the function returned nothing")
    if datum.type == "http":
        return _response_of(datum.value)
    return _response_of_text(datum.value)


def check(response: web.Response) -> None:
    """Raise ValueError for what the real host's server refuses to send."""
    for name, value in response.headers.items():
        if not value.isascii():
            raise ValueError(f"the header {name} has other than ASCII characters")
    told = response.headers.get("Content-Length")
    size = len(response.body) if isinstance(response.body, bytes) else 0
    if told is not None and told != str(size):
        raise ValueError(f"Content-Length is {told}, and the body has {size} bytes")


async def sent(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Send a function's answer as the real host does: in chunks, unless it says its length itself."""
    answer = web.StreamResponse(
        status=response.status, reason=_REASONS.get(response.status, response.reason), headers=response.headers
    )
    is_bare = request.method == "HEAD" or response.status in _BARE
    body = response.body if isinstance(response.body, bytes) and not is_bare else b""
    if not body and not is_bare:
        answer.content_length = 0
    await answer.prepare(request)
    await answer.write_eof(body)
    return answer


def _response_of(value: Mapping[str, Any]) -> web.Response:
    response = web.Response(
        status=int(value["status_code"]),
        body=value["body"],
        headers=value["headers"],
    )
    for cookie in value["cookies"]:
        response.headers.add("Set-Cookie", cookie_text(cookie))
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


def cookie_text(text: str) -> str:
    """Return a Set-Cookie value as the host writes it anew: in its own order, with a domain and a path even if empty."""
    pair, *rest = [part.strip() for part in text.split(";")]
    given = {name.strip().lower(): value.strip() for name, _, value in (part.partition("=") for part in rest)}
    parts = [pair]
    for name in _ATTRIBUTES:
        if name in {"secure", "httponly"}:
            parts += [name] if name in given else []
        elif name in given or name in _ALWAYS_THERE:
            value = given.get(name, "")
            parts.append(f"{name}={value.lower() if name == 'samesite' else value}")
    return "; ".join(parts)
