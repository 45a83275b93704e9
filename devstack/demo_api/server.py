"""The HTTP surface: POST for changes, /control for people and tests, / for the page."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from devstack.demo_api import exact
from devstack.demo_api.answers import cut, problem, reply
from devstack.demo_api.changes import BadChangeError, parse_delivery, parse_fencing_token
from devstack.demo_api.mail_routes import MailRoutes
from devstack.demo_api.modes import MODES, Mode, ModeError, parse_mode
from devstack.demo_api.state import State
from devstack.prove.fatal_request import FatalRequests

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_PAGE = Path(__file__).parent / "page"
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src data:; frame-ancestors 'none'",
}
_MAX_BODY_BYTES = 64 * 1024 * 1024
_MOST_ENTRIES = 1000
_LOOK_AGAIN_SECONDS = 0.5
_log = logging.getLogger(__name__)


class DemoApi:
    """The API's behaviour over a state; `application()` makes a server of it."""

    def __init__(self, state: State, fatal_requests: FatalRequests | None = None) -> None:
        self._state = state
        self._mails = MailRoutes(state.mails, fatal_requests or FatalRequests(None))
        self._fatal_requests = fatal_requests or FatalRequests(None)
        self._modes: dict[str | None, Mode] = {None: Mode()}
        self._mode_changed = asyncio.Event()

    def application(self) -> web.Application:
        """Return the aiohttp application."""
        application = web.Application(client_max_size=_MAX_BODY_BYTES, middlewares=[_errors_as_problems])
        application.add_routes(
            [
                web.get("/", _page("index.html")),
                web.get("/page.js", _page("page.js")),
                web.get("/page.css", _page("page.css")),
                web.get("/control/mode", self.get_mode),
                web.put("/control/mode", self.put_mode),
                web.get("/control/summary", self.get_summary),
                web.get("/control/log", self.get_log),
                web.get("/control/state", self.get_state),
                web.get("/control/missing", self.get_missing),
                web.get("/control/oddities", self.get_oddities),
                web.put("/control/expect", self.expect),
                web.post("/control/expect", self.expect),
                web.post("/control/reset", self.reset),
                *self._mails.routes(),
                web.post("/{stream:(?!control(?:/|$)).*}", self.receive),
            ]
        )
        return application

    # Changes

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Take one change, or a batch of them."""
        stream = "/" + request.match_info["stream"]
        try:
            body = exact.loads(await request.read())
            changes, kind = parse_delivery(body, request.headers.get("Idempotency-Key"))
            token = parse_fencing_token(request.headers.get("X-Fencing-Token"))
        except (ValueError, BadChangeError) as error:
            reason = str(error)
            self._state.record([{}], stream=stream, mode="each", status=400, accepted=False, problem=reason)
            return problem(400, "This is no change", reason)
        mode = self._mode_of(stream)
        answer = mode.decide([change["key"] for change in changes])
        if answer.delay_seconds:
            await asyncio.sleep(answer.delay_seconds)
        with self._fatal_requests.request():
            if token is not None and token < self._state.highest_token(stream):
                reason = f"{stream} has seen token {self._state.highest_token(stream)}; {token} is an older holder's"
                self._state.record(changes, stream=stream, mode=kind, status=409, accepted=False, problem=reason)
                return problem(409, "The lock was lost", f"{reason}: acquire the lock anew")
            self._state.record(
                changes, stream=stream, mode=kind, status=answer.status, accepted=answer.accept, fencing_token=token
            )
        if answer.hang:
            await self._hang(request, stream, mode)
        if answer.status is None:
            return cut(request)
        if answer.status == 200:
            return reply({"accepted": len(changes)})
        if answer.status == 422:
            return problem(422, "Unprocessable change", "The demo API was told to reject a row.")
        reason = f"The demo API was told to answer {answer.status}."
        return problem(answer.status, "Failing on purpose", reason, answer.headers)

    def _mode_of(self, stream: str) -> Mode:
        return self._modes.get(stream, self._modes[None])

    async def _hang(self, request: web.Request, stream: str, mode: Mode) -> None:
        """Wait until the client has given up or the stream's mode has changed."""
        while self._mode_of(stream) is mode and request.transport is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._mode_changed.wait(), _LOOK_AGAIN_SECONDS)

    # Control

    async def get_mode(self, _: web.Request) -> web.StreamResponse:
        """Tell the modes in force and what there is to choose from."""
        modes = [{"stream": stream, "mode": mode.name, **mode.parameters} for stream, mode in self._modes.items()]
        return reply({"modes": modes, "known": MODES})

    async def put_mode(self, request: web.Request) -> web.StreamResponse:
        """Change the mode of a stream, or of all."""
        try:
            mode, stream = parse_mode(exact.loads(await request.read()))
        except (ValueError, ModeError) as error:
            return problem(400, "This is no mode", str(error))
        if stream is None:
            self._modes = {None: mode}
        else:
            self._modes[stream] = mode
        self._wake_hanging()
        return await self.get_mode(request)

    def _wake_hanging(self) -> None:
        changed, self._mode_changed = self._mode_changed, asyncio.Event()
        changed.set()

    async def get_summary(self, _: web.Request) -> web.StreamResponse:
        """Tell the counts."""
        return reply(self._state.summary())

    async def get_log(self, request: web.Request) -> web.StreamResponse:
        """Tell what was received after a number, oldest first."""
        try:
            after, limit = int(request.query.get("after", "0")), int(request.query.get("limit", "200"))
        except ValueError:
            return problem(400, "This is no page", "after and limit must be whole numbers")
        if after < 0 or not 1 <= limit <= _MOST_ENTRIES:
            return problem(400, "This is no page", f"after must be 0 or more, limit from 1 to {_MOST_ENTRIES}")
        entries = self._state.entries[after : after + limit]
        return reply({"entries": entries, "next": after + len(entries), "total": len(self._state.entries)})

    async def get_state(self, request: web.Request) -> web.StreamResponse:
        """Tell what a stream holds."""
        stream = request.query.get("stream", "")
        if not stream.startswith("/"):
            return problem(400, "Which stream?", "say it as a path: /control/state?stream=/orders")
        return reply(self._state.keys(stream))

    async def get_missing(self, _: web.Request) -> web.StreamResponse:
        """Tell what is not as expected; the summary's `missing` counts all of them."""
        return reply(self._state.missing()[:_MOST_ENTRIES])

    async def get_oddities(self, _: web.Request) -> web.StreamResponse:
        """Tell the newest arrivals that came twice, out of order or with another content."""
        return reply(self._state.oddities())

    async def expect(self, request: web.Request) -> web.StreamResponse:
        """Take what should be there: {stream: [{"key": ..., "data": ... or null}]}."""
        try:
            self._state.expect(exact.loads(await request.read()))
        except ValueError as error:
            remedy = 'send {"/orders": [{"key": {...}, "data": {...} or null}]}'
            return problem(400, "This is no expectation", f"{error}; {remedy}")
        return await self.get_summary(request)

    async def reset(self, request: web.Request) -> web.StreamResponse:
        """Forget everything and behave well."""
        self._state.reset()
        self._modes = {None: Mode()}
        self._mails.behave()
        self._wake_hanging()
        return await self.get_summary(request)


@web.middleware
async def _errors_as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        reason = f"{request.path} takes {allowed}, not {request.method}"
        return problem(405, "Method not allowed", reason, {"Allow": allowed})
    except web.HTTPNotFound:
        return problem(404, "Nothing here", f"there is no {request.path}; the README lists what there is")
    except web.HTTPRequestEntityTooLarge:
        reason = f"a request may have {_MAX_BODY_BYTES} bytes; send smaller batches"
        return problem(413, "Too large", reason)
    except ConnectionError:  # an OSError too, but the client's: it has gone
        raise
    except OSError as error:
        _log.error("the data folder cannot be written: %s", error.strerror or error)
        return problem(507, "Not kept", f"the data folder cannot be written: {error.strerror or error}")


def _page(name: str) -> Handler:
    async def serve(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGE / name, headers=_PAGE_HEADERS)

    return serve
