"""Starting, watching, pausing and cancelling a relay's backfill over HTTP."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from relay.backfill import BackfillState
from relay.backfill_reader import parse_backfill
from relay.names import BACKFILL, WAKE, backfill_instance
from triggers.durable_client import start_unless_running
from triggers.http_answers import answer, problem
from triggers.relay_requests import RelayRequest, respond

COMMANDS = {
    "pause": BackfillState.PAUSED,
    "resume": BackfillState.RUNNING,
    "cancel": BackfillState.CANCELLED,
}

blueprint = df.Blueprint()


@blueprint.route(route="relays/{name}/backfill", methods=["GET"])
async def backfill_state(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/relays/{name}/backfill: how far the last one has come."""
    return await respond(req, None, state)


@blueprint.route(route="relays/{name}/backfill", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def backfill_begin(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/backfill: begin one; the body may hold condition, page_rows, rows_per_second."""
    return await respond(req, client, begin)


@blueprint.route(route="relays/{name}/backfill/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def backfill_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/backfill/pause, /resume, /cancel."""
    return await respond(req, client, acted)


async def state(request: RelayRequest) -> func.HttpResponse:
    """Return how far the relay's last backfill has come."""
    name = request.relay.name
    found = await asyncio.to_thread(request.stores.backfill.state)
    if found is None:
        return problem(404, "No backfill", f"Relay {name!r} never had one; POST to this address begins one.")
    return answer({"relay": name, **found.progress()})


async def begin(request: RelayRequest) -> func.HttpResponse:
    """Write the order where it survives, then start the worker."""
    name = request.relay.name
    order = parse_backfill(request.body() if request.http.get_body() else {}, request.relay)
    if not await asyncio.to_thread(request.stores.backfill.begin, order):
        return problem(409, "A backfill is under way", f"Look at GET /api/relays/{name}/backfill, or cancel it first.")
    instance_id = backfill_instance(request.app, name)
    await start_unless_running(request.client, BACKFILL, instance_id, {"relay": name})
    found: func.HttpResponse = request.client.create_check_status_response(request.http, instance_id)
    return found


async def acted(request: RelayRequest) -> func.HttpResponse:
    """Write the command where it survives, then wake the worker."""
    name, action = request.relay.name, request.action
    if action not in COMMANDS:
        return problem(404, "No such action", f"There is no {action!r}; take one of {', '.join(COMMANDS)}.")
    if not await asyncio.to_thread(request.stores.backfill.command, COMMANDS[action]):
        return problem(409, "No backfill is under way", f"Relay {name!r} has none to {action}; nothing was done.")
    instance_id = backfill_instance(request.app, name)
    if not await start_unless_running(request.client, BACKFILL, instance_id, {"relay": name}):
        await request.client.raise_event(instance_id, WAKE)
    return answer({"relay": name, "backfill": COMMANDS[action].value}, 202)
