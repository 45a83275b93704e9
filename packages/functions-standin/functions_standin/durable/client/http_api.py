"""The HTTP management API, one implementation for both places where it is mounted. docs: "HTTP API reference"."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from functions_standin.console import Console
from functions_standin.durable import times
from functions_standin.durable.client.entities import entity_routes
from functions_standin.durable.client.errors import InvalidArgument, NotFound, Refusal
from functions_standin.durable.client.links import Links, error_body
from functions_standin.durable.client.operations import Operations
from functions_standin.durable.client.query import boolean, optional_time, page_size, page_start, statuses
from functions_standin.durable.client.status import history_objects, status_object
from functions_standin.durable.events import Status
from functions_standin.durable.hub.instances import InstanceRow, Query
from functions_standin.storage.http import StorageFailed, StorageUnavailable

CONTINUATION = "x-ms-continuation-token"
_DEFAULT_WAIT_SECONDS = 10.0
_DEFAULT_WAIT_INTERVAL_SECONDS = 1.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class HttpApi:
    """The API on the hub of one host. `operations` is called once the hub may be used."""

    operations: Callable[[], Operations]
    links: Links
    console: Console

    def routes(self, prefix: str) -> list[web.RouteDef]:
        """Return the routes below a prefix."""
        plain: list[tuple[str, str, Handler]] = [
            ("POST", "/orchestrators/{name}", self._start),
            ("POST", "/orchestrators/{name}/{id}", self._start),
            ("GET", "/instances", self._list),
            ("GET", "/instances/", self._list),
            ("DELETE", "/instances", self._purge_all),
            ("DELETE", "/instances/", self._purge_all),
            ("GET", "/instances/{id}", self._status),
            ("DELETE", "/instances/{id}", self._purge),
            ("POST", "/instances/{id}/{operation}", self._operate),
            ("POST", "/instances/{id}/{operation}/{event}", self._raise_event),
            ("POST", "/makeprimary", self._make_primary),
            *entity_routes(self.operations),
            ("*", "/{rest:.*}", self._unknown),
        ]
        return [web.route(method, prefix + path, self._answering(handler)) for method, path, handler in plain]

    def _answering(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                self._check_hub(request)
                return await handler(request)
            except Refusal as refusal:
                if refusal.status in {404, 410}:
                    return web.Response(status=refusal.status)
                return _error(refusal.status, str(refusal), refusal.type_name)
            except (StorageFailed, StorageUnavailable) as error:
                return _error(500, str(error), "Azure.RequestFailedException")
            except web.HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - the SDK reads JSON, whatever went wrong
                self.console.say(f"{request.method} {request.path} failed: {type(error).__name__}: {error}")
                return _error(500, str(error), "System.Exception")

        return answer

    def _check_hub(self, request: web.Request) -> None:
        hub, connection = request.query.get("taskHub"), request.query.get("connection")
        if hub and hub.lower() != self.links.hub.lower():
            raise InvalidArgument(
                f"taskHub={hub}: this stand-in serves the task hub of its app, {self.links.hub}, only"
            )
        if connection and connection.lower() not in {self.links.connection.lower(), "azurewebjobsstorage"}:
            raise InvalidArgument(
                f"connection={connection}: this stand-in serves the connection of its app, {self.links.connection}, only"
            )

    async def _start(self, request: web.Request) -> web.StreamResponse:
        text = (await request.text()).strip()
        if text:
            try:
                json.loads(text)
            except ValueError as error:
                raise InvalidArgument(f"Invalid JSON content: {error}") from error
        instance_id = await self.operations().start(
            request.match_info["name"], request.match_info.get("id"), text or None, request.query.get("version")
        )
        if "timeout" in request.query:
            ended = await self._ended_within(
                instance_id,
                _seconds(request, "timeout", _DEFAULT_WAIT_SECONDS),
                _seconds(request, "pollingInterval", _DEFAULT_WAIT_INTERVAL_SECONDS),
            )
            if ended is not None:
                return _ended_answer(ended)
        links = self.links.start_answer(instance_id)
        headers = {"Location": links["statusQueryGetUri"], "Retry-After": "10"}
        return web.json_response(links, status=202, headers=headers)

    async def _ended_within(self, instance_id: str, seconds: float, interval_seconds: float) -> InstanceRow | None:
        deadline = times.after_seconds(times.now(), seconds)
        while True:
            row = await self.operations().get(instance_id)
            if row.status.is_terminal:
                return row
            if times.now() >= deadline:
                return None
            await asyncio.sleep(interval_seconds)

    async def _status(self, request: web.Request) -> web.StreamResponse:
        row = await self.operations().get(request.match_info["id"])
        shows_input = boolean(request, "showInput", default=True)
        found = status_object(row, shows_input=shows_input)
        if boolean(request, "showHistory"):
            found["historyEvents"] = history_objects(
                await self.operations().history(row),
                shows_input=shows_input,
                shows_output=boolean(request, "showHistoryOutput"),
            )
        if not row.status.is_terminal:
            headers = {"Location": self.links.instance(row.instance_id), "Retry-After": "5"}
            return web.json_response(found, status=202, headers=headers)
        is_error = row.status is Status.Failed and boolean(request, "returnInternalServerErrorOnFailure")
        return web.json_response(found, status=500 if is_error else 200)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        query = Query(
            created_from=optional_time(request, "createdTimeFrom"),
            created_to=optional_time(request, "createdTimeTo"),
            statuses=statuses(request),
            id_prefix=request.query.get("instanceIdPrefix"),
        )
        rows, following = await self.operations().page(query, page_size(request), page_start(request, CONTINUATION))
        shows_input = boolean(request, "showInput", default=True)
        token = "" if following is None else base64.b64encode(json.dumps(following).encode()).decode()
        return web.json_response(
            [status_object(row, shows_input=shows_input) for row in rows], headers={CONTINUATION: token}
        )

    async def _purge(self, request: web.Request) -> web.StreamResponse:
        await self.operations().purge(request.match_info["id"])
        return web.json_response({"instancesDeleted": 1})

    async def _purge_all(self, request: web.Request) -> web.StreamResponse:
        created_from = optional_time(request, "createdTimeFrom")
        if created_from is None:
            raise InvalidArgument("Please provide value for 'createdTimeFrom' parameter.")
        created_to: datetime = optional_time(request, "createdTimeTo") or times.now()
        # As on Azure, without a usable status there is no filter: running instances are purged too.
        usable = [status for status in statuses(request) if status.is_terminal]
        count = await self.operations().purge_all(Query(created_from, created_to, usable))
        if count == 0:
            raise NotFound("No instances were found.")
        return web.json_response({"instancesDeleted": count})

    async def _operate(self, request: web.Request) -> web.StreamResponse:
        instance_id, reason = request.match_info["id"], request.query.get("reason")
        operations = self.operations()
        match request.match_info["operation"].lower():
            case "terminate":
                await operations.terminate(instance_id, reason)
            case "suspend":
                await operations.suspend(instance_id, reason)
            case "resume":
                await operations.resume(instance_id, reason)
            case "rewind":
                await operations.rewind(instance_id, reason)
            case "restart":
                with_new_id = boolean(request, "restartWithNewInstanceId", default=True)
                links = self.links.start_answer(await operations.restart(instance_id, with_new_id=with_new_id))
                headers = {"Location": links["statusQueryGetUri"], "Retry-After": "10"}
                return web.json_response(links, status=202, headers=headers)
            case _:
                return web.Response(status=404)
        return web.Response(status=202)

    async def _raise_event(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["operation"].lower() != "raiseevent":
            return web.Response(status=404)
        await self.operations().get(request.match_info["id"])
        if request.content_type.lower() != "application/json":
            raise InvalidArgument("Only application/json request content is supported")
        text = (await request.text()).strip()
        try:
            value: Any = json.loads(text) if text else None
        except ValueError as error:
            raise InvalidArgument(f"Invalid JSON content: {error}") from error
        await self.operations().raise_event(
            request.match_info["id"], request.match_info["event"], text if text else json.dumps(value)
        )
        return web.Response(status=202)

    async def _make_primary(self, _request: web.Request) -> web.StreamResponse:
        return web.Response()

    async def _unknown(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=404)


def _ended_answer(row: InstanceRow) -> web.Response:
    found = status_object(row)
    match row.status:
        case Status.Completed:
            return web.json_response(found["output"])
        case Status.Failed:
            return web.json_response(found, status=500)
        case _:
            return web.json_response(found)


def _error(status: int, text: str, type_name: str) -> web.Response:
    message = "One or more of the arguments submitted is incorrect" if status == 400 else "Something went wrong"
    return web.json_response(error_body(message, text, type_name), status=status)


def _seconds(request: web.Request, name: str, default: float) -> float:
    try:
        return float(request.query.get(name, default))
    except ValueError as error:
        raise InvalidArgument(f"{name} must be a number of seconds") from error
