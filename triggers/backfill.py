"""Starting, watching, pausing and cancelling a relay's backfill over HTTP."""

import asyncio
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from adapters import wiring
from adapters.backfill_store import SqlBackfillStore
from relay import exact_json
from relay.backfill import BackfillState
from relay.backfill_reader import parse_backfill
from relay.config import Settings
from relay.errors import ConfigError, DatabaseError
from relay.names import BACKFILL, WAKE, backfill_instance
from triggers.durable_client import start_unless_running
from triggers.http_answers import answer, no_such_relay, problem

COMMANDS = {
    "pause": BackfillState.PAUSED,
    "resume": BackfillState.RUNNING,
    "cancel": BackfillState.CANCELLED,
}

blueprint = df.Blueprint()


@blueprint.route(route="relays/{name}/backfill", methods=["GET"])
async def backfill_state(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/relays/{name}/backfill: how far the last one has come."""
    return await _guarded(req, state)


@blueprint.route(route="relays/{name}/backfill", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def backfill_begin(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/backfill: begin one; the body may hold condition, page_rows, rows_per_second."""
    return await _guarded(req, begin, req, client)


@blueprint.route(route="relays/{name}/backfill/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def backfill_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/backfill/pause, /resume, /cancel."""
    return await _guarded(req, command, req.route_params["action"], client)


async def state(name: str, _settings: Settings, store: SqlBackfillStore) -> func.HttpResponse:
    """Return how far the relay's last backfill has come."""
    found = await asyncio.to_thread(store.state)
    if found is None:
        return problem(404, "No backfill", f"Relay {name!r} never had one; POST to this address begins one.")
    return answer({"relay": name, **found.progress()})


async def begin(
    name: str, settings: Settings, store: SqlBackfillStore, req: func.HttpRequest, client: Any
) -> func.HttpResponse:
    """Write the order where it survives, then start the worker."""
    try:
        order = parse_backfill(exact_json.loads(req.get_body() or b"{}"), settings.relay(name))
        begun = await asyncio.to_thread(store.begin, order)
    except ValueError as error:
        return problem(400, "No JSON", f"The body is no JSON: {error}.")
    except ConfigError as error:
        return problem(400, "The order cannot be used", "; ".join(error.problems) + ".")
    if not begun:
        return problem(409, "A backfill is under way", f"Look at GET /api/relays/{name}/backfill, or cancel it first.")
    instance_id = backfill_instance(settings.app, name)
    await start_unless_running(client, BACKFILL, instance_id, {"relay": name})
    found: func.HttpResponse = client.create_check_status_response(req, instance_id)
    return found


async def command(
    name: str, settings: Settings, store: SqlBackfillStore, action: str, client: Any
) -> func.HttpResponse:
    """Write the command where it survives, then wake the worker."""
    if action not in COMMANDS:
        return problem(404, "No such action", f"There is no {action!r}; take one of {', '.join(COMMANDS)}.")
    if not await asyncio.to_thread(store.command, COMMANDS[action]):
        return problem(409, "No backfill is under way", f"Relay {name!r} has none to {action}; nothing was done.")
    instance_id = backfill_instance(settings.app, name)
    if not await start_unless_running(client, BACKFILL, instance_id, {"relay": name}):
        await client.raise_event(instance_id, WAKE)
    return answer({"relay": name, "backfill": COMMANDS[action].value}, 202)


async def _guarded(req: func.HttpRequest, work: Any, *arguments: Any) -> func.HttpResponse:
    settings, name = wiring.settings(), req.route_params["name"]
    known = [relay.name for relay in settings.relays]
    if name not in known:
        return no_such_relay(name, known)
    try:
        found: func.HttpResponse = await work(name, settings, wiring.backfill_store(name), *arguments)
    except DatabaseError as error:
        return problem(503, "The database does not answer", str(error))
    return found
