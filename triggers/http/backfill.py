"""Starting, watching, pausing and cancelling a relay's backfill over HTTP."""

import azure.durable_functions as df
import azure.functions as func

from relay.backfill.names import backfill_instance
from relay.backfill.request import parse_backfill
from relay.backfill.values import BackfillState
from relay.errors import InputError
from services.start import start_backfill
from triggers.http.answers import answer, problem
from triggers.http.requests import RelayRequest, respond

COMMANDS = {
    "pause": BackfillState.PAUSED,
    "resume": BackfillState.RUNNING,
    "cancel": BackfillState.CANCELLED,
}

blueprint = df.Blueprint()


@blueprint.route(route="relays/{name}/backfill", methods=["GET"])
async def backfill_state(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/relays/{name}/backfill: how far the last one has come."""
    return await respond(req, None, show_backfill)


@blueprint.route(route="relays/{name}/backfill", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def backfill_begin(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/backfill: begin one; the body may hold condition, page_rows, rows_per_second; {} means every row."""
    return await respond(req, client, begin_backfill)


@blueprint.route(route="relays/{name}/backfill/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def backfill_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/backfill/pause, /resume, /cancel."""
    return await respond(req, client, command_backfill)


async def show_backfill(request: RelayRequest) -> func.HttpResponse:
    """Return how far the relay's last backfill has come."""
    name = request.relay.name
    found = await request.ask(request.outside.backfills.state)
    if found is None:
        return problem(404, "No backfill", f"Relay {name!r} never had one; POST to this address begins one.")
    return answer({"relay": name, **found.progress()})


async def begin_backfill(request: RelayRequest) -> func.HttpResponse:
    """Write the order where it survives, then start the worker."""
    name = request.relay.name
    if not request.has_body:  # it may have been lost on the way, with the condition
        raise InputError(["Say which rows: {} for every row, or a condition; docs/backfill.md shows both."])
    order = parse_backfill(request.body(), request.relay)
    if not await request.ask(request.outside.backfills.begin, order):
        return problem(409, "A backfill is under way", f"Look at GET /api/relays/{name}/backfill, or cancel it first.")
    await start_backfill(request.instances, request.app, name)
    return answer({"relay": name, "backfill": BackfillState.RUNNING.value, "follow": request.link("backfill")}, 202)


async def command_backfill(request: RelayRequest) -> func.HttpResponse:
    """Write the command where it survives, then wake the worker."""
    name, action = request.relay.name, request.action
    if action not in COMMANDS:
        return problem(404, "No such action", f"There is no {action!r}; take one of {', '.join(COMMANDS)}.")
    if not await request.ask(request.outside.backfills.command, COMMANDS[action]):
        return problem(409, "No backfill is under way", f"Relay {name!r} has none to {action}; nothing was done.")
    if not await start_backfill(request.instances, request.app, name):
        await request.instances.wake(backfill_instance(request.app, name))
    return answer({"relay": name, "backfill": COMMANDS[action].value}, 202)
