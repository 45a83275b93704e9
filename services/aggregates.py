"""Recomputes the dirty groups of an aggregate, slice by slice; everything it needs is handed in."""

from typing import Any

from relay.errors import ConfigError
from relay.ports import Clock
from workflows.aggregates.decisions import SLICE_GROUPS, TROUBLE_SECONDS, WORK_SECONDS, due_in_seconds
from workflows.aggregates.ports import AggregateStore


def recompute(store: AggregateStore, clock: Clock) -> dict[str, Any]:
    """Recompute what has settled, for some seconds; return {"groups": how many}, and "wait_seconds" until more has, if anything is dirty.

    What is written is written, whoever dies: a group that was not stays dirty. Raises DatabaseError.
    """
    end, groups = clock.monotonic_seconds() + WORK_SECONDS, 0
    wait_seconds = store.take(due_in_seconds()).wait_seconds
    while wait_seconds == 0.0 and clock.monotonic_seconds() < end:
        try:
            groups += store.compute(SLICE_GROUPS)
        except ConfigError as error:
            store.failed("; ".join(error.problems))
            wait_seconds = TROUBLE_SECONDS
            store.take(due_in_seconds(wait_seconds))
            return {"groups": groups, "wait_seconds": wait_seconds, "why": "; ".join(error.problems)[:500]}
        wait_seconds = store.take(due_in_seconds()).wait_seconds
    if wait_seconds:
        store.take(due_in_seconds(wait_seconds))
    return {"groups": groups, **({} if wait_seconds is None else {"wait_seconds": wait_seconds})}
