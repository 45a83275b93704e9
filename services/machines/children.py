"""Branches and items: executions of their own, begun by their parent, and counted when they end."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from asl.running.effects import Fork, MapItems
from asl.running.events import Go
from asl.running.given import Given
from asl.running.position import Position
from asl.running.step import step
from asl.values import MAXIMUM_BYTES
from services.app_outside import AppOutside
from services.executions import CLAIM_SECONDS, over, who
from services.locks import tell as tell_of_offers
from services.machines.standing import standing
from services.start_executions import start_all
from workflows.execution.names import event_name, execution_instance
from workflows.locks.values import Hint
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.names import child_id, child_secret, children_event, fork_place
from workflows.machines.reading import machine_of

AT_ONCE = 40  # of a state that does not say how many, as Step Functions has it
_ROWS = 200  # that are registered at a time
_MOST_RESULT_CHARS = 4 * MAXIMUM_BYTES  # as JSON that escapes what is not ASCII: more than what may be kept can come to

_log = logging.getLogger(__name__)


async def fork(request: Mapping[str, Any], app: AppOutside) -> dict[str, Any]:
    """Register the branches or items of where the execution is, and start those that find a place; return {}, or {"over": why}.

    Raises DatabaseError, and what the SDK raises.
    """
    [[kept]] = await app.ask("machine/keep", due_in_ms=CLAIM_SECONDS * 1000, **who(request), **standing(request))
    if not kept["current"]:
        return over(request)
    [[found], _] = await app.ask("machine/where", execution=request["execution"], limit=0)
    checkpoint = Checkpoint.from_dict(request["stands"]).whole(request["shared"])
    effect = step(machine_of(found["text"]), checkpoint.position, Go(), _given(checkpoint.position))
    if not isinstance(effect, Fork | MapItems):
        raise TypeError(f"{checkpoint.position.state} has nothing to begin")
    at_once, tolerated = (effect.max_concurrency, effect.tolerated) if isinstance(effect, MapItems) else (0, 0)
    place = fork_place(checkpoint.position)
    rows = _rows(request["execution"], place, found["secret"], effect.children)
    ready = await register(request, place, rows, len(effect.children), at_once or AT_ONCE, tolerated, app)
    if ready is None:
        return over(request)
    await start_all(ready, app)
    return {}


async def register(
    request: Mapping[str, Any],
    place: str,
    rows: Iterable[Mapping[str, Any]],
    number: int,
    at_once: int,
    tolerated: int,
    app: AppOutside,
) -> Sequence[Mapping[str, Any]] | None:
    """Register so many children of a place, some at a time; return those that are ready to be started, None if the execution is not
    this start's any more.
    """
    ready: Sequence[Mapping[str, Any]] = ()
    waiting = iter(rows)
    for start in range(0, number, _ROWS):
        chunk, is_last = list(islice(waiting, _ROWS)), start + _ROWS >= number
        [current], *found = await app.ask(
            "machine/fork",
            parent=request["execution"],
            epoch=request["epoch"],
            place=place,
            rows=json.dumps(chunk, ensure_ascii=False),
            children=number if is_last else 0,
            at_once=at_once,
            tolerated=tolerated,
            claim_seconds=CLAIM_SECONDS,
        )
        if not current["current"]:
            return None
        ready = found[0] if found else ()
    return ready


def _rows(parent: str, place: str, secret: str, children: Iterable[Position]) -> Iterable[dict[str, Any]]:
    for number, child in enumerate(children):
        identity = child_id(parent, place, number)
        yield {
            "id": identity,
            "number": number,
            "deeper": 0,
            "secret": child_secret(secret, identity),
            "input": json.dumps(child.data, ensure_ascii=False),
            "position": json.dumps(Checkpoint(child, inherits=tuple(child.variables)).to_dict(), ensure_ascii=False),
        }


def _given(position: Position) -> Given:
    """Items are settled when their state is entered; who asks for them again gets the same, whatever the time and the chance."""
    moment = position.entered_at or datetime(2000, 1, 1, tzinfo=UTC)
    return Given(moment, lambda _: 0.0, lambda: "", lambda _, __: "")


async def collect(request: Mapping[str, Any], app: AppOutside) -> dict[str, Any]:
    """Return {"outcomes": [...]} if the children of a place are over, {} if they are not, or {"over": why}; what has not ended is stopped.

    Raises DatabaseError.
    """
    [[found], children] = await app.ask(
        "machine/collect",
        place=request["place"],
        due_in_ms=request["due_in_ms"],
        claim_seconds=CLAIM_SECONDS,
        most_bytes=2 * _MOST_RESULT_CHARS,
        **who(request),
    )
    if not found["current"]:
        return over(request)
    if not found["over"]:
        return {}
    if any(child["state"] not in _ENDED for child in children):
        await stop_children(
            [request["execution"]], request["place"], request["epoch"], "others of its state have failed", app
        )
    return {"outcomes": [_outcome(child) for child in _told_too_large(children, found["too_large"])]}


_ENDED = frozenset({"completed", "failed", "stopped"})


def _outcome(child: Mapping[str, Any]) -> dict[str, Any] | None:
    if child["result"] is not None:
        outcome: dict[str, Any] | None = json.loads(child["result"])
        return outcome
    if child["state"] in ("stopped", "failed"):
        return {"error": "States.TaskFailed", "cause": child["error"]}
    return {"output": None} if child["state"] == "completed" else None


def _told_too_large(children: Sequence[Mapping[str, Any]], is_too_large: int) -> Iterable[Mapping[str, Any]]:
    """Return children of which the first result, if they were too large to be fetched, is too large by itself: the state fails by it, as it must."""
    told = not is_too_large
    for child in children:
        if child["state"] == "completed" and not told:
            told = True
            yield {**child, "result": json.dumps({"output": "x" * (MAXIMUM_BYTES + 1)})}
        else:
            yield child


async def stop_children(parents: Sequence[str], place: str, epoch: int, reason: str, app: AppOutside) -> None:
    """End the children of executions that have ended, or of one place, with all that they have begun. Raises DatabaseError.

    `epoch`: of the start that asks for it itself, and runs; else 0.
    """
    while parents:
        [stopped] = await app.ask(
            "machine/stop_children", parents=json.dumps(list(parents)), place=place, epoch=epoch, error=reason
        )
        for row in stopped:
            if not row["epoch"]:
                continue  # it has waited for its place
            try:
                await app.instances.terminate(execution_instance(row["id"], row["epoch"]), reason)
            except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
                _log.info("The orchestration of execution %s was not there to be ended", row["id"])
        parents, place, epoch = [row["id"] for row in stopped], "", 0


async def tell(request: Mapping[str, Any], app: AppOutside) -> dict[str, Any]:
    """Start what may be started now, wake the executions whose children are over, and tell orchestrations of locks that are offered to them.

    Raises what the SDK raises.
    """
    await start_all(request.get("next", ()), app)
    await wake_parents(request.get("over", ()), app)
    await tell_of_offers([Hint(each["instance"], each["event"]) for each in request.get("hints", ())], app.instances)
    return {}


async def wake_parents(parents: Iterable[Mapping[str, Any]], app: AppOutside) -> None:
    """Wake executions whose children are over. Whom nobody can tell finds it by himself."""
    for row in parents:
        instance = execution_instance(row["id"], row["epoch"])
        try:
            await app.instances.tell(instance, event_name(children_event(row["place"])))
        except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
            _log.info("Execution %s could not be told that its branches are over; it will find it", row["id"])
