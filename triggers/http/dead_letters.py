"""Dead letters over HTTP: list, show, discard, and the start of their replay."""

import azure.durable_functions as df
import azure.functions as func

from relay.dead_letters.request import FILTERS, parse_discard, parse_filter, parse_id, parse_page
from relay.dead_letters.values import Selection
from relay.errors import InputError
from triggers.http.answers import answer, problem
from triggers.http.replay import start_replay
from triggers.http.requests import RelayRequest, respond

ACTIONS = ("replay", "discard")

blueprint = df.Blueprint()


@blueprint.route(route="relays/{name}/dead-letters", methods=["GET"])
async def dead_letters(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/relays/{name}/dead-letters?status=422&since=...&before=...&after=...&limit=..."""
    return await respond(req, None, list_dead_letters)


@blueprint.route(route="relays/{name}/dead-letters/{id}", methods=["GET"])
async def dead_letter(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/relays/{name}/dead-letters/{id}."""
    return await respond(req, None, show_dead_letter)


@blueprint.route(route="relays/{name}/dead-letters/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def dead_letters_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/dead-letters/replay, /discard, with a filter as JSON."""
    return await respond(req, client, command_dead_letters)


@blueprint.route(route="relays/{name}/dead-letters/{id}/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def dead_letter_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/dead-letters/{id}/replay, /discard."""
    return await respond(req, client, command_dead_letter)


async def list_dead_letters(request: RelayRequest) -> func.HttpResponse:
    """Return one page, how many there are in all pages, and the link to the next one."""
    selection, limit = parse_page(request.query)
    everywhere = Selection(status=selection.status, since=selection.since, before=selection.before)
    count, _ = await request.ask(request.outside.dead_letters.count, everywhere)
    found = await request.ask(request.outside.dead_letters.page, selection, limit + 1)
    page = found[:limit]
    filters = {name: value for name, value in request.query.items() if name in FILTERS}
    has_more = len(found) > limit
    return answer({
        "relay": request.relay.name,
        "count": count,
        "dead_letters": [letter.summary() for letter in page],
        "next": request.link("dead-letters", **filters, after=page[-1].id, limit=limit) if has_more else None,
    })  # fmt: skip


async def show_dead_letter(request: RelayRequest) -> func.HttpResponse:
    """Return one dead letter, with the endpoint's problem body."""
    number = parse_id(request.http.route_params["id"])
    found = await request.ask(request.outside.dead_letters.page, Selection.one(number), 1)
    if not found:
        return _no_such_dead_letter(request, number)
    return answer({"relay": request.relay.name, **found[0].summary(), "problem": found[0].problem})


async def command_dead_letters(request: RelayRequest) -> func.HttpResponse:
    """Replay or discard what a filter matches."""
    match request.action:
        case "replay":
            return await start_replay(request, parse_filter(request.body()))
        case "discard":
            return await _discarded(request, parse_discard(request.body()))
        case other:
            return _no_such_action(other)


async def command_dead_letter(request: RelayRequest) -> func.HttpResponse:
    """Replay or discard a single dead letter."""
    number = parse_id(request.http.route_params["id"])
    action = request.action
    if action not in ACTIONS:
        return _no_such_action(action)
    if request.has_body and request.body():
        raise InputError([f"The path names the dead letter already; send no body, or {{}}, to {action} it."])
    selection = Selection.one(number)
    count, _ = await request.ask(request.outside.dead_letters.count, selection)
    if not count:
        return _no_such_dead_letter(request, number)
    return await (start_replay(request, selection) if action == "replay" else _discarded(request, selection))


async def _discarded(request: RelayRequest, selection: Selection) -> func.HttpResponse:
    count = await request.ask(request.outside.dead_letters.discard, selection)
    return answer({"relay": request.relay.name, "discarded": count})


def _no_such_dead_letter(request: RelayRequest, number: int) -> func.HttpResponse:
    return problem(
        404,
        "No such dead letter",
        f"Relay {request.relay.name!r} has no dead letter {number}. It may have been delivered, discarded, or superseded "
        f"by a newer delivery; the list is at {request.link('dead-letters')}.",
    )


def _no_such_action(action: str) -> func.HttpResponse:
    return problem(404, "No such action", f"There is no {action!r}; take one of {', '.join(ACTIONS)}.")
