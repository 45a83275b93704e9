"""The HTTP management API, one implementation for both places where it is mounted. docs: "HTTP API reference"."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from functions_standin.console import Console
from functions_standin.durable import times
from functions_standin.durable.client.answers import CONTINUATION, json_answer
from functions_standin.durable.client.entities import entity_routes
from functions_standin.durable.client.errors import InvalidArgument, InvalidOperation, NotFound, Refusal, Told
from functions_standin.durable.client.links import Links
from functions_standin.durable.client.operations import Operations
from functions_standin.durable.client.query import (
    boolean,
    optional_seconds,
    optional_time,
    page_size,
    page_start,
    page_token,
    statuses,
)
from functions_standin.durable.client.request_json import BadJson, parse
from functions_standin.durable.client.status import history_objects, status_object
from functions_standin.durable.events import Status
from functions_standin.durable.hub.instances import InstanceRow, Query
from functions_standin.durable.json_text import to_json
from functions_standin.storage.port import StorageFailed, StorageUnavailable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class HttpApi:
    """The API on the hub of one host. `operations` is called once the hub may be used."""

    operations: Callable[[], Operations]
    links: Links
    console: Console

    def routes(self, prefix: str) -> list[web.RouteDef]:
        """Return the routes below a prefix, whose fixed parts may be written in any case."""
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
        return [
            web.route(
                method,
                prefix + _in_any_case(path),
                self._answering(handler),
                **({"allow_head": False} if method == "GET" else {}),
            )
            for method, path, handler in plain
        ]

    def _answering(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                self._check_hub(request)
                return await handler(request)
            except Refusal as refusal:
                return _refused(refusal)
            except (StorageFailed, StorageUnavailable) as error:
                return _refused(InvalidOperation(str(error), "Azure.RequestFailedException"))
            except web.HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - the SDK reads JSON, whatever went wrong
                self.console.say(f"{request.method} {request.path} failed: {type(error).__name__}: {error}")
                return _refused(InvalidOperation(str(error), "System.Exception"))

        return answer

    def _check_hub(self, request: web.Request) -> None:
        hub, connection = request.query.get("taskHub"), request.query.get("connection")
        if hub and hub.lower() != self.links.hub.lower():
            if request.method == "GET":
                raise NotFound(f"The task hub {hub} has no such instance.")
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
                parse(text)
            except BadJson as error:
                raise InvalidOperation(str(error), "Newtonsoft.Json.JsonSerializationException") from error
        instance_id = await self.operations().start(
            request.match_info["name"], request.match_info.get("id"), text or None, request.query.get("version")
        )
        return await self._started(request, instance_id)

    async def _started(self, request: web.Request, instance_id: str) -> web.StreamResponse:
        seconds, interval_seconds = optional_seconds(request, "timeout"), optional_seconds(request, "pollingInterval")
        if seconds is not None and interval_seconds is not None:
            if interval_seconds > seconds:
                raise InvalidArgument(
                    f"Total timeout {seconds:g} should be bigger than retry timeout {interval_seconds:g}"
                )
            ended = await self._ended_within(instance_id, seconds, interval_seconds)
            if ended is not None:
                return _ended_answer(ended, request)
        links = self.links.at(_origin(request)).start_answer(instance_id)
        return json_answer(links, status=202, headers={"Location": links["statusQueryGetUri"], "Retry-After": "10"})

    async def _ended_within(self, instance_id: str, seconds: float, interval_seconds: float) -> InstanceRow | None:
        deadline = times.after_seconds(self.operations().now(), seconds)
        while True:
            row = await self.operations().get(instance_id)
            if row.status.is_terminal:
                return row
            left_seconds = (deadline - self.operations().now()).total_seconds()
            if left_seconds <= 0:
                return None
            await self.operations().sleep(min(interval_seconds, left_seconds))

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
        return _status_answer(row, found, request)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        query = Query(
            created_from=optional_time(request, "createdTimeFrom"),
            created_to=optional_time(request, "createdTimeTo"),
            statuses=statuses(request),
            id_prefix=request.query.get("instanceIdPrefix"),
        )
        rows, following = await self.operations().page(query, page_size(request), page_start(request, CONTINUATION))
        shows_input = boolean(request, "showInput", default=True)
        found = [status_object(row, shows_input=shows_input) for row in rows]
        return json_answer(found, continuation=page_token(following))

    async def _purge(self, request: web.Request) -> web.StreamResponse:
        await self.operations().purge(request.match_info["id"])
        return json_answer({"instancesDeleted": 1})

    async def _purge_all(self, request: web.Request) -> web.StreamResponse:
        created_from = optional_time(request, "createdTimeFrom")
        if created_from is None:
            raise Told(400, "Please provide value for 'createdTimeFrom' parameter.", is_bare=True)
        created_to: datetime = optional_time(request, "createdTimeTo") or self.operations().now()
        # As on Azure, without a usable status there is no filter: running instances are purged too.
        usable = [status for status in statuses(request) if status.is_terminal]
        count = await self.operations().purge_all(Query(created_from, created_to, usable))
        if count == 0:
            raise NotFound("No instances were found.")
        return json_answer({"instancesDeleted": count})

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
                return await self._started(request, await operations.restart(instance_id, with_new_id=with_new_id))
            case _:
                return web.Response(status=404)
        return web.Response(status=202)

    async def _raise_event(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["operation"].lower() != "raiseevent":
            return web.Response(status=404)
        operations, instance_id = self.operations(), request.match_info["id"]
        await operations.living(instance_id)
        if request.content_type.lower() != "application/json":
            raise Told(400, "Only application/json request content is supported")
        text = (await request.text()).strip()
        try:
            value = parse(text) if text else None
        except BadJson as error:
            raise InvalidArgument(str(error), "Invalid JSON content", "Newtonsoft.Json.JsonReaderException") from error
        await operations.raise_event(instance_id, request.match_info["event"], to_json(value))
        return web.Response(status=202)

    async def _make_primary(self, _request: web.Request) -> web.StreamResponse:
        return web.Response()

    async def _unknown(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=404)


def _ended_answer(row: InstanceRow, request: web.Request) -> web.Response:
    found = status_object(row)
    return json_answer(found["output"]) if row.status is Status.Completed else _status_answer(row, found, request)


def _status_answer(row: InstanceRow, found: Mapping[str, Any], request: web.Request) -> web.Response:
    if not row.status.is_terminal:
        location = _origin(request) + request.raw_path
        return json_answer(found, status=202, headers={"Location": location, "Retry-After": "5"})
    is_error = row.status is Status.Failed and boolean(request, "returnInternalServerErrorOnFailure")
    return json_answer(found, status=500 if is_error else 200)


def _refused(refusal: Refusal) -> web.Response:
    if refusal.body is None:
        return web.Response(status=refusal.status)
    return json_answer(refusal.body, status=refusal.status)


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _in_any_case(path: str) -> str:
    parts = [
        part if not part or part.startswith("{") else f"{{_{number}:(?i:{part})}}"
        for number, part in enumerate(path.split("/"))
    ]
    return "/".join(parts)
