"""What people and programs ask of executions of definitions: start, where one is, its history."""

import json
from collections.abc import Mapping
from typing import Any

from relay import exact_json
from services.app_outside import AppOutside
from services.start_executions import start_or_leave
from workflows.execution.names import subject_of
from workflows.execution.values import State
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.names import workflow_of

MOST_CHILDREN = 200  # shown
MOST_HISTORY = 1000  # events at a time


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
    """Register an execution of a version and start it; return id, workflow, state, epoch, input and whether it was registered now.

    Nothing if too many run. The same id is registered once: `is_another` tells whether it was registered as something else. `depth`:
    how many executions have started each other before it. Raises DatabaseError. That it could not be started is no error: the watchdog does.
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
        await start_or_leave(found, app)
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
        stands = Checkpoint.from_dict(json.loads(row["position"]))
        position = stands.position
        told |= {
            "state": position.state,
            "phase": position.phase.value,
            "attempt": position.attempt,
            "visits": position.visits,
            "variables": sorted({*position.variables, *stands.inherits}),
        }
    return told | {"begun": [dict(each) for each in begun], "children": [dict(child) for child in children]}


async def history(execution: str, after: int, app: AppOutside) -> list[dict[str, Any]]:
    """Return what has happened, from a number on. Raises DatabaseError."""
    [found] = await app.ask("machine/history", execution=execution, after=after, limit=MOST_HISTORY)
    return [{**row, "at": f"{row['at']}Z", "body": json.loads(row["body"])} for row in found]
