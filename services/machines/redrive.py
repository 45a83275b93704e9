"""Redrives an execution that has failed or was stopped: it goes on where it did, and its branches and items with it.

First each of them is put back to where it goes on, some at a time; then all are let loose in one transaction. Whoever dies in between
leaves executions that have failed, and can be redriven again.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from asl.definition import Machine, Task
from asl.moments import later
from asl.reader.mistakes import DefinitionError
from asl.running.position import Phase, Position
from asl.running.redriving import redriven
from asl.running.step import machine_at
from relay.errors import InputError
from services.app_outside import AppOutside
from services.operate_executions import resume_execution
from services.start_executions import start_or_leave
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.names import fork_place, place_of
from workflows.machines.reading import machine_of
from workflows.resources.names import SUFFIX

_TRIES = 5
_AT_A_TIME = 100  # positions; each may have some hundred KB


async def redrive(execution: str, app: AppOutside) -> Mapping[str, Any] | None:
    """Let an execution go on where it failed or was stopped; None if it is not known.

    Returns its state, and whether it was redriven. Raises DatabaseError, and InputError for a definition that cannot be read.
    """
    found, _ = await app.ask("machine/where", execution=execution, limit=0)
    if not found:  # it was never anywhere, for want of a definition: it begins, as one of code that has failed goes on
        resumed = await resume_execution(execution, app)
        return None if resumed is None else {**resumed, "redriven": resumed["resumed"]}
    root = found[0]
    if root["parent"]:
        return {**root, "redriven": 0}
    for _ in range(_TRIES):
        row = await _redriven(root, app)
        if not row["again"]:
            break
    if row["redriven"]:
        await start_or_leave(row, app)
    return row


async def _redriven(root: Mapping[str, Any], app: AppOutside) -> Mapping[str, Any]:
    """Put all of it back and let it loose, unless more has ended meanwhile (`again`)."""
    rows = [{"id": root["id"], "epoch": root["epoch"]}]
    asked = places = await _put_back([root], {}, app)
    while places:
        below: list[dict[str, Any]] = []
        after = ""
        while failed := await _failed(places, after, app):
            children, texts = failed
            rows += [{"id": child["id"], "epoch": child["epoch"]} for child in children]
            below += await _put_back(children, texts, app)
            after = children[-1]["id"]
        asked, places = [*asked, *below], below
    [[row]] = await app.ask(
        "machine/redrive", execution=root["id"], epoch=root["epoch"], rows=json.dumps(rows), asked=json.dumps(asked)
    )
    return row


async def _failed(
    places: Iterable[Mapping[str, Any]], after: str, app: AppOutside
) -> tuple[list[Mapping[str, Any]], dict[tuple[str, int], str]] | None:
    """Return some that have failed at places, and the definitions they are of; None after the last."""
    found, known = await app.ask(
        "machine/failed_children", places=json.dumps(list(places)), after=after, limit=_AT_A_TIME
    )
    texts = {(each["definition"], each["version"]): each["text"] for each in known}
    return (list(found), texts) if found else None


async def _put_back(
    executions: Iterable[Mapping[str, Any]], texts: Mapping[tuple[str, int], str], app: AppOutside
) -> list[dict[str, Any]]:
    """Write down where executions will go on; return the places whose branches and items go on with them."""
    rows, places = [], []
    for each in executions:
        if not each["position"]:  # it has never begun
            continue
        stands = Checkpoint.from_dict(json.loads(each["position"]))
        position = await _back(each["id"], stands.position, _machine(each, texts), app)
        back = json.dumps(replace(stands, position=position, answers=0).to_dict(), ensure_ascii=False)
        rows.append({"id": each["id"], "epoch": each["epoch"], "position": back})
        places.append({"parent": each["id"], **_begun_at(position)})
    await app.ask("machine/put_back", rows=json.dumps(rows, ensure_ascii=False))
    return places


async def _back(execution: str, position: Position, machine: Machine, app: AppOutside) -> Position:
    """Return where an execution goes on: behind a later try of a task that has not failed, else at the first one."""
    has_limit = machine.timeout_seconds is not None and not position.way  # that of branches and items is the whole's
    deadline = later(app.clock.now(), machine.timeout_seconds or 0) if has_limit else None
    resource = _resource(machine, position)
    is_answered = resource.endswith(SUFFIX)
    if position.phase is Phase.WORKING and position.attempt and not is_answered:
        place = place_of(position.step_id, position.attempt)
        [[tried]] = await app.ask(
            "machine/tried", execution=execution, step=position.step_id, visit=position.attempt + 1, place=place
        )
        if tried["kept"]:
            return replace(position, deadline=deadline, timeout_at=None, heartbeat_at=None)
    return redriven(position, deadline, is_answered=is_answered)


def _machine(execution: Mapping[str, Any], texts: Mapping[tuple[str, int], str]) -> Machine:
    name, version = execution["definition"], execution["version"]
    try:
        return machine_of(texts.get((name, version)) or execution["text"])
    except DefinitionError as error:
        raise InputError(
            [f"Version {version} of definition {name} cannot be read, so nothing goes on: {error}"]
        ) from None


def _resource(machine: Machine, position: Position) -> str:
    work = machine_at(machine, position).states[position.state].work
    return work.resource if isinstance(work, Task) else ""


def _begun_at(position: Position) -> dict[str, Any]:
    """Return the place that belongs to where an execution will go on; what other states have begun is over, whatever came of it.

    The tries of a task are made anew from the first on, and each goes on with the execution that it has started.
    """
    if position.phase is Phase.ENTERING:
        return {"place": position.next_step_id, "tries": 1}
    return {"place": fork_place(position), "tries": 0}
