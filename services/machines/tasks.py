"""A task of a definition's execution: claimed as a step is, done by its resource, and its outcome kept, also that it failed."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from asl.failures import DATA_LIMIT, TASK_FAILED, TIMEOUT
from asl.values import MAXIMUM_BYTES, flaw_in
from relay.errors import DatabaseError, RelayError
from relay.ports import Tables
from services.executions import CLAIM_SECONDS, over, who
from services.machines.standing import standing
from workflows.execution.names import idempotency_key
from workflows.locks.values import Hint
from workflows.resources.values import OVER, Performed, Task, TaskFailed, TaskLater

Perform: TypeAlias = Callable[[Task], Performed]
_MOST_CAUSE = 2000
_LATE = {"error": TIMEOUT, "cause": "Its time was over before it was done."}

_log = logging.getLogger(__name__)


def do_task(request: Mapping[str, Any], perform: Perform, tables: Tables) -> dict[str, Any]:
    """Do a task unless this attempt was done; return {"done": outcome}, {"wait_seconds"} or {"over": why}; with the first two "hints", if
    a lock is offered to orchestrations, who are to be told.

    With "late" it is too late to do it: {"done": outcome} if it was done in time, else {}, and it is closed. Raises DatabaseError.
    """
    place = {**who(request), "step": request["place"], "visit": request["attempt"] + 1}
    if request.get("late"):
        [[run], found] = tables.ask("machine/close", result=json.dumps(_kept(_LATE)), **place)
        if not run["current"]:
            return over(request)
        outcome = _outcome(json.loads(found[0]["result"]))
        return {} if outcome == _LATE else {"done": outcome}
    [[claimed]] = tables.ask("machine/claim", claim_seconds=CLAIM_SECONDS, **place, **standing(request))
    match claimed["verdict"]:
        case "over":
            return over(request)
        case "done":
            return {"done": _outcome(json.loads(claimed["result"]))}
        case "wait":
            return {"wait_seconds": claimed["wait_ms"] / 1000 + 1}
    try:
        performed = perform(_task(request))
        outcome = _fitting(performed.output)
    except TaskLater as later:
        [[reported]] = tables.ask("execution/report", result=None, **place)
        waits = {"wait_seconds": max(later.after_seconds, 1.0), **_told(later.hints)}
        return waits if reported["current"] else over(request)
    except DatabaseError:
        raise  # nobody knows what came of it: it is asked for again
    except TaskFailed as error:
        if error.error == OVER:
            return over(request)
        performed, outcome = Performed(hints=error.hints), {"error": error.error, "cause": error.cause}
    except Exception as error:  # noqa: BLE001 - whatever a resource raises
        _log.warning("Task %s of execution %s failed", request["place"], request["execution"], exc_info=True)
        reason = str(error) if isinstance(error, RelayError) else f"{type(error).__name__}: {error}"
        performed, outcome = Performed(), {"error": TASK_FAILED, "cause": reason.partition("\n")[0][:_MOST_CAUSE]}
    done = {"done": outcome, **_told(performed.hints)}
    if performed.stored:
        return done
    [[reported]] = tables.ask("execution/report", result=json.dumps(_kept(outcome)), **place)
    return done if reported["current"] else over(request)


def _told(hints: Sequence[Hint]) -> dict[str, Any]:
    return {"hints": [{"instance": each.instance, "event": each.event} for each in hints]} if hints else {}


def _task(request: Mapping[str, Any]) -> Task:
    position = request["stands"]["position"]
    return Task(
        execution=request["execution"],
        definition=position["context"]["StateMachine"]["Name"],
        resource=request["resource"],
        arguments=position["work"],
        place=request["place"],
        attempt=request["attempt"],
        epoch=request["epoch"],
        token=request["token"],
        idempotency_key=idempotency_key(request["execution"], request["place"], 0),
    )


def _fitting(output: Any) -> dict[str, Any]:
    if (flaw := flaw_in(output, MAXIMUM_BYTES)) is not None:
        return {"error": DATA_LIMIT, "cause": f"The result of the task cannot be taken: {flaw}."}
    return {"output": output}


def _kept(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Return an outcome as a step's result: its value, or what it failed with."""
    return {"value": outcome["output"]} if "output" in outcome else {"failed": dict(outcome)}


def _outcome(kept: Mapping[str, Any]) -> dict[str, Any]:
    return dict(kept["failed"]) if "failed" in kept else {"output": kept["value"]}
