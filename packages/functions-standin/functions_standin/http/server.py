"""The HTTP server: the host's own routes, the extensions' webhooks, then the app's functions."""

import asyncio
import logging
import socket
from collections.abc import Iterable

from aiohttp import web

from functions_standin.console import Console
from functions_standin.errors import SettingsError
from functions_standin.http.request import MAX_BODY_BYTES, decoded_request, http_datum, read_body
from functions_standin.http.response import to_response
from functions_standin.http.routing import Router
from functions_standin.invoker import MANUAL_REASON, Call, Failed, Invoker, Succeeded
from functions_standin.version import NAME


def bind(address: str, port: int) -> socket.socket:
    """Take the port without listening on it yet; raise SettingsError if somebody else has it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address, port))
    except OSError as error:
        bound.close()
        raise SettingsError(
            f"Port {port} on {address} is unavailable ({error.strerror}). Close the process using that port, or "
            "specify another port using --port."
        ) from error
    return bound


class HttpServer:
    """Serves on a bound socket."""

    def __init__(
        self,
        *,
        router: Router,
        invoker: Invoker,
        console: Console,
        routes: Iterable[web.RouteDef],
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self._router = router
        self._invoker = invoker
        self._console = console
        app = web.Application(client_max_size=max_body_bytes)
        app.add_routes(routes)
        app.add_routes([web.route("*", "/{path:.*}", self._function)])
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)

    async def start(self, bound: socket.socket) -> None:
        """Begin to listen."""
        await self._runner.setup()
        await web.SockSite(self._runner, bound, backlog=512).start()

    async def stop_accepting(self) -> None:
        """Refuse new connections; requests under way go on."""
        for site in list(self._runner.sites):
            await site.stop()

    async def close(self) -> None:
        """End every connection."""
        await self._runner.cleanup()

    async def _function(self, request: web.Request) -> web.Response:
        target = request.raw_path if request.raw_path.startswith("/") else request.rel_url.raw_path_qs
        path, _, query = target.partition("?")
        found = self._router.find(request.method, path)
        if found is None:
            return web.Response(status=404)
        function, route = found
        if request.content_length is not None and request.content_length > request.client_max_size:
            return web.Response(status=413)
        datum = http_datum(
            method=request.method,
            url=f"{request.scheme}://{request.host}{target}",
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers],
            query=query,
            route=route,
            body=await read_body(request),
        )
        trigger = function.trigger
        call = Call(
            function,
            {trigger.name: decoded_request(datum, trigger.type)},
            MANUAL_REASON,
        )
        # Shielded: a function runs to its end even if the caller hangs up.
        outcome = await asyncio.shield(asyncio.wrap_future(self._invoker.start(call)))
        match outcome:
            case Succeeded(value):
                try:
                    return to_response(value)
                except (ValueError, TypeError) as error:
                    self._console.log(
                        f"Function.{function.name}",
                        logging.ERROR,
                        f"The {NAME} cannot send the response of '{function.full_name}': {error}",
                    )
            case Failed():
                pass
        return web.Response(status=500)
