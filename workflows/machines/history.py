"""What is told of an execution, in the words of the language: states entered and left, tasks scheduled and answered."""

import json
from datetime import datetime
from typing import Any

from asl.definition import Machine
from asl.moments import text_of
from asl.running.effects import Done, Effect, Enter, Failed, Fork, MapItems, RunTask, WaitUntil
from asl.running.events import Event, Raised, Returned
from asl.running.position import Phase, Position
from asl.running.step import machine_at
from workflows.machines.untold import json_without_tokens

MOST_TEXT = 4096  # characters of an input or output; the whole of it is in no history
MOST_WAITING = 65_536  # characters of what is told at once; then inputs and outputs are left out


class Teller:
    """Collects what has happened since it was written down last."""

    def __init__(self, machine: Machine, told: int) -> None:
        """`told`: how much stands in SQL Server."""
        self.told = told
        self._machine = machine
        self._waiting: list[dict[str, Any]] = []
        self._size = 0
        self._head: str | None = None  # of the execution's tokens, once there was one

    def before(self, position: Position, event: Event, now: datetime) -> None:
        """Tell what a step is made for."""
        if position.phase is Phase.ENTERING:
            self._tell(f"{self._kind(position)}StateEntered", position, now, {"input": position.data})
        elif isinstance(event, Returned):
            self._tell("TaskSucceeded", position, now, {"output": event.output})
        elif isinstance(event, Raised):
            self._tell("TaskFailed", position, now, {"error": event.error, "cause": event.cause})

    def after(self, position: Position, effect: Effect, now: datetime) -> None:
        """Tell what came of it; `position` is the one from before."""
        left = effect.position
        if isinstance(effect, RunTask) and effect.token is not None:
            self._head = effect.token.partition(".")[0]
        match effect:
            case Enter() | Done():
                self._tell(f"{self._kind(position)}StateExited", position, now, {"output": left.data})
                if isinstance(effect, Done) and not position.way:
                    self._tell("ExecutionSucceeded", position, now, {"output": left.data})
            case Failed(error=error, cause=cause):
                self._tell("ExecutionFailed", position, now, {"error": error, "cause": cause})
            case RunTask() if position.phase is not Phase.WORKING:
                self._tell("TaskScheduled", left, now, {"resource": effect.resource, "arguments": effect.arguments})
            case WaitUntil() if left.phase is Phase.RETRYING and position.phase is not Phase.RETRYING:
                self._tell("TaskRetryScheduled", left, now, {"until": text_of(effect.until), "tries": left.attempt})
            case Fork() if position.phase is not Phase.BRANCHED:
                self._tell("ParallelStateStarted", left, now, {"branches": len(effect.children)})
            case MapItems() if position.phase is not Phase.BRANCHED:
                self._tell("MapStateStarted", left, now, {"items": len(effect.children)})

    def take(self) -> list[dict[str, Any]]:
        """Return what is to be written down now; it is counted as told."""
        taken, self._waiting, self._size = self._waiting, [], 0
        self.told += len(taken)
        return taken

    def take_back(self, events: list[dict[str, Any]]) -> None:
        """Tell these again: perhaps nobody has written them down. Who has knows them by their numbers."""
        self._waiting[:0] = events
        self.told -= len(events)

    def _kind(self, position: Position) -> str:
        return type(machine_at(self._machine, position).states[position.state].work).__name__

    def _tell(self, kind: str, position: Position, now: datetime, body: dict[str, Any]) -> None:
        text = self._text(body) if self._size < MOST_WAITING else "{}"
        self._size += len(text)
        self._waiting.append(
            {
                "number": self.told + len(self._waiting) + 1,
                "type": kind,
                "state": position.state,
                "at": now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:23],
                "body": text,
            }
        )

    def _text(self, body: dict[str, Any]) -> str:
        parts = {
            name: json_without_tokens(json.dumps(value, ensure_ascii=False), self._head) for name, value in body.items()
        }
        return "{" + ", ".join(f'"{name}": {_cut(part)}' for name, part in parts.items()) + "}"


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else json.dumps({"cut": text[:MOST_TEXT]}, ensure_ascii=False)
