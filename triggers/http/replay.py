"""The replay of a relay's dead letters over HTTP: start, follow, pause, resume, cancel."""

from dataclasses import replace
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from relay.dead_letters.names import replay_instance
from relay.dead_letters.values import Selection
from relay.dead_letters.work import CANCELLED_BY, ReplayOrder, ReplayState, as_far_as
from relay.instances import Instance
from services.replay import catch_up
from services.start import start_replay as start_worker
from triggers.http.answers import answer, problem
from triggers.http.requests import RelayRequest, respond

PATIENCE_SECONDS = 10
COMMANDS = {"pause": ReplayState.PAUSED, "resume": ReplayState.RUNNING, "cancel": ReplayState.CANCELLED}
_STATES = {"Suspended": "paused", "Terminated": "cancelled", "Failed": "failed"}  # else the replay's own word

blueprint = df.Blueprint()


@blueprint.route(route="relays/{name}/replay", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def relay_replay(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/relays/{name}/replay: how far it is, or how the last one ended."""
    return await respond(req, client, show_replay)


@blueprint.route(route="relays/{name}/replay/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def relay_replay_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/replay/pause, /resume, /cancel."""
    return await respond(req, client, command_replay)


async def start_replay(request: RelayRequest, selection: Selection) -> func.HttpResponse:
    """Write the order where it survives, then start the worker: what the selection means at this moment, and nothing that dies later."""
    replays, name = request.outside.replays, request.relay.name
    instance_id = replay_instance(request.app, name)
    found = await request.instances.look(instance_id)
    order = await catch_up(await request.ask(replays.state), found, request.outside)
    if (found and found.active) or (order and order.under_way):
        return _runs_already(request)
    count, last_id = await request.ask(request.outside.dead_letters.count, selection)
    if not count:
        return problem(409, "Nothing to replay", f"No dead letter of relay {name!r} matches; nothing was done.")
    if found:
        await request.instances.purge(instance_id)  # who finds one from now on finds this order's
    begun = await request.ask(replays.begin, replace(selection, upto=last_id), count)
    order = await request.ask(replays.state)
    if not begun or order is None:
        return _runs_already(request)
    await start_worker(request.instances, request.app, order)
    return answer({"relay": name, "count": count, "follow": request.link("replay")}, 202)


async def show_replay(request: RelayRequest) -> func.HttpResponse:
    """Return the state and the counts."""
    found = await request.instances.look(replay_instance(request.app, request.relay.name))
    order = await request.ask(request.outside.replays.state)
    order = order and as_far_as(order, found)
    if found is None and order is None:
        return problem(404, "No replay yet", f"Relay {request.relay.name!r} has not replayed dead letters so far.")
    status = found.status if found else None
    return answer({"relay": request.relay.name, "status": status, **_shown(order, found)})


def _shown(order: ReplayOrder | None, found: Instance | None) -> dict[str, Any]:
    """Return what stands in SQL Server, and of an instance that works what it does. Of an older release's replay only that is known."""
    detail: dict[str, Any] = (found.custom_status if found else None) or {"state": "starting"}
    if order is None:
        return {**detail, "state": _STATES.get(found.status if found else "", detail["state"])}
    active = found is not None and found.active
    if order.state is not ReplayState.RUNNING and not (active and order.state is ReplayState.DONE):
        return order.progress()
    if found is None or not active:
        return {**order.progress(), "state": "failed"}  # until the watchdog starts it anew
    # Done is what has ended: then the next one may be ordered.
    return {**detail, **order.progress(), "state": _STATES.get(found.status, detail["state"])}


async def command_replay(request: RelayRequest) -> func.HttpResponse:
    """Pause, resume or cancel: written down first, then done to the instance; a resume also ends the wait for an endpoint that was down."""
    action = request.action
    if action not in COMMANDS:
        return problem(404, "No such action", f"There is no {action!r}; take one of {', '.join(COMMANDS)}.")
    stands = await request.ask(request.outside.replays.command, COMMANDS[action])
    instance_id = replay_instance(request.app, request.relay.name)
    found = await request.instances.look(instance_id)
    if found is not None and found.active:
        await _command_instance(request, action, instance_id, found)
    elif not stands:
        return problem(
            409,
            "No replay runs",
            f"Relay {request.relay.name!r} is replaying nothing, so there is nothing to {action}; "
            f"POST {request.link('dead-letters/replay')} starts one.",
        )
    elif action == "resume" and (order := await request.ask(request.outside.replays.state)):
        await start_worker(request.instances, request.app, order)
    return answer({"relay": request.relay.name, "replay": action, "follow": request.link("replay")}, 202)


async def _command_instance(request: RelayRequest, action: str, instance_id: str, found: Instance) -> None:
    match action, found.status:
        case "cancel", _:
            await request.instances.terminate(instance_id, CANCELLED_BY)
        case "pause", "Suspended":
            pass
        case "pause", _:
            await request.instances.suspend(instance_id, "paused by an operator")
            await _suspended(request, instance_id)
        case _, "Suspended":
            await request.instances.resume(instance_id, "resumed by an operator")
        case _:
            await request.instances.wake(instance_id)


async def _suspended(request: RelayRequest, instance_id: str) -> None:
    """Wait until the pause shows: a resume that follows at once would find nothing to resume."""
    for _ in range(PATIENCE_SECONDS * 10):
        found = await request.instances.look(instance_id)
        if found is None or not found.active or found.status == "Suspended":
            return
        await request.outside.clock.pause(0.1)


def _runs_already(request: RelayRequest) -> func.HttpResponse:
    return problem(
        409,
        "A replay runs already",
        f"Relay {request.relay.name!r} has one replay at a time; follow it at {request.link('replay')}, "
        f"or end it: POST {request.link('replay/cancel')}.",
        follow=request.link("replay"),
    )
