"""The HTTP surface: POST for changes, /control for people and tests, / for the page."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from devstack.demo_api import exact
from devstack.demo_api.modes import MODES, Mode, ModeError, parse_mode
from devstack.demo_api.state import State

_PAGE = Path(__file__).parent / "page"
_MAX_BODY_BYTES = 64 * 1024 * 1024
_OPERATIONS = frozenset({"insert", "update", "delete"})
_LOG_PAGE = 1000


class BadChange(Exception):
    """A body that is no change; the message says what is wrong with it."""


class DemoApi:
    """The API's behaviour over a state; `application()` makes a server of it."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._modes: dict[str | None, Mode] = {None: Mode()}
        self._mode_changed = asyncio.Event()

    def application(self) -> web.Application:
        """Return the aiohttp application."""
        application = web.Application(client_max_size=_MAX_BODY_BYTES)
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
                web.route("*", "/control/expect", self.put_expect),
                web.post("/control/reset", self.reset),
                web.post("/{stream:.*}", self.receive),
            ]
        )
        return application

    # Changes

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Take one change, or a batch of them."""
        stream = "/" + request.match_info["stream"]
        try:
            body = exact.loads(await request.read())
            changes, kind = parse_body(body, request.headers.get("Idempotency-Key"))
        except (ValueError, BadChange) as error:
            self._state.record([{}], stream=stream, mode="each", status=400, accepted=False)
            return problem(400, "This is no change", str(error))
        mode = self._modes.get(stream, self._modes[None])
        answer = mode.decide([change["key"] for change in changes])
        if answer.delay_seconds:
            await asyncio.sleep(answer.delay_seconds)
        self._state.record(changes, stream=stream, mode=kind, status=answer.status, accepted=answer.accept)
        if answer.hang:
            await self._mode_changed.wait()
        if answer.status is None:
            return _cut(request)
        if answer.status == 200:
            return web.json_response({"accepted": len(changes)})
        title = "Unprocessable change" if answer.status == 422 else "Failing on purpose"
        return problem(answer.status, title, answer.reason, answer.headers)

    # Control

    async def get_mode(self, _: web.Request) -> web.StreamResponse:
        """Tell the modes in force and what there is to choose from."""
        modes = [{"stream": s, "mode": m.name, **m.parameters} for s, m in self._modes.items()]
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
        changed, self._mode_changed = self._mode_changed, asyncio.Event()
        changed.set()
        return await self.get_mode(request)

    async def get_summary(self, _: web.Request) -> web.StreamResponse:
        """Tell the counts."""
        return reply({**self._state.summary(), "missing": len(self._state.missing())})

    async def get_log(self, request: web.Request) -> web.StreamResponse:
        """Tell what was received after a number, oldest first."""
        try:
            after, limit = int(request.query.get("after", "0")), int(request.query.get("limit", "200"))
        except ValueError:
            return problem(400, "This is no page", "after and limit must be whole numbers")
        after, limit = max(after, 0), min(max(limit, 1), _LOG_PAGE)
        entries = self._state.entries[after : after + limit]
        return reply({"entries": entries, "next": after + len(entries), "total": len(self._state.entries)})

    async def get_state(self, request: web.Request) -> web.StreamResponse:
        """Tell what a stream holds."""
        return reply(self._state.keys(request.query.get("stream", "")))

    async def get_missing(self, _: web.Request) -> web.StreamResponse:
        """Tell what is not as expected."""
        return reply(self._state.missing()[:_LOG_PAGE])

    async def put_expect(self, request: web.Request) -> web.StreamResponse:
        """Take what should be there: {stream: [{"key": ..., "data": ... or null}]}."""
        if request.method not in {"PUT", "POST"}:
            return problem(405, "Method not allowed", "use PUT or POST")
        try:
            body = exact.loads(await request.read())
            expected = {
                stream: {exact.canonical(told["key"]): {"key": told["key"], "data": told["data"]} for told in rows}
                for stream, rows in body.items()
            }
        except (ValueError, TypeError, KeyError, AttributeError):
            return problem(400, "This is no expectation", 'send {"/orders": [{"key": {...}, "data": {...} or null}]}')
        self._state.expected = expected
        return await self.get_summary(request)

    async def reset(self, request: web.Request) -> web.StreamResponse:
        """Forget everything and behave well."""
        self._state.reset()
        self._state.expected = {}
        self._modes = {None: Mode()}
        return await self.get_summary(request)


def parse_body(body: Any, idempotency_key: str | None) -> tuple[list[Mapping[str, Any]], str]:
    """Return the changes of a body and its mode; raise BadChange."""
    if not isinstance(body, dict):
        raise BadChange("the body must be a JSON object")
    changes = body.get("changes") if "changes" in body else [body]
    if not isinstance(changes, list) or not changes:
        raise BadChange('"changes" must be a list of changes')
    for change in changes:
        _check(change)
    if not idempotency_key or len(idempotency_key) < 3 or idempotency_key[0] + idempotency_key[-1] != '""':
        raise BadChange('the header Idempotency-Key is missing; it is a quoted text, such as "8e03978e"')
    return changes, "batch" if "changes" in body else "each"


def _check(change: Any) -> None:
    shape = {"id": str, "relay": str, "operation": str, "version": int, "key": dict, "data": dict | None}
    for name, kind in shape.items():
        if not isinstance(change, dict) or name not in change or not isinstance(change[name], kind):
            raise BadChange(f"{name!r} is missing or of a wrong type in a change")
    if change["operation"] not in _OPERATIONS:
        raise BadChange(f"operation {change['operation']!r} is none of {', '.join(sorted(_OPERATIONS))}")


def _cut(request: web.Request) -> web.StreamResponse:
    """End the connection by a reset, without an answer."""
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("told to reset the connection")


def reply(body: Any) -> web.Response:
    """Return JSON with exact numbers."""
    return web.Response(text=exact.dumps(body), content_type="application/json")


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a problem as RFC 9457 describes it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return web.Response(
        status=status, text=exact.dumps(body), content_type="application/problem+json", headers=dict(headers or {})
    )


def _page(name: str) -> Any:
    async def serve(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGE / name, headers={"Cache-Control": "no-store"})

    return serve
