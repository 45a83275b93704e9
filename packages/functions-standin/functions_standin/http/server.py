"""The HTTP server: the host's own routes, the extensions' webhooks, then the app's functions."""

import asyncio
import logging
import socket
from collections.abc import Iterable

from aiohttp import web

from functions_standin.console import Console
from functions_standin.http.front import HEAD, Front, with_head
from functions_standin.http.request import MAX_BODY_BYTES, http_datum, read_body, url_of
from functions_standin.http.response import check, sent, to_response
from functions_standin.http.routing import Router
from functions_standin.invocation import Failed, Succeeded
from functions_standin.invoker import MANUAL_REASON, Call, Invoker
from functions_standin.version import NAME

_ABOVE_THE_LIMITS_OF_THE_FRONT = 1 << 20


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
        app = web.Application(client_max_size=max_body_bytes, middlewares=[with_head])
        app.add_routes(routes)
        app.add_routes([web.route("*", "/{path:.*}", self._function)])
        self._server: asyncio.Server | None = None
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=0.1,
            auto_decompress=False,  # a function gets the bytes that were sent
            max_line_size=_ABOVE_THE_LIMITS_OF_THE_FRONT,
            max_field_size=_ABOVE_THE_LIMITS_OF_THE_FRONT,
            max_headers=_ABOVE_THE_LIMITS_OF_THE_FRONT,
        )

    async def start(self, bound: socket.socket | None) -> None:
        """Begin to answer, and to listen if there is a socket."""
        await self._runner.setup()
        if bound is not None:
            self._server = await asyncio.get_running_loop().create_server(self.connection, sock=bound, backlog=512)

    def connection(self) -> Front:
        """Return the protocol of a new connection; raise ConnectionRefusedError before the start and after the end."""
        behind = self._runner.server
        if behind is None:
            raise ConnectionRefusedError("the host does not listen")
        return Front(behind())

    async def stop_accepting(self) -> None:
        """Refuse new connections; requests under way go on."""
        if self._server is not None:
            self._server.close()

    async def close(self) -> None:
        """End every connection."""
        await self._runner.cleanup()

    async def _function(self, request: web.Request) -> web.StreamResponse:
        head = request[HEAD]
        found = self._router.find(head.method, head.path)
        if found is None:
            return web.Response(status=404)
        function, route = found
        if head.length > request.client_max_size:
            return _cut_off()
        datum = http_datum(
            method=head.method,
            url=url_of(head, request.scheme),
            headers=head.headers,
            query=head.query,
            route=route,
            body=await read_body(request, head),
        )
        call = Call(function, {function.trigger.name: datum}, MANUAL_REASON, invocation_id=self._invoker.new_id())
        # Shielded: a function runs to its end even if the caller hangs up.
        outcome = await asyncio.shield(asyncio.wrap_future(self._invoker.start(call)))
        match outcome:
            case Succeeded(value):
                try:
                    answer = to_response(value)
                    check(answer)
                except (ValueError, TypeError) as error:
                    self._console.log(
                        f"Function.{function.name}",
                        logging.ERROR,
                        f"The {NAME} cannot send the response of '{function.full_name}': {error}",
                    )
                else:
                    return await sent(request, answer)
            case Failed():
                pass
        return web.Response(status=500)


def _cut_off() -> web.Response:
    response = web.Response(status=500)
    response.force_close()
    return response
