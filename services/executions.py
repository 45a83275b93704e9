"""What the activities of an execution do in SQL Server: begin, do a step, keep, rest, take an event, end."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from relay.errors import RelayError
from relay.ports import Tables
from relay.work.values import ACTIVITY_SECONDS
from workflows.execution.names import idempotency_key
from workflows.execution.values import Refused, State, Step, TryLater

Body = Callable[[Any, Step], Any]

CLAIM_SECONDS = round(ACTIVITY_SECONDS) + 30  # a step that has not reported by then was killed, with its worker
MOST_RESULT_BYTES = 262_144  # of a step
_MOST_REASON = 500

_log = logging.getLogger(__name__)


def begin(request: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Claim the execution; return its input and what its steps have come to, or {"over": why}. Raises DatabaseError."""
    found, steps = tables.ask("execution/begin", due_in_seconds=CLAIM_SECONDS, **who(request))
    if not found or found[0]["state"] != State.RUNNING or found[0]["epoch"] != request["epoch"]:
        return over(request)
    return {
        "input": json.loads(found[0]["input"]),
        "started_at": found[0]["begun_at"],
        "results": {f"{step['step']}#{step['visit']}": json.loads(step["result"]) for step in steps},
    }


def do_step(request: Mapping[str, Any], body: Body, tables: Tables) -> dict[str, Any]:
    """Do a step unless it was done, and write down what it came to. Raises DatabaseError.

    Returns one of {"done": result}, {"over": why}, {"wait_seconds": seconds}, {"refused": why} and {"failed": why, "asked_for_seconds"}.
    """
    place = {**who(request), "step": request["step"], "visit": request["visit"]}
    [[claimed]] = tables.ask("execution/claim", claim_seconds=CLAIM_SECONDS, **place)
    match claimed["verdict"]:
        case "over":
            return over(request)
        case "done":
            return _as_done(json.loads(claimed["result"]))
        case "wait":
            return {"wait_seconds": claimed["wait_ms"] / 1000 + 1}
    answer = _attempt(request, body)
    result = json.dumps({"value": answer["done"]}) if "done" in answer else None
    [[reported]] = tables.ask("execution/report", result=result, **place)
    return answer if reported["current"] else over(request)


def _as_done(result: Mapping[str, Any]) -> dict[str, Any]:
    return {"refused": result["failed"]} if "failed" in result else {"done": result["value"]}


def _attempt(request: Mapping[str, Any], body: Body) -> dict[str, Any]:
    execution, name, visit = request["execution"], request["step"], request["visit"]
    step = Step(execution, name, visit, request["epoch"], idempotency_key(execution, name, visit))
    try:
        done = body(request["input"], step)
    except Refused as error:
        return {"refused": str(error)[:_MOST_REASON]}
    except TryLater as error:
        return {"failed": str(error)[:_MOST_REASON], "asked_for_seconds": error.after_seconds}
    except Exception as error:  # noqa: BLE001 - the author's own code
        _log.warning("Step %s of execution %s failed", name, execution, exc_info=True)
        reason = str(error) if isinstance(error, RelayError) else f"{type(error).__name__}: {error}"
        return {"failed": reason.partition("\n")[0][:_MOST_REASON]}
    try:  # it is done: to do it again would bring no other result
        size = len(json.dumps(done, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError) as error:
        return {"refused": f"its result is nothing that JSON can hold: {error}"[:_MOST_REASON]}
    if size > MOST_RESULT_BYTES:
        return {
            "refused": f"its result has {size} bytes, and {MOST_RESULT_BYTES} are the most: return where it is instead"
        }
    return {"done": done}


def remember(request: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Keep a result unless one is kept; return {"kept": the one that is}, or {"over": why}. Raises DatabaseError."""
    [kept] = tables.ask(
        "execution/remember",
        step=request["step"],
        visit=request["visit"],
        result=json.dumps(request["result"]),
        **who(request),
    )
    return {"kept": json.loads(kept[0]["result"])} if kept else over(request)


def rest(request: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Write down for how long no sign of life is to be expected; return {}, or {"over": why}. Raises DatabaseError."""
    [[found]] = tables.ask("execution/rest", due_in_ms=request["due_in_ms"], **who(request))
    return {} if found["current"] else over(request)


def take_event(request: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Return {"event": body, "visit": whose it is} of the next one, {} if there is none, or {"over": why}.

    With a "latest_key" those may be left out that came before: the first one is the one with that key, else the newest. Raises DatabaseError.
    """
    [[found], events] = tables.ask(
        "execution/take_event",
        name=request["name"],
        visit=request["visit"],
        due_in_ms=request["due_in_ms"],
        claim_seconds=CLAIM_SECONDS,
        latest_key=request.get("latest_key", ""),
        **who(request),
    )
    if not found["current"]:
        return over(request)
    return {"event": json.loads(events[0]["body"]), "visit": events[0]["visit"]} if events else {}


def end(request: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Write down how the execution has ended; return {"next": what waited behind it and may be started}. Raises DatabaseError."""
    [following] = tables.ask(
        "execution/end",
        state=request["state"],
        result=json.dumps(request["result"]),
        error=request["error"],
        **who(request),
    )
    return {"next": [dict(row) for row in following]}


def who(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return which start of which execution asks."""
    return {"execution": request["execution"], "epoch": request["epoch"]}


def over(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to a start that has nothing to do any more."""
    return {"over": f"execution {request['execution']} has ended, or another start than {request['epoch']} does it"}
