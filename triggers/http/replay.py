"""The replay of a relay's dead letters over HTTP: start, follow, pause, resume, cancel."""

from dataclasses import replace
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from relay.dead_letters.names import REPLAY, replay_instance
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from triggers.http.answers import answer, problem
from triggers.http.requests import RelayRequest, respond

PATIENCE_SECONDS = 10
ACTIONS = ("pause", "resume", "cancel")
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
    """Replay what the selection means at this moment: what dies later is left to the next replay."""
    instance_id = replay_instance(request.app, request.relay.name)
    found = await request.instances.look(instance_id)
    if found and found.active:
        return _runs_already(request)
    count, last_id = await request.ask(request.outside.dead_letters.count, selection)
    if not count:
        return problem(
            409, "Nothing to replay", f"No dead letter of relay {request.relay.name!r} matches; nothing was done."
        )
    begun = Replay(
        relay=request.relay.name,
        selection=replace(selection, upto=last_id),
        total=count,
        backoff=request.relay.recovery.backoff,
    )
    if not await request.instances.start_unless_running(REPLAY, instance_id, {"replay": begun.to_dict()}):
        return _runs_already(request)
    return answer({"relay": request.relay.name, "count": count, "follow": request.link("replay")}, 202)


async def show_replay(request: RelayRequest) -> func.HttpResponse:
    """Return the state and the counts."""
    found = await request.instances.look(replay_instance(request.app, request.relay.name))
    if found is None:
        return problem(404, "No replay yet", f"Relay {request.relay.name!r} has not replayed dead letters so far.")
    progress: dict[str, Any] = found.custom_status or {"state": "starting"}
    told = {**progress, "state": _STATES.get(found.status, progress["state"])}
    return answer({"relay": request.relay.name, "status": found.status, **told})


async def command_replay(request: RelayRequest) -> func.HttpResponse:
    """Pause, resume or cancel; a resume also ends the wait for an endpoint that was down."""
    action = request.action
    if action not in ACTIONS:
        return problem(404, "No such action", f"There is no {action!r}; take one of {', '.join(ACTIONS)}.")
    instances, instance_id = request.instances, replay_instance(request.app, request.relay.name)
    found = await instances.look(instance_id)
    if found is None or not found.active:
        return problem(
            409,
            "No replay runs",
            f"Relay {request.relay.name!r} is replaying nothing, so there is nothing to {action}; "
            f"POST {request.link('dead-letters/replay')} starts one.",
        )
    match action, found.status:
        case "cancel", _:
            await instances.terminate(instance_id, "cancelled by an operator")
        case "pause", "Suspended":
            pass
        case "pause", _:
            await instances.suspend(instance_id, "paused by an operator")
            await _suspended(request, instance_id)
        case _, "Suspended":
            await instances.resume(instance_id, "resumed by an operator")
        case _:
            await instances.wake(instance_id)
    return answer({"relay": request.relay.name, "replay": action, "follow": request.link("replay")}, 202)


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
