"""A task that starts another execution, and waits for its end or does not."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from asl.failures import RUNTIME
from services.app_outside import AppOutside
from services.executions import CLAIM_SECONDS, over, who
from services.machines import operate
from services.machines.children import register
from services.machines.standing import standing
from services.start_executions import start_all
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.executing import MOST_DEPTH, Wanted, waits, wanted_of
from workflows.machines.names import child_id, child_secret, place_of, workflow_of
from workflows.resources.names import parse_resource
from workflows.resources.values import PERMISSIONS

Allowed: TypeAlias = Callable[[str, str], bool]  # whether a definition may use a resource

MOST_RUNNING = 1000  # executions of definitions at once, in an app
TOO_DEEP, TOO_MANY, NO_DEFINITION = "relay.TooDeep", "relay.TooManyExecutions", "relay.NoSuchDefinition"
TAKEN = "relay.ExecutionExists"


async def execute(request: Mapping[str, Any], app: AppOutside, allowed: Allowed) -> dict[str, Any]:
    """Start it; return {"done": {"child": id}} if its end is to be waited for, {"done": outcome}, or {"over": why}.

    With "late" only look whether it was started: {} if not. Raises DatabaseError, and what the SDK raises.
    """
    place = place_of(request["place"], request["attempt"])
    derived = child_id(request["execution"], place, 0)
    if request.get("late"):  # it may have been started in time, and have ended
        if not waits(request["resource"]):
            return await _started_in_time(request, derived, app)
        begun = await _begun(request, place, app)
        return {"done": {"child": derived}} if begun["begun"] else {}
    [[kept]] = await app.ask("machine/keep", due_in_ms=CLAIM_SECONDS * 1000, **who(request), **standing(request))
    if not kept["current"]:
        return over(request)
    try:
        resource = parse_resource(request["resource"])
        wanted = wanted_of(request["stands"]["position"]["work"], derived, resource.name)
    except ValueError as error:
        return _failed(RUNTIME, str(error))
    [[starter], _] = await app.ask("machine/where", execution=request["execution"], limit=0)
    if not allowed(starter["definition"], full := str(replace(resource, name=wanted.definition))):
        cause = f"definition {starter['definition']!r} may not use {full}; write it into allow of its [[definition]] in workflows.toml"
        return _failed(PERMISSIONS, cause)
    newest, [counted] = await app.ask("machine/newest", definition=wanted.definition)
    if not newest:
        return _failed(NO_DEFINITION, f"There is no approved definition {wanted.definition}.")
    if starter["depth"] >= MOST_DEPTH:
        return _failed(TOO_DEEP, f"Executions may start each other {MOST_DEPTH} deep.")
    if counted["running"] >= MOST_RUNNING:
        return _too_many()
    version = newest[0]["version"]
    if waits(request["resource"]):
        return await _begin(request, place, derived, wanted, version, starter, app)
    if (await _begun(request, place, app))["barred"]:
        return over(request)
    return await _start(wanted, version, starter, app)


async def _begun(request: Mapping[str, Any], place: str, app: AppOutside) -> Mapping[str, Any]:
    [[begun]] = await app.ask("machine/begun", execution=request["execution"], place=place)
    return begun


async def _begin(
    request: Mapping[str, Any],
    place: str,
    child: str,
    wanted: Wanted,
    version: int,
    starter: Mapping[str, Any],
    app: AppOutside,
) -> dict[str, Any]:
    """Start the only child of a place: its end is waited for as a branch's."""
    row = {
        "id": child,
        "workflow": workflow_of(wanted.definition),
        "definition": wanted.definition,
        "version": version,
        "number": 0,
        "deeper": 1,
        "secret": child_secret(starter["secret"], child),
        "input": json.dumps(wanted.input, ensure_ascii=False),
        "position": None,
    }
    ready = await register(request, place, [row], 1, 1, 0, app)
    if ready is None:
        return over(request)
    await start_all(ready, app)
    return {"done": {"child": child}}


async def _start(wanted: Wanted, version: int, starter: Mapping[str, Any], app: AppOutside) -> dict[str, Any]:
    """Start one that nobody waits for; who asks again finds it."""
    secret = child_secret(starter["secret"], wanted.id)
    known = await operate.start(
        wanted.definition, version, wanted.id, wanted.input, secret, MOST_RUNNING, app, depth=starter["depth"] + 1
    )
    if not known:
        return _too_many()
    if operate.is_another(known, wanted.definition, wanted.input):
        cause = f"There is an execution {wanted.id} already, of another definition or with another input; take another Name."
        return _failed(TAKEN, cause)
    return _yields(known["id"])


async def _started_in_time(request: Mapping[str, Any], derived: str, app: AppOutside) -> dict[str, Any]:
    """Return what the task yields if the execution was started that nobody waits for, {} if not."""
    [[starter], _] = await app.ask("machine/where", execution=request["execution"], limit=0)
    if not starter["position"]:
        return {}
    position = Checkpoint.from_dict(json.loads(starter["position"])).position
    if (position.step_id, position.attempt) != (request["place"], request["attempt"]):
        return {}  # it was not even begun
    try:
        wanted = wanted_of(position.work, derived, parse_resource(request["resource"]).name)
    except ValueError:
        return {}
    found, *_ = await app.ask("execution/one", execution=wanted.id)
    if not found or operate.is_another(found[0], wanted.definition, wanted.input):
        return {}
    return _yields(found[0]["id"])


def _yields(execution: str) -> dict[str, Any]:
    return {"done": {"output": {"ExecutionArn": execution, "Name": execution}}}


def _too_many() -> dict[str, Any]:
    return _failed(TOO_MANY, f"{MOST_RUNNING} executions run; no more are started.")


def _failed(error: str, cause: str) -> dict[str, Any]:
    return {"done": {"error": error, "cause": cause}}
