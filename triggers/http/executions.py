"""Executions over HTTP: which there are, one with its steps, the events that are posted to it, stop and resume."""

import re
import uuid
from collections.abc import Awaitable, Callable

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.errors import InputError
from services.app_outside import AppOutside
from services.machines import operate, redrive
from services.operate_executions import (
    list_executions,
    post_event,
    resume_execution,
    show_execution,
    stop_execution,
)
from triggers.http.answers import answer, answered, problem
from triggers.http.bodies import body_of, json_object
from triggers.http.requests import from_elsewhere, not_for_pages, query_of
from workflows.execution.values import State
from workflows.machines.answers import stop_of

MOST_AT_A_TIME = 200
MOST_STOP_BYTES = 200_000  # an error and a cause, in JSON
IDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LISTED = {"workflow", "relay", "state", "parent", "after"}

blueprint = df.Blueprint()


@blueprint.route(route="executions", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def executions(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/executions?workflow=&relay=&state=&parent=&after=: a line for each, along their ids."""
    return await _respond(req, client, show_list)


@blueprint.route(route="executions/{id}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def execution(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/executions/{id}: input, result, steps, events."""
    return await _respond(req, client, show_one)


@blueprint.route(route="executions/{id}/events/{event}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def execution_event(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/executions/{id}/events/{name} with a JSON object: 202 once it is stored."""
    return await _respond(req, client, take_event)


@blueprint.route(route="executions/{id}/history", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def execution_history(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/executions/{id}/history?after=: what has happened in an execution of a definition, in the language's words."""
    return await _respond(req, client, show_history)


@blueprint.route(route="executions/{id}/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def execution_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/executions/{id}/stop, /resume, /redrive; stop with {"error", "cause"}, or nothing."""
    return await _respond(req, client, command)


async def _respond(
    req: func.HttpRequest, client: str, work: Callable[[func.HttpRequest, AppOutside], Awaitable[func.HttpResponse]]
) -> func.HttpResponse:
    if from_elsewhere(req):
        return not_for_pages()
    return await answered(work(req, wiring.app_outside(client, wiring.Line.OPERATOR)))


async def show_list(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Return a page of them, and where the next one is. Raises DatabaseError, InputError."""
    asked = query_of(req, *sorted(_LISTED | {"status"}))
    if "status" in asked:  # as definitions' routes call it
        if "state" in asked:
            raise InputError(["status: it is another word for state; leave one of them out."])
        asked["state"] = asked.pop("status")
    states = [state.value for state in State]
    if asked.get("state") and asked["state"] not in states:
        raise InputError([f"state: {asked['state']!r} is none; take one of {', '.join(states)}."])
    chosen = {name: asked.get(name, "") for name in _LISTED}
    found = await list_executions(chosen, MOST_AT_A_TIME, app)
    return answer({"executions": found, "next": found[-1]["id"] if len(found) == MOST_AT_A_TIME else None})


async def show_one(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Return one. Raises DatabaseError, InputError."""
    query_of(req)
    found = await show_execution(req.route_params["id"], app)
    if found is None:
        return _no_such(req)
    where = await operate.where(req.route_params["id"], app)
    return answer(found if where is None else {**found, "at": where})


async def show_history(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Return a page of what has happened, and where the next one is. Raises DatabaseError, InputError."""
    after = query_of(req, "after").get("after", "0")
    if not after.isdecimal() or len(after) > 9:
        raise InputError(["after: it must be the number of an event."])
    found = await operate.history(req.route_params["id"], int(after), app)
    return answer({"events": found, "next": found[-1]["number"] if len(found) == operate.MOST_HISTORY else None})


async def take_event(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Store an event; with an Idempotency-Key it is stored once. Raises DatabaseError, InputError."""
    name, key = req.route_params["event"], req.headers.get("Idempotency-Key") or str(uuid.uuid4())
    if not IDS.fullmatch(name):
        raise InputError(["The event's name must be of letters, digits, . _ and -, at most 100."])
    if len(key) > 100 or not key.isprintable():
        raise InputError(["Idempotency-Key: it must be printable, at most 100 characters."])
    body = json_object(req) if body_of(req) else {}
    state = await post_event(req.route_params["id"], name, key, body, app)
    if state is None:
        return _no_such(req)
    if state not in _LIVE:
        return problem(409, "The execution has ended", f"It is {state}; the event was not stored.")
    return answer({"execution": req.route_params["id"], "event": name, "key": key}, 202)


async def command(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Stop, resume, or redrive. Raises DatabaseError, InputError."""
    execution_id, action = req.route_params["id"], req.route_params["action"]
    if action not in _DONE:
        return problem(404, "No such action", f"There is no {action!r}; take {', '.join(_DONE)}.")
    if action == "stop":
        reason, failure = stop_of(json_object(req, MOST_STOP_BYTES) if body_of(req, MOST_STOP_BYTES) else {})
        found = await stop_execution(execution_id, reason, app, failure)
    elif action == "resume":
        found = await resume_execution(execution_id, app)
    else:
        found = await redrive.redrive(execution_id, app)
    if found is None:
        return _no_such(req)
    done, why = _DONE[action]
    if not found[done]:
        return problem(409, f"Nothing to {action}", f"The execution is {found['state']}: {why}. Nothing was done.")
    return answer({"execution": execution_id, "state": found["state"]}, 202)


# What says that it was done, and why it may not have been.
_DONE = {
    "stop": ("stopped", "it has ended"),
    "resume": (
        "resumed",
        "it neither rests nor has failed, another one runs for its row, or it is a definition's and has failed: redrive it",
    ),
    "redrive": (
        "redriven",
        "it neither has failed nor was stopped, another one runs for its row, or it is a branch or an item of another one",
    ),
}
_LIVE = frozenset({State.WAITING, State.READY, State.RUNNING, State.STUCK})


def _no_such(req: func.HttpRequest) -> func.HttpResponse:
    return problem(404, "No such execution", f"There is no execution {req.route_params['id'][:100]!r}.")
