"""Where an execution of a definition is, in SQL Server: claimed at its beginning, written down on its way, and at its end."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from asl.definition import Machine
from asl.failures import RUNTIME
from asl.reader.mistakes import DefinitionError
from asl.running.context import context_of
from asl.running.step import begin as begin_machine
from relay.ports import Tables
from services.executions import CLAIM_SECONDS, over, who
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.names import PREFIX
from workflows.machines.reading import machine_of


def begin(request: Mapping[str, Any], secret: str, tables: Tables) -> dict[str, Any]:
    """Claim the execution; return {"definition", "secret", "stands", "shared"}, {"over": why}, or {"wrong": error and cause}: it cannot be run.

    `secret` is for an execution that has none yet. Raises DatabaseError.
    """
    [[found]] = tables.ask(
        "machine/begin", due_in_seconds=CLAIM_SECONDS, prefix_length=len(PREFIX), secret=secret, **who(request)
    )
    if found["state"] != "running" or found["epoch"] != request["epoch"]:
        return over(request)
    name = found["workflow"].removeprefix(PREFIX)
    if found["definition"] is None:
        return _wrong(
            f"There is no approved definition {name}. Upload it with PUT /api/workflows/{name}, then redrive."
        )
    try:
        machine = machine_of(found["definition"])
    except DefinitionError as error:
        return _wrong(f"Version {found['version']} of definition {name} cannot be read: {error}")
    if found["input"] is None:
        return _wrong("The execution that this one is a part of is no more; start it again.")
    stands = found["position"]
    try:
        written = json.loads(stands) if stands else _beginning(request, found, name, machine)
    except ValueError as error:
        return _wrong(str(error))
    shared = {"input": json.loads(found["input"]), "variables": _inherited(request["execution"], written, tables)}
    return {"definition": found["definition"], "secret": found["secret"], "stands": written, "shared": shared}


def _inherited(execution: str, stands: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Return the variables of the executions around a branch or an item: they wait for it, so they are as they were when it was begun."""
    found: dict[str, Any] = {}
    names = stands.get("inherits")
    while names:
        [[around]] = tables.ask("machine/around", execution=execution)
        found = {**json.loads(around["variables"]), **found}
        execution, names = around["id"], json.loads(around["inherits"] or "[]")
    return {name: found[name] for name in stands.get("inherits", ()) if name in found}


def _beginning(request: Mapping[str, Any], found: Mapping[str, Any], name: str, machine: Machine) -> dict[str, Any]:
    begun_at = datetime.fromisoformat(found["begun_at"]).replace(tzinfo=UTC)
    data = json.loads(found["input"])
    context = context_of(
        execution_id=request["execution"],
        name=request["execution"],
        data=data,
        started_at=begun_at,
        machine_id=f"{name}:{found['version']}",
        machine_name=name,
    )
    return Checkpoint(begin_machine(machine, data, context, begun_at)).to_dict()


def keep(request: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Write down where the execution is; return {}, or {"over": why}. Raises DatabaseError."""
    [[found]] = tables.ask("machine/keep", due_in_ms=request["due_in_ms"], **who(request), **standing(request))
    return {} if found["current"] else over(request)


def end(request: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Write down how it ended; return {"next": what may be started now, "over": whose branches or items are over}. Raises DatabaseError."""
    following, siblings, parents, again = tables.ask(
        "machine/end",
        state=request["state"],
        result=json.dumps(request["result"]),
        error=request["error"],
        **who(request),
        **standing(request),
    )
    return {"next": [dict(row) for row in (*following, *siblings)], "over": [dict(row) for row in (*parents, *again)]}


def standing(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return where an execution is, as the statements take it; nothing of one that has never begun."""
    stands = request.get("stands")
    return {
        "position": None if stands is None else json.dumps(stands, ensure_ascii=False),
        "history": json.dumps(request.get("history", []), ensure_ascii=False),
    }


def new_secret(random: bytes) -> str:
    """Return what an execution's tokens are made of."""
    return hashlib.sha256(random).hexdigest()


def _wrong(cause: str) -> dict[str, Any]:
    return {"wrong": {"error": RUNTIME, "cause": cause[:2000]}}
