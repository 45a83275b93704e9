"""Where the SDK's clients find the host: a port of its own on the loopback, as the Durable extension opens one."""

import random
import socket
from collections.abc import Sequence
from typing import Protocol

from aiohttp import web

from functions_standin.errors import SettingsError

_LOOPBACK = "127.0.0.1"
_USUAL_PORT = 17071
_OTHER_PORTS = (30000, 31000)


class RpcServer(Protocol):
    """A server of the management API for the app's own clients; `origin` is what its addresses begin with."""

    origin: str

    async def serve(self, routes: Sequence[web.RouteDef]) -> None:
        """Begin to answer."""

    async def close(self) -> None:
        """Answer no more."""


class SocketRpcServer:
    """A server on a port that is taken at once."""

    def __init__(self) -> None:
        self._listening = _bind()
        self._runner: web.AppRunner | None = None
        self.origin = f"http://{_LOOPBACK}:{self._listening.getsockname()[1]}"

    async def serve(self, routes: Sequence[web.RouteDef]) -> None:
        """Begin to answer."""
        app = web.Application(client_max_size=100 * 1024 * 1024)
        app.add_routes(routes)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.SockSite(self._runner, self._listening).start()

    async def close(self) -> None:
        """Close the port."""
        if self._runner is not None:
            await self._runner.cleanup()


def _bind() -> socket.socket:
    for port in (_USUAL_PORT, *random.sample(range(*_OTHER_PORTS), 20)):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # Not SO_REUSEADDR alone: the port must be ours.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((_LOOPBACK, port))
            listening.listen()
        except OSError:
            listening.close()
            continue
        return listening
    raise SettingsError("no port is free for the clients of durable functions")
