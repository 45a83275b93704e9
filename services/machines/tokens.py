"""Answers to the tokens of tasks: stored before anybody is woken, each token once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from asl.running.position import Phase, Position
from services.app_outside import AppOutside
from services.operate_executions import keep_event
from workflows.execution.values import State
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.names import ANSWER_KEY, answer_event, proves, read_token

_LIVE = frozenset({State.READY, State.RUNNING, State.STUCK})


class Taken(StrEnum):
    """What came of an answer."""

    STORED = "stored"
    GONE = "gone"  # the task is not waited for any more, or was answered
    UNKNOWN = "unknown"  # nobody has given such a token


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that waits for an answer, and that a token is the right one for."""

    execution: str
    position: Position
    definition: str  # its text

    @property
    def event(self) -> str:
        """Return the name under which its answer is stored."""
        return answer_event(self.position.step_id, self.position.attempt)


async def find_waiting(token: str, app: AppOutside) -> Waiting | Taken:
    """Return the task that waits to be answered under a token, or why there is none. Raises DatabaseError."""
    said = read_token(token)
    if said is None:
        return Taken.UNKNOWN
    [found, _] = await app.ask("machine/where", execution=said.execution, limit=0)
    if not found or found[0]["position"] is None:
        return Taken.UNKNOWN
    position = Checkpoint.from_dict(json.loads(found[0]["position"])).position
    if not proves(said, found[0]["secret"], position.step_id, position.attempt):
        return Taken.GONE
    if position.phase is not Phase.WORKING or found[0]["state"] not in _LIVE:
        return Taken.GONE
    waiting = Waiting(said.execution, position, found[0]["text"])
    [[known]] = await app.ask("machine/is_answered", execution=said.execution, name=waiting.event, event_key=ANSWER_KEY)
    return Taken.GONE if known["answered"] else waiting


async def answer(token: str, told: Mapping[str, Any], key: str, app: AppOutside) -> Taken:
    """Store what somebody says of a task; `key` is empty for its one answer, else a heartbeat's own. Raises DatabaseError."""
    waiting = await find_waiting(token, app)
    if isinstance(waiting, Taken):
        return waiting
    kept = await keep_event(waiting.execution, waiting.event, key or ANSWER_KEY, dict(told), app)
    return Taken.STORED if kept is not None and kept["kept"] else Taken.GONE
