"""Recomputes the dirty groups of an aggregate, slice by slice; everything it needs is handed in."""

from typing import Any

from relay.errors import ConfigError, DatabaseError
from relay.ports import Clock
from workflows.aggregates.decisions import SLICE_GROUPS, WORK_SECONDS, due_in_seconds
from workflows.aggregates.ports import AggregateStore


def recompute(store: AggregateStore, clock: Clock) -> dict[str, Any]:
    """Recompute what has settled, for some seconds; return {"groups": how many}, and "wait_seconds" until more has, if anything is dirty.

    What is written is written, whoever dies: a group that was not stays dirty. Raises ConfigError if the aggregate does not fit its
    table, DatabaseError.
    """
    end, groups = clock.monotonic_seconds() + WORK_SECONDS, 0
    wait_seconds = store.take(due_in_seconds()).wait_seconds
    while wait_seconds == 0.0 and clock.monotonic_seconds() < end:
        groups += _compute(store, clock, end)
        wait_seconds = store.take(due_in_seconds()).wait_seconds
    if wait_seconds:
        store.take(due_in_seconds(wait_seconds))
    return {"groups": groups, **({} if wait_seconds is None else {"wait_seconds": wait_seconds})}


def _compute(store: AggregateStore, clock: Clock, end: float) -> int:
    """Compute a slice; why that cannot be done is written down, for those who ask."""
    try:
        return store.compute(SLICE_GROUPS)
    except ConfigError as error:
        store.failed("; ".join(error.problems))
        raise
    except DatabaseError as error:
        if error.nobody_answers:
            raise
        return _one_by_one(store, clock, end)


def _one_by_one(store: AggregateStore, clock: Clock, end: float) -> int:
    """Compute group after group, so that one of which nothing can be computed (its sum is too large, its rows are locked) holds up no other."""
    groups, wrong = 0, list[DatabaseError]()
    for _ in range(SLICE_GROUPS):
        if clock.monotonic_seconds() >= end:
            break
        try:
            done = store.compute(1, len(wrong))
        except DatabaseError as error:
            if error.nobody_answers:
                raise
            wrong.append(error)
            continue
        if not done:
            break
        groups += done
    if wrong:
        store.failed(str(wrong[-1]))
        raise wrong[-1]
    return groups
