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
from workflows.machines.executing import waits
from workflows.machines.names import fork_place, place_of
from workflows.machines.reading import machine_of
from workflows.resources.names import SUFFIX

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
    rows = [{"id": root["id"], "epoch": root["epoch"]}]
    places = await _put_back([root], {}, app)
    while places:
        below: list[dict[str, str]] = []
        after = ""
        while failed := await _failed(places, after, app):
            children, texts = failed
            rows += [{"id": child["id"], "epoch": child["epoch"]} for child in children]
            below += await _put_back(children, texts, app)
            after = children[-1]["id"]
        places = below
    [[row]] = await app.ask("machine/redrive", execution=root["id"], epoch=root["epoch"], rows=json.dumps(rows))
    if row["redriven"]:
        await start_or_leave(row, app)
    return row


async def _failed(
    places: Iterable[Mapping[str, str]], after: str, app: AppOutside
) -> tuple[list[Mapping[str, Any]], dict[tuple[str, int], str]] | None:
    """Return some that have failed at places, and the definitions they are of; None after the last."""
    found, known = await app.ask(
        "machine/failed_children", places=json.dumps(list(places)), after=after, limit=_AT_A_TIME
    )
    texts = {(each["definition"], each["version"]): each["text"] for each in known}
    return (list(found), texts) if found else None


async def _put_back(
    executions: Iterable[Mapping[str, Any]], texts: Mapping[tuple[str, int], str], app: AppOutside
) -> list[dict[str, str]]:
    """Write down where executions will go on; return the places whose branches and items go on with them."""
    rows, places = [], []
    for each in executions:
        if not each["position"]:  # it has never begun
            continue
        stands = Checkpoint.from_dict(json.loads(each["position"]))
        machine = _machine(each, texts)
        deadline = None if machine.timeout_seconds is None else later(app.clock.now(), machine.timeout_seconds)
        resource = _resource(machine, stands.position)
        position = redriven(stands.position, deadline, is_answered=resource.endswith(SUFFIX))
        back = json.dumps(replace(stands, position=position, answers=0).to_dict(), ensure_ascii=False)
        rows.append({"id": each["id"], "epoch": each["epoch"], "position": back})
        places += [{"parent": each["id"], "place": place} for place in _begun_at(stands.position, resource)]
    await app.ask("machine/put_back", rows=json.dumps(rows, ensure_ascii=False))
    return places


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


def _begun_at(position: Position, resource: str) -> list[str]:
    """Return the places that belong to where an execution has failed; what other states have begun is over, whatever came of it.

    The tries of a task are made anew from the first on, and each goes on with the execution that it has started.
    """
    if position.phase is Phase.BRANCHED:
        return [fork_place(position)]
    if waits(resource) and position.phase is not Phase.ENTERING:
        return [place_of(position.step_id, attempt) for attempt in range(position.attempt + 1)]
    return []
