"""The part of the management API that is about entities. docs: "HTTP API reference", section on entities."""

import base64
import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from functions_standin.durable import times
from functions_standin.durable.client.errors import InvalidArgument, NotFound
from functions_standin.durable.client.operations import Operations
from functions_standin.durable.client.query import boolean, optional_time, page_size, page_start
from functions_standin.durable.entity_episode import SchedulerState, scheduler_state
from functions_standin.durable.entity_messages import (
    REQUEST_NAME,
    EntityId,
    Request,
    entity_id,
    parse_entity_id,
    request_to_text,
)
from functions_standin.durable.hub.instances import InstanceRow, Query
from functions_standin.durable.json_text import parsed_or_text, to_json

_CONTINUATION = "x-ms-continuation-token"
_EMPTY_KEY = "$"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def entity_routes(operations: Callable[[], Operations]) -> list[tuple[str, str, Handler]]:
    """Return methods, paths and handlers."""

    async def read(request: web.Request) -> web.StreamResponse:
        found = await operations().get(str(_entity(request)))
        state = _state_of(found)
        if not state.exists:
            raise NotFound(f"Entity {found.instance_id} does not exist.")
        return web.json_response(parsed_or_text(state.state))

    async def send(request: web.Request) -> web.StreamResponse:
        name = "delete" if request.method == "DELETE" else request.query.get("op", "")
        await _signal(operations(), _entity(request), name, await _input_text(request))
        return web.Response(status=202)

    async def list_all(request: web.Request) -> web.StreamResponse:
        return await _list(operations(), request)

    return [
        ("GET", "/entities", list_all),
        ("GET", "/entities/", list_all),
        ("GET", "/entities/{name}", list_all),
        ("GET", "/entities/{name}/{key}", read),
        ("POST", "/entities/{name}/{key}", send),
        ("DELETE", "/entities/{name}/{key}", send),
    ]


async def _signal(operations: Operations, entity: EntityId, name: str, input_text: str | None) -> None:
    operations.check_entity(entity.name)
    request = Request(name, str(uuid.uuid4()), is_signal=True, input=input_text)
    await operations.send_to_entity(str(entity), REQUEST_NAME, request_to_text(request))


async def _input_text(request: web.Request) -> str | None:
    text = await request.text()
    if not text:
        return None
    if request.content_type.lower() != "application/json":
        return to_json(text)
    try:
        json.loads(text)
    except ValueError as error:
        raise InvalidArgument(f"Invalid JSON content: {error}") from error
    return text


async def _list(operations: Operations, request: web.Request) -> web.StreamResponse:
    name = request.match_info.get("name")
    query = Query(
        created_from=optional_time(request, "lastOperationTimeFrom"),
        created_to=optional_time(request, "lastOperationTimeTo"),
        id_prefix=f"@{name.lower()}@" if name else "@",
    )
    rows, following = await operations.page(query, page_size(request), page_start(request, _CONTINUATION))
    shows_state = boolean(request, "fetchState")
    token = "" if following is None else base64.b64encode(json.dumps(following).encode()).decode()
    found = [_listed(row, shows_state=shows_state) for row in rows if _state_of(row).exists]
    return web.json_response(found, headers={_CONTINUATION: token})


def _listed(row: InstanceRow, *, shows_state: bool) -> dict[str, Any]:
    entity = parse_entity_id(row.instance_id)
    found: dict[str, Any] = {
        "entityId": {"name": entity.name if entity else "", "key": entity.key if entity else ""},
        "lastOperationTime": times.to_seconds_text(row.created),
    }
    return found | {"state": parsed_or_text(_state_of(row).state)} if shows_state else found


def _state_of(row: InstanceRow) -> SchedulerState:
    return scheduler_state(row.input)


def _entity(request: web.Request) -> EntityId:
    key = request.match_info["key"]
    return entity_id(request.match_info["name"], "" if key == _EMPTY_KEY else key)
