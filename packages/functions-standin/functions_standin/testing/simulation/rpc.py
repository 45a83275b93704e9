"""The server of a simulated host for the app's own durable clients."""

from collections.abc import Callable, Sequence
from typing import cast

from aiohttp import web

from functions_standin.testing.simulation.exchange import Answer, exchange, request_bytes


class SimulatedRpcServer:
    """Answers requests that are handed to it; `ended` is called when it closes."""

    def __init__(self, origin: str, ended: Callable[[], None]) -> None:
        self.origin = origin
        self._ended = ended
        self._runner: web.AppRunner | None = None

    async def serve(self, routes: Sequence[web.RouteDef]) -> None:
        """Begin to answer."""
        app = web.Application(client_max_size=100 * 1024 * 1024)
        app.add_routes(routes)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()

    async def answer(self, method: str, target: str, body: bytes) -> Answer:
        """Answer a request with a JSON body."""
        if self._runner is None:
            raise ConnectionError(f"{self.origin} does not answer")
        connection = cast("web.Server", self._runner.server)()
        headers = {"Content-Type": "application/json"}
        return await exchange(connection, method, request_bytes(method, target, headers, body))

    async def close(self) -> None:
        """Answer no more."""
        self._ended()
        if self._runner is not None:
            await self._runner.cleanup()
