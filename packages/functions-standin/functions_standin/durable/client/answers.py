"""Answers of the management API: compact JSON."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from functions_standin.durable.json_text import to_json

CONTINUATION = "x-ms-continuation-token"


def json_answer(
    value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None, continuation: str | None = None
) -> web.Response:
    """Return an answer with JSON, and with a token that asks for the next page if there is one."""
    more = {} if continuation is None else {CONTINUATION: continuation}
    return web.json_response(value, status=status, headers={**(headers or {}), **more}, dumps=to_json)
