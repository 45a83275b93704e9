"""What people and programs ask of executions: start, show, post an event, stop, resume."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from relay import exact_json
from services.app_outside import AppOutside
from services.machines.children import stop_children, wake_parents
from services.start_executions import start_or_leave
from workflows.execution.names import event_name, execution_instance, subject_of
from workflows.execution.values import Registration, State
from workflows.machines.names import token_head, workflow_of
from workflows.machines.untold import json_without_tokens, without_tokens

_IN_JSON = frozenset({"input", "result"})
_log = logging.getLogger(__name__)


async def start_by_hand(workflow: str, execution: str, given: Mapping[str, Any], app: AppOutside) -> Mapping[str, Any]:
    """Register an execution and start it; one that is registered already stays as it is. Return its workflow, state and epoch.

    Raises DatabaseError. That it could not be started is no error: the watchdog does.
    """
    registration = Registration(
        id=execution,
        workflow=workflow,
        subject=subject_of(workflow, "", execution),
        input=exact_json.dumps(dict(given)),
    )
    [[found]] = await app.ask("execution/register", **registration.values())
    if found["state"] == State.READY and found["workflow"] == workflow:
        await start_or_leave(found, app)
    return found


async def list_executions(chosen: Mapping[str, str], limit: int, app: AppOutside) -> list[dict[str, Any]]:
    """Return some along their ids: `chosen` has workflow (or the name of a definition), relay, state, parent (each may be empty) and after.

    Without a parent those that are no part of another one, and all that rest. Raises DatabaseError.
    """
    definition = workflow_of(chosen["workflow"]) if chosen["workflow"] else ""
    [found] = await app.ask("execution/list", **chosen, definition=definition, limit=limit)
    return [_shown(row, token_head(row["id"])) for row in found]


async def show_execution(execution: str, app: AppOutside) -> dict[str, Any] | None:
    """Return one with its steps and events, None if it is not known. Raises DatabaseError."""
    found, steps, events = await app.ask("execution/one", execution=execution)
    if not found:
        return None
    head = token_head(found[0]["id"])
    row = _shown(found[0], head)
    return {
        **row,
        "input": json.loads(row["input"]),
        "result": None if row["result"] is None else json.loads(row["result"]),
        "done_steps": [
            {**each, "result": each["result"] and json.loads(each["result"])}
            for each in (_shown(step, head) for step in steps)
        ],
        "events": [_shown(event, head) for event in events],
    }


async def post_event(execution: str, name: str, key: str, body: Any, app: AppOutside) -> str | None:
    """Store an event, then wake who may wait for it; return the execution's state, None if it is not known. Raises DatabaseError."""
    found = await keep_event(execution, name, key, body, app)
    return None if found is None else str(found["state"])


async def keep_event(execution: str, name: str, key: str, body: Any, app: AppOutside) -> Mapping[str, Any] | None:
    """As `post_event`; return state, epoch, and whether this body is the one that is kept under the key. Raises DatabaseError."""
    [found] = await app.ask(
        "execution/post_event", execution=execution, name=name, event_key=key, body=exact_json.dumps(body)
    )
    if not found:
        return None
    if found[0]["state"] == State.RUNNING:
        try:
            await app.instances.tell(execution_instance(found[0]["id"], found[0]["epoch"]), event_name(name))
        except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
            _log.warning("Execution %s could not be told of an event; it will find it", execution, exc_info=True)
    return found[0]


async def stop_execution(
    execution: str, reason: str, app: AppOutside, failure: Mapping[str, str] | None = None
) -> Mapping[str, Any] | None:
    """End an execution with its branches and items, and start what waits behind it; return state, epoch, and whether it was stopped now.

    `failure`: error and cause, if somebody has said what it ends with; a parent fails by it. Raises DatabaseError.
    """
    result = None if failure is None else json.dumps(dict(failure), ensure_ascii=False)
    found, following, siblings, parents = await app.ask(
        "execution/stop", execution=execution, error=reason, result=result
    )
    if not found:
        return None
    row = found[0]
    if row["stopped"]:
        try:
            await app.instances.terminate(execution_instance(row["id"], row["epoch"]), reason)
        except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
            _log.info("The orchestration of execution %s was not there to be ended", execution)
        await stop_children([row["id"]], "", 0, reason, app)
        for each in (*following, *siblings):
            await start_or_leave(each, app)
        await wake_parents(parents, app)
    return row


async def resume_execution(execution: str, app: AppOutside) -> Mapping[str, Any] | None:
    """Let one go on that rests or has failed; return state, and whether it was resumed; None if it is not known. Raises DatabaseError."""
    [found] = await app.ask("execution/resume", execution=execution)
    if not found:
        return None
    if found[0]["resumed"]:
        await start_or_leave(found[0], app)
    return found[0]


def _shown(row: Mapping[str, Any], head: str) -> dict[str, Any]:
    """Return a row as JSON has it: moments in UTC, no token of a task, under which whoever reads it could answer."""
    return {name: _shown_value(name, value, head) for name, value in row.items()}


def _shown_value(name: str, value: Any, head: str) -> Any:
    if not value:
        return value
    if name in _IN_JSON:
        return json_without_tokens(value, head)
    if name == "error":
        return without_tokens(value, head)
    return f"{value}Z" if name.endswith("_at") else value
