"""How the API answers: JSON with exact numbers, problems, or not at all."""

import socket
import struct
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from devstack.demo_api import exact

_LINGER_ZERO = struct.pack("ii", 1, 0)  # close() then sends RST instead of FIN: socket(7), SO_LINGER


def cut(request: web.Request) -> web.StreamResponse:
    """End the connection by a TCP reset, without an answer."""
    transport = request.transport
    if transport is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
    return web.Response()  # nobody is there to get it


def reply(body: Any) -> web.Response:
    """Return JSON with exact numbers."""
    return web.Response(text=exact.dumps(body), content_type="application/json")


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a problem as RFC 9457 describes it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return web.Response(
        status=status, text=exact.dumps(body), content_type="application/problem+json", headers=dict(headers or {})
    )
