"""The part of the management API that is about entities. docs: "HTTP API reference", section on entities."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from functions_standin.durable import times
from functions_standin.durable.client.answers import CONTINUATION, json_answer
from functions_standin.durable.client.errors import NotFound, Told
from functions_standin.durable.client.operations import Operations
from functions_standin.durable.client.query import boolean, optional_time, page_size, page_start, page_token
from functions_standin.durable.client.request_json import BadJson, parse
from functions_standin.durable.entity_episode import SchedulerState, scheduler_state
from functions_standin.durable.entity_messages import EntityId, entity_id, parse_entity_id
from functions_standin.durable.hub.instances import InstanceRow, Query
from functions_standin.durable.json_text import parsed_or_text, to_json

_EMPTY_KEY = "$"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def entity_routes(operations: Callable[[], Operations]) -> list[tuple[str, str, Handler]]:
    """Return methods, paths and handlers."""

    async def read(request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        entity = entity_id(request.match_info["name"], "" if key == _EMPTY_KEY else key)
        state = _state_of(await operations().get(str(entity))).state
        if state is None:
            raise NotFound(f"Entity {entity} does not exist.")
        return json_answer(parsed_or_text(state))

    async def send(request: web.Request) -> web.StreamResponse:
        name = "delete" if request.method == "DELETE" else request.query.get("op", "")
        entity = entity_id(request.match_info["name"], request.match_info.get("key", ""))
        await _signal(operations(), entity, name, await _input_text(request))
        return web.Response(status=202)

    async def list_all(request: web.Request) -> web.StreamResponse:
        return await _list(operations(), request)

    return [
        ("GET", "/entities", list_all),
        ("GET", "/entities/", list_all),
        ("GET", "/entities/{name}", list_all),
        ("GET", "/entities/{name}/{key}", read),
        ("POST", "/entities/{name}", send),
        ("POST", "/entities/{name}/{key}", send),
        ("DELETE", "/entities/{name}", send),
        ("DELETE", "/entities/{name}/{key}", send),
    ]


async def _signal(operations: Operations, entity: EntityId, name: str, input_text: str | None) -> None:
    operations.check_entity(entity.name)
    await operations.signal_entity(entity, name, input_text)


async def _input_text(request: web.Request) -> str | None:
    text = await request.text()
    if not text:
        return None
    if request.content_type.lower() != "application/json":
        return to_json(text)
    try:
        parse(text)
    except BadJson as error:
        raise Told(400, f"Could not parse JSON content: {error}") from error
    return text


async def _list(operations: Operations, request: web.Request) -> web.StreamResponse:
    name = request.match_info.get("name")
    query = Query(
        created_from=optional_time(request, "lastOperationTimeFrom"),
        created_to=optional_time(request, "lastOperationTimeTo"),
        id_prefix=f"@{name.lower()}@" if name else "@",
    )
    rows, following = await operations.page(query, page_size(request), page_start(request, CONTINUATION))
    shows_state = boolean(request, "fetchState")
    found = [
        _listed(row, entity, shows_state=shows_state)
        for row in rows
        if (entity := parse_entity_id(row.instance_id)) and _state_of(row).exists
    ]
    return json_answer(found, continuation=page_token(following))


def _listed(row: InstanceRow, entity: EntityId, *, shows_state: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "entityId": {"name": entity.name, "key": entity.key},
        "lastOperationTime": times.to_seconds_text(row.created),
    }
    return found | {"state": parsed_or_text(_state_of(row).state)} if shows_state else found


def _state_of(row: InstanceRow) -> SchedulerState:
    return scheduler_state(row.input)
