"""Answers to the tokens of tasks: stored before anybody is woken, each token once."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from asl.running.position import Phase
from services.app_outside import AppOutside
from services.operate_executions import post_event
from workflows.execution.values import State
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.names import answer_event, proves, read_token

_LIVE = frozenset({State.READY, State.RUNNING, State.STUCK})
_ANSWER = "answer"  # one event has this key: a second answer finds it


class Taken(StrEnum):
    """What came of an answer."""

    STORED = "stored"
    GONE = "gone"  # the task is not waited for any more, or was answered
    UNKNOWN = "unknown"  # nobody has given such a token


async def answer(token: str, told: Mapping[str, Any], key: str, app: AppOutside) -> Taken:
    """Store what somebody says of a task; `key` is empty for its one answer, else a heartbeat's own. Raises DatabaseError."""
    said = read_token(token)
    if said is None:
        return Taken.UNKNOWN
    [found, _] = await app.ask("machine/where", execution=said.execution, limit=0)
    if not found or found[0]["position"] is None:
        return Taken.UNKNOWN
    position = Checkpoint.from_dict(json.loads(found[0]["position"])).position
    place, attempt = position.step_id, position.attempt
    if not proves(said, found[0]["secret"], place, attempt):
        return Taken.GONE
    if position.phase is not Phase.WORKING or found[0]["state"] not in _LIVE:
        return Taken.GONE
    event = answer_event(place, attempt)
    [[known]] = await app.ask("machine/is_answered", execution=said.execution, name=event, event_key=_ANSWER)
    if known["answered"]:
        return Taken.GONE
    state = await post_event(said.execution, event, key or _ANSWER, dict(told), app)
    return Taken.STORED if state in _LIVE else Taken.GONE
