"""A plain interpreter: a whole execution at once, in virtual time, with tasks that a script answers.

For tests, for dry runs and for conformance; what runs for days is an orchestration, over the same steps.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from asl.definition import Machine, Map, Parallel
from asl.moments import later
from asl.running.effects import Done, Effect, Enter, Failed, Fork, MapItems, RunTask, WaitUntil
from asl.running.events import ChildrenEnded, Event, Go, Outcome, Overdue, Raised, Returned
from asl.running.given import Given
from asl.running.position import Position
from asl.running.step import begin, step
from asl.values import JsonValue

MOST_STEPS = 200_000

Answer: TypeAlias = tuple[Outcome, timedelta] | None  # None: nobody ever answers
Tasks: TypeAlias = Callable[[RunTask], Answer]


class Stuck(Exception):
    """An execution waits for what never comes, or goes round for ever."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A state that was entered: when, in which execution and machine, and with what.

    The whole execution is "", a branch or item of its is STATE/VISIT/ATTEMPT/NUMBER, one of that follows after a colon.
    """

    at: datetime
    execution: str
    way: tuple[tuple[str, int], ...]
    state: str
    data: JsonValue


@dataclass(frozen=True, slots=True)
class Run:
    """How an execution went."""

    outcome: Outcome
    ended_at: datetime
    entered: tuple[Entered, ...]
    cut_off: tuple[
        str, ...
    ] = ()  # STATE/VISIT/ATTEMPT of what one failure too many ended: how far the others came is chance


def interpret(
    machine: Machine,
    data: JsonValue,
    *,
    tasks: Tasks,
    given_at: Callable[[datetime], Given],
    begins_at: datetime,
    context: dict[str, Any],
) -> Run:
    """Run a machine from its beginning to its end."""
    return _Interpreter(machine, tasks, given_at).run(begin(machine, data, context, begins_at), begins_at)


def try_state(
    machine: Machine,
    name: str,
    data: JsonValue,
    *,
    given: Given,
    context: dict[str, Any],
    variables: dict[str, Any] | None = None,
    mock: Event | None = None,
) -> Effect:
    """What one state does with some data, and with a mock of what comes of its task, branches or items."""
    position = Position(way=way_to(machine, name), state=name, data=data, variables=variables or {}, context=context)
    effect = step(machine, position, Go(), given)
    if mock is not None and isinstance(effect, RunTask | Fork | MapItems):
        return step(machine, effect.position, mock, given)
    return effect


def way_to(machine: Machine, name: str) -> tuple[tuple[str, int], ...]:
    """The way to the machine that has a state of a name; names stand once in a definition."""
    waiting: list[tuple[tuple[tuple[str, int], ...], Machine]] = [((), machine)]
    while waiting:
        way, inner = waiting.pop()
        if name in inner.states:
            return way
        for state in inner.states.values():
            match state.work:
                case Parallel(branches):
                    waiting.extend(((*way, (state.name, number)), branch) for number, branch in enumerate(branches))
                case Map(processor=processor):
                    waiting.append(((*way, (state.name, 0)), processor))
    raise KeyError(name)


def answered_at_once(outcome: Outcome) -> Answer:
    """An answer that takes no time."""
    return outcome, timedelta(0)


@dataclass(slots=True)
class _Interpreter:
    machine: Machine
    tasks: Tasks
    given_at: Callable[[datetime], Given]
    steps: int = field(default=0)

    def run(self, position: Position, now: datetime, name: str = "") -> Run:
        """One execution: the whole, a branch or an item."""
        entered = [Entered(now, name, position.way, position.state, position.data)]
        cut_off: list[str] = []
        event: Event = Go()
        while True:
            effect = self._step(position, event, now)
            position, event = effect.position, Go()
            match effect:
                case Enter():
                    entered.append(Entered(now, name, position.way, position.state, position.data))
                case WaitUntil(until=until):
                    now = max(now, until)
                case RunTask():
                    event, now = self._do(effect, now)
                case Fork() | MapItems():
                    event, now, below, cut = self._run_children(effect, now, name)
                    entered.extend(below)
                    cut_off.extend(cut)
                case Done(output=output):
                    return Run(Returned(output), now, tuple(entered), tuple(cut_off))
                case Failed(error=error, cause=cause):
                    return Run(Raised(error, cause), now, tuple(entered), tuple(cut_off))

    def _step(self, position: Position, event: Event, now: datetime) -> Effect:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Stuck(f"the execution has not ended after {MOST_STEPS} steps: look for a loop without an end")
        return step(self.machine, position, event, self.given_at(now))

    def _do(self, effect: RunTask, now: datetime) -> tuple[Event, datetime]:
        answer = self.tasks(effect)
        if answer is not None:
            outcome, duration = answer
            answered_at = later(now, duration.total_seconds())
            if effect.due_at is None or answered_at < effect.due_at:
                return outcome, answered_at
        if effect.due_at is None:
            raise Stuck(f"nobody answers {effect.resource} in {effect.step_id}, and it has no TimeoutSeconds")
        return Overdue(), max(now, effect.due_at)

    def _run_children(
        self, effect: Fork | MapItems, now: datetime, name: str
    ) -> tuple[Event, datetime, list[Entered], list[str]]:
        """Run each child for itself: they know nothing of each other. Those wait that find no place among so many at a time."""
        own = f"{name}:{effect.position.step_id}/{effect.position.attempt}".removeprefix(":")
        tolerated = effect.tolerated if isinstance(effect, MapItems) else 0
        places = (effect.max_concurrency if isinstance(effect, MapItems) else 0) or len(effect.children)
        free = [now] * min(places, len(effect.children))
        failed_at: list[datetime] = []
        runs: list[Run | None] = []
        for number, child in enumerate(effect.children):
            begins_at = heapq.heappop(free)
            over_at = _over_at(failed_at, tolerated)
            if number >= places and over_at is not None and over_at <= begins_at:
                runs.append(None)
                heapq.heappush(free, begins_at)
                continue
            run = self.run(child, begins_at, f"{own}/{number}")
            runs.append(run)
            heapq.heappush(free, run.ended_at)
            if isinstance(run.outcome, Raised):
                failed_at.append(run.ended_at)
        over_at = _over_at(failed_at, tolerated)
        cut_off = [*([] if over_at is None else [own]), *(one for run in runs if run for one in run.cut_off)]
        ended_at = over_at or max((run.ended_at for run in runs if run), default=now)
        if effect.due_at is not None and effect.due_at < ended_at:
            return Go(), effect.due_at, _until(effect.due_at, runs), [own, *cut_off]
        outcomes = tuple(run.outcome if run and run.ended_at <= ended_at else None for run in runs)
        return ChildrenEnded(outcomes), ended_at, _until(ended_at, runs), cut_off


def _over_at(failed_at: list[datetime], tolerated: int) -> datetime | None:
    """When the failure came that was one too many, if there was one."""
    return sorted(failed_at)[tolerated] if len(failed_at) > tolerated else None


def _until(moment: datetime, runs: list[Run | None]) -> list[Entered]:
    return [entered for run in runs if run for entered in run.entered if entered.at <= moment]
