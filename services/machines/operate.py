"""What people and programs ask of executions of definitions: start, where one is, its history, redrive."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from asl.moments import later
from asl.running.redriving import redriven
from relay import exact_json
from services.app_outside import AppOutside
from services.machines.children import stop_children
from services.operate_executions import resume_execution
from services.start_executions import start_all
from workflows.execution.names import subject_of
from workflows.execution.values import State
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.names import workflow_of
from workflows.machines.reading import machine_of

MOST_CHILDREN = 200  # shown
MOST_HISTORY = 1000  # events at a time
_LEVELS = 50


async def start(
    definition: str,
    version: int,
    execution: str,
    given: Any,
    secret: str,
    most_running: int,
    app: AppOutside,
    depth: int = 0,
) -> Mapping[str, Any]:
    """Register an execution of a version and start it; return workflow, state, epoch, input and whether it was registered now.

    Nothing if too many run. The same id is registered once: `is_another` tells whether it was registered as something else. `depth`:
    how many executions have started each other before it. Raises DatabaseError.
    """
    rows = await app.ask(
        "machine/register",
        id=execution,
        workflow=workflow_of(definition),
        subject=subject_of(workflow_of(definition), "", execution),
        input=exact_json.dumps(given),
        definition=definition,
        version=version,
        secret=secret,
        depth=depth,
        most_running=most_running,
    )
    found: Mapping[str, Any] = rows[0][0] if rows[0] else {}
    if found and found["state"] == State.READY:
        await start_all([{"id": execution, **found}], app)
    return found


def is_another(found: Mapping[str, Any], definition: str, given: Any) -> bool:
    """Tell whether what `start` has found under an id is of another definition, or has another input."""
    wanted = exact_json.loads(exact_json.dumps(given))
    return bool(found["workflow"] != workflow_of(definition) or exact_json.loads(found["input"]) != wanted)


async def where(execution: str, app: AppOutside) -> dict[str, Any] | None:
    """Return where an execution of a definition is, None if it is none. Raises DatabaseError."""
    found, children = await app.ask("machine/where", execution=execution, limit=MOST_CHILDREN)
    if not found:
        return None
    [begun] = await app.ask("machine/forks", execution=execution, limit=MOST_CHILDREN)
    row = found[0]
    told: dict[str, Any] = {"definition": row["definition"], "version": row["version"], "parent": row["parent"] or None}
    if row["position"]:
        position = Checkpoint.from_dict(json.loads(row["position"])).position
        told |= {
            "state": position.state,
            "phase": position.phase.value,
            "attempt": position.attempt,
            "visits": position.visits,
            "variables": sorted(position.variables),
        }
    return told | {"begun": [dict(each) for each in begun], "children": [dict(child) for child in children]}


async def history(execution: str, after: int, app: AppOutside) -> list[dict[str, Any]]:
    """Return what has happened, from a number on. Raises DatabaseError."""
    [found] = await app.ask("machine/history", execution=execution, after=after, limit=MOST_HISTORY)
    return [{**row, "at": f"{row['at']}Z", "body": json.loads(row["body"])} for row in found]


async def redrive(execution: str, app: AppOutside) -> Mapping[str, Any] | None:
    """Let an execution go on where it failed or was stopped, and its branches and items with it; None if it is not known.

    Returns its state, and whether it was redriven. Raises DatabaseError.
    """
    found, _ = await app.ask("machine/where", execution=execution, limit=0)
    if not found:  # it was never anywhere, for want of a definition: it begins, as one of code that has failed goes on
        resumed = await resume_execution(execution, app)
        return None if resumed is None else {**resumed, "redriven": resumed["resumed"]}
    if found[0]["parent"]:
        return {**found[0], "redriven": 0}
    row = await _redriven(execution, found[0], app, is_child=False)
    if not row["redriven"]:
        return row
    parents = [execution]
    for _ in range(_LEVELS):
        [failed] = await app.ask("machine/failed_children", parents=json.dumps(parents))
        for child in failed:
            await _redriven(child["id"], child, app, is_child=True)
        if not failed:
            break
        parents = [child["id"] for child in failed]
    await start_all([{"id": execution, **row}], app)
    return row


async def _redriven(execution: str, found: Mapping[str, Any], app: AppOutside, *, is_child: bool) -> Mapping[str, Any]:
    position = None
    if found["position"]:
        stands = Checkpoint.from_dict(json.loads(found["position"]))
        machine = machine_of(found["text"])
        deadline = None if machine.timeout_seconds is None else later(app.clock.now(), machine.timeout_seconds)
        position = json.dumps(replace(stands, position=redriven(stands.position, deadline), answers=0).to_dict())
    [[row]] = await app.ask("machine/redrive", execution=execution, is_child=int(is_child), position=position)
    return row


async def stop_below(execution: str, reason: str, app: AppOutside) -> None:
    """End the branches and items of what was stopped. Raises DatabaseError."""
    await stop_children([execution], "", reason, app)
