"""One step of an execution: from where it is and what has happened to what is to be done.

1. `begin` says where an execution begins, and what it is given.
2. `step` with Go enters a state, and yields an effect.
3. Whoever runs the execution carries the effect out, and comes back with its position and what has happened.
4. Done or Failed is the end.

Nothing is kept between two steps but the position: it may be written down after any of them, and taken up elsewhere.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from asl.definition import Choice, Fail, Machine, Map, Parallel, Pass, State, Succeed, Task, Wait
from asl.effort import Effort
from asl.failures import TIMEOUT, StateFailure
from asl.moments import later
from asl.running.branching import answer_branches, answer_reader, begin_branches, begin_items
from asl.running.effects import Effect, Failed, WaitUntil
from asl.running.events import ChildrenEnded, Event, Go
from asl.running.failing import fail, told
from asl.running.given import Given
from asl.running.leaving import moved
from asl.running.position import Phase, Position
from asl.running.simple import begin_wait, choose, pass_on, succeed, wait_on
from asl.running.simple import fail as fail_state
from asl.running.tasks import answer_task, begin_task
from asl.values import MAXIMUM_BYTES, JsonValue, flaw_in


def begin(machine: Machine, data: JsonValue, context: dict[str, Any], now: datetime) -> Position:
    """Where an execution of a machine begins; `context` is what context_of says. ValueError if the data cannot be worked with."""
    if (flaw := flaw_in(data, MAXIMUM_BYTES)) is not None:
        raise ValueError(
            f"the input of an execution cannot be taken: {flaw}, and it is JSON of {MAXIMUM_BYTES} bytes at most"
        )
    limit = machine.timeout_seconds
    deadline = None if limit is None else later(now, limit)
    return Position(state=machine.start_at, data=data, context=context, deadline=deadline)


def step(machine: Machine, position: Position, event: Event, given: Given) -> Effect:
    """What is to be done next. `machine` is the whole definition, also for a branch or an item."""
    given = replace(given, effort=Effort())
    effect = _done(machine, position, event, given)
    if weight := given.effort.weight:  # a round of costly states comes sooner to the end of what an execution may enter
        at = effect.position
        return replace(effect, position=replace(at, transitions=at.transitions + weight))
    return effect


def _done(machine: Machine, position: Position, event: Event, given: Given) -> Effect:
    state = machine_at(machine, position).states[position.state]
    _check(position, event)
    if position.deadline is not None and given.moment >= position.deadline:
        return Failed(moved(position), TIMEOUT, None)
    if position.phase is Phase.ENTERING:
        position = _entered(position, given)
    if position.phase is Phase.RETRYING:
        if position.until is not None and given.moment < position.until:
            return WaitUntil(position, min(position.until, position.deadline or position.until))
        position = moved(position)
    try:
        return (
            _begin(state, position, given)
            if position.phase is Phase.ENTERING
            else _answer(state, position, event, given)
        )
    except StateFailure as failure:
        try:
            return fail(state, position, failure, given)
        except StateFailure as again:  # of the catcher itself
            return Failed(moved(position), again.error, told(again, position))


def machine_at(machine: Machine, position: Position) -> Machine:
    """The machine of an execution: the definition itself, or a branch or processor within."""
    for name, number in position.way:
        match machine.states[name].work:
            case Parallel(branches):
                machine = branches[number]
            case Map(processor=processor):
                machine = processor
            case work:
                raise ValueError(
                    f"{name} is no Parallel or Map state but {work}: the position is of another definition"
                )
    return machine


def _check(position: Position, event: Event) -> None:
    """Refuse an event that cannot happen here: whoever runs the execution has mixed something up."""
    phase = position.phase
    fits = (
        isinstance(event, Go)
        or (phase is Phase.BRANCHED and isinstance(event, ChildrenEnded))
        or (phase is Phase.WORKING and not isinstance(event, ChildrenEnded))
    )
    if not fits:
        raise ValueError(
            f"{type(event).__name__} cannot happen to an execution that is {phase.value} {position.state}: use Go"
        )


def _entered(position: Position, given: Given) -> Position:
    return replace(
        position,
        visits={**position.visits, position.state: position.visit + 1},
        events=position.events + 1,
        entered_event=position.events + 1,
        entered_at=given.moment,
        tries=(),
    )


def _begin(state: State, position: Position, given: Given) -> Effect:
    match state.work:
        case Pass() as work:
            return pass_on(state, work, position, given)
        case Task() as work:
            return begin_task(state, work, position, given)
        case Choice() as work:
            return choose(state, work, position, given)
        case Wait() as work:
            return begin_wait(state, work, position, given)
        case Succeed():
            return succeed(state, position, given)
        case Fail() as work:
            return fail_state(state, work, position, given)
        case Parallel() as work:
            return begin_branches(state, work, position, given)
        case Map() as work:
            return begin_items(state, work, position, given)


def _answer(state: State, position: Position, event: Event, given: Given) -> Effect:
    match state.work:
        case Task() as work:
            return answer_task(state, work, position, event, given)
        case Map() as work if position.phase is Phase.WORKING:
            return answer_reader(state, work, position, event, given)
        case Parallel() | Map() as work:
            return answer_branches(state, work, position, event, given)
        case _:
            return wait_on(state, position, given)
