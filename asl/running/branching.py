"""Parallel and Map: the executions that they begin, and what comes of those."""

from dataclasses import replace

from asl.definition import Machine, Map, Parallel, State
from asl.failures import DATA_LIMIT, ITEM_READER, RESULT_WRITER, THRESHOLD, StateFailure, runtime
from asl.running.amounts import count, percentage
from asl.running.context import scope_of
from asl.running.effects import Effect, Fork, MapItems, RunTask
from asl.running.evaluating import Scope, evaluate
from asl.running.events import ChildrenEnded, Event, Raised, Returned
from asl.running.given import Given
from asl.running.items import items_of, most_of, read_again, written_down
from asl.running.leaving import with_result
from asl.running.position import Phase, Position
from asl.running.shaping import arguments_of, checked, effective
from asl.values import JsonValue, is_too_large

MOST_BESIDE = 100_000  # executions: the branches and items of a state, times those of the states around it
MOST_ITEMS_BYTES = 10 * 1024 * 1024  # all together; each is a value for itself


def begin_branches(state: State, work: Parallel, position: Position, given: Given) -> Effect:
    """Begin one execution for each branch."""
    scope = effective(state, scope_of(state, position, given))
    _check_number(position, len(work.branches))
    branched = replace(position, phase=Phase.BRANCHED, work=arguments_of(state, scope))
    return _fork(work, branched)


def begin_items(state: State, work: Map, position: Position, given: Given) -> Effect:
    """Begin one execution for each item, or batch of items."""
    if work.writer_resource is not None:
        raise StateFailure(RESULT_WRITER, f"There is no writer of results {work.writer_resource} here.")
    scope = effective(state, scope_of(state, position, given))
    _limits_of(work, scope, 0)  # wrong ones are told before any item
    if work.reader_resource is not None:
        most_of(work, scope)  # a wrong one is told before anything is read
        told = None if work.reader_arguments is None else evaluate(work.reader_arguments, scope, "ItemReader")
        return _read(work.reader_resource, replace(position, phase=Phase.WORKING, work=checked(state, told)))
    return _with_items(state, work, position, given)


def answer_reader(state: State, work: Map, position: Position, event: Event, given: Given) -> Effect:
    """Go on with the items that were read: a list, or an object with a list of rows."""
    if isinstance(event, Raised):
        raise StateFailure(ITEM_READER, f"{event.error}: {event.cause}")
    if not isinstance(event, Returned):
        return _read(work.reader_resource or "", position)
    output = event.output
    found = output.get("rows") if isinstance(output, dict) else output
    if not isinstance(found, list):
        raise StateFailure(ITEM_READER, f"What {work.reader_resource} yields is no list, and has no list of rows.")
    scope = effective(state, scope_of(state, position, given))
    return _with_items(state, work, position, given, found[: most_of(work, scope)])


def _read(resource: str, position: Position) -> RunTask:
    return RunTask(
        position=position,
        resource=resource,
        arguments=position.work,
        step_id=position.step_id,
        attempt=position.attempt,
        token=None,
        due_at=position.deadline,
    )


def _with_items(
    state: State, work: Map, position: Position, given: Given, read: list[JsonValue] | None = None
) -> Effect:
    scope = effective(state, scope_of(state, position, given))
    items = items_of(state, work, scope, read)
    _check_number(position, len(items))
    written = written_down(items)
    if is_too_large(written, MOST_ITEMS_BYTES):
        raise StateFailure(
            DATA_LIMIT, f"The items of the state '{state.name}' are larger than 10 MiB.", names_state=True
        )
    for item in items:
        checked(state, item.input)
    branched = replace(position, phase=Phase.BRANCHED, work=written)
    return _map(state, work, branched, given) if items else with_result(state, branched, [], scope)


def answer_branches(state: State, work: Parallel | Map, position: Position, event: Event, given: Given) -> Effect:
    """Go on with what has come of the branches or items."""
    if not isinstance(event, ChildrenEnded):
        return _fork(work, position) if isinstance(work, Parallel) else _map(state, work, position, given)
    outcomes = event.outcomes
    failures = [outcome for outcome in outcomes if isinstance(outcome, Raised)]
    scope = effective(state, scope_of(state, position, given))
    tolerated = 0 if isinstance(work, Parallel) else _limits_of(work, scope, len(outcomes))[1]
    if len(failures) > tolerated:
        if isinstance(work, Map) and work.is_distributed:
            raise StateFailure(THRESHOLD, "The specified tolerated failure threshold was exceeded", names_state=True)
        raise StateFailure(failures[0].error, failures[0].cause, names_state=True)
    results = [outcome.output for outcome in outcomes if isinstance(outcome, Returned)]
    if len(results) + len(failures) != len(outcomes):
        raise ValueError("ChildrenEnded leaves outcomes out, and no more have failed than are tolerated")
    whole = scope_of(state, position, given)
    return with_result(state, position, checked(state, results), whole)


def _check_number(position: Position, number: int) -> None:
    """Refuse branches of branches of branches that would never all have run."""
    if position.beside * number > MOST_BESIDE:
        raise runtime(
            f"The branches and items of a state, times those around it, may be {MOST_BESIDE}, and these are "
            f"{position.beside * number}"
        )


def _fork(work: Parallel, position: Position) -> Fork:
    beside = position.beside * len(work.branches)
    children = tuple(
        _child(position, number, branch, position.work, beside) for number, branch in enumerate(work.branches)
    )
    return Fork(position, children, position.deadline)


def _map(state: State, work: Map, position: Position, given: Given) -> MapItems:
    scope = effective(state, scope_of(state, position, given))
    items = read_again(position.work)
    concurrency, tolerated = _limits_of(work, scope, len(items))
    children = tuple(
        replace(
            _child(position, 0, work.processor, item.input, position.beside * len(items)),
            context={**position.context, "Map": {"Item": {"Index": item.index, "Value": item.value}}},
        )
        for item in items
    )
    return MapItems(position, children, concurrency, tolerated, position.deadline)


def _child(position: Position, number: int, machine: Machine, data: JsonValue, beside: int) -> Position:
    return Position(
        way=(*position.way, (position.state, number)),
        state=machine.start_at,
        data=data,
        variables=position.variables,
        context=position.context,
        events=position.events,
        beside=beside,
    )


def _limits_of(work: Map, scope: Scope, number: int) -> tuple[int, int]:
    """How many items may run at a time, and how many of so many may fail."""
    concurrency = count(work.max_concurrency, scope, "MaxConcurrency") or 0
    most = count(work.tolerated_count, scope, "ToleratedFailureCount")
    share = percentage(work.tolerated_percentage, scope, "ToleratedFailurePercentage")
    limits = [most] if most is not None else []
    if share is not None:
        limits.append(int(number * share / 100))
    return concurrency, min(limits, default=0)
