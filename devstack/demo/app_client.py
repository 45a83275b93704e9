"""Asks the app, or the demo API, over HTTP as any client does; a host that is down is an answer, not an error."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from devstack import loopback

NOBODY = 0  # the status if nobody has answered


def ask(method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    """Return status and JSON of the answer; NOBODY and nothing if there was none."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - the addresses are the stack's own
        url, data, {"Content-Type": "application/json", **(headers or {})}, method=method
    )
    try:
        with loopback.ask(request, timeout_seconds=30) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, _json(error.read())
    except (OSError, HTTPException, ValueError):
        return NOBODY, None


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
