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
        groups += _compute(store)
        wait_seconds = store.take(due_in_seconds()).wait_seconds
    if wait_seconds:
        store.take(due_in_seconds(wait_seconds))
    return {"groups": groups, **({} if wait_seconds is None else {"wait_seconds": wait_seconds})}


def _compute(store: AggregateStore) -> int:
    """Compute a slice; why that cannot be done is written down, for those who ask."""
    try:
        return store.compute(SLICE_GROUPS)
    except ConfigError as error:
        store.failed("; ".join(error.problems))
        raise
    except DatabaseError as error:
        if not error.nobody_answers:
            store.failed(str(error))
        raise
