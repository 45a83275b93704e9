"""A Task state: what it has done, and until when."""

from dataclasses import replace

from asl.definition import State, Task
from asl.failures import HEARTBEAT_TIMEOUT, TIMEOUT, StateFailure
from asl.moments import later
from asl.running.amounts import seconds
from asl.running.context import WAITS_FOR_TOKEN, scope_of
from asl.running.effects import Effect, RunTask
from asl.running.events import Event, Heartbeat, Overdue, Raised, Returned
from asl.running.given import Given
from asl.running.leaving import with_result
from asl.running.position import Phase, Position
from asl.running.shaping import arguments_of, checked, effective

_EVENTS = 3  # scheduled, started, ended


def begin_task(state: State, work: Task, position: Position, given: Given) -> Effect:
    """Have the resource begin."""
    scope = effective(state, scope_of(state, position, given, work.resource))
    timeout = None if work.timeout is None else seconds(work.timeout, scope, "TimeoutSeconds", 1)
    heartbeat = None if work.heartbeat is None else seconds(work.heartbeat, scope, "HeartbeatSeconds", 1)
    working = replace(
        position,
        phase=Phase.WORKING,
        work=arguments_of(state, scope),
        events=position.events + _EVENTS,
        timeout_at=None if timeout is None else later(given.moment, timeout),
        heartbeat_seconds=heartbeat,
    )
    return _run(work, _alive(working, given), given)


def answer_task(state: State, work: Task, position: Position, event: Event, given: Given) -> Effect:
    """Go on with what has come of the resource's work."""
    match event:
        case Returned(output):
            scope = scope_of(state, position, given, work.resource)
            return with_result(state, position, checked(state, output, of_resource=True), scope)
        case Raised(error, cause):
            raise StateFailure(error, cause, names_state=True, of_resource=True)
        case Heartbeat():
            return _run(work, _alive(position, given), given)
    if isinstance(event, Overdue):
        if position.timeout_at is not None and given.moment >= position.timeout_at:
            raise StateFailure(TIMEOUT, None)
        if position.heartbeat_at is not None and given.moment >= position.heartbeat_at:
            raise StateFailure(TIMEOUT, None, other_name=HEARTBEAT_TIMEOUT)
    return _run(work, position, given)


def _alive(position: Position, given: Given) -> Position:
    if position.heartbeat_seconds is None:
        return position
    return replace(position, heartbeat_at=later(given.moment, position.heartbeat_seconds))


def _run(work: Task, position: Position, given: Given) -> RunTask:
    waits = work.resource.endswith(WAITS_FOR_TOKEN)
    times = [time for time in (position.timeout_at, position.heartbeat_at, position.deadline) if time is not None]
    return RunTask(
        position=position,
        resource=work.resource,
        arguments=position.work,
        step_id=position.step_id,
        attempt=position.attempt,
        token=given.token(position.step_id, position.attempt) if waits else None,
        due_at=min(times, default=None),
    )
