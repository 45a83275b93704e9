"""What an aggregate's worker and the watchdog decide: what is next, who is to work, and when all rows are to be looked through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relay.work.values import ACTIVITY_SECONDS, Work
from workflows.aggregates.names import AGGREGATE, aggregate_instance
from workflows.aggregates.values import Aggregate

SLICE_GROUPS = 200  # that one statement computes
WORK_SECONDS = 20.0  # of one activity


@dataclass(frozen=True, slots=True)
class Taken:
    """How an aggregate stands for its worker."""

    ready: bool = True  # all rows were looked through
    due_in_seconds: float | None = None  # until the next group has settled; None: no group is dirty

    @property
    def wait_seconds(self) -> float | None:
        """Return how long there is nothing to do; 0: there is something now, None: until somebody is started again."""
        return self.due_in_seconds if self.ready else None


def due_in_seconds(wait_seconds: float = 0.0) -> float:
    """Return how long it may take at most until the worker shows that it lives."""
    return wait_seconds + ACTIVITY_SECONDS


def is_to_be_defined(row: Mapping[str, Any], aggregate: Aggregate) -> bool:
    """Tell whether all rows have to be looked through for this definition: not before the trigger knows from where on it looks itself.

    Nor if the groups are others, which needs another name: then each change fails, and its relay tells people.
    """
    may_be = bool(row["has_started"]) and row["group_by"] in {"", aggregate.group_text}
    return may_be and row["fingerprint"] != aggregate.fingerprint


def is_looked_through(row: Mapping[str, Any]) -> bool:
    """Tell whether all rows are looked through at this moment."""
    return row["backfill_state"] in {"running", "paused"}


def aggregate_work(row: Mapping[str, Any], app: str, aggregate: Aggregate) -> Work:
    """Return an aggregate as a piece of work; until all its rows were looked through for its definition there is none."""
    is_defined = row["fingerprint"] == aggregate.fingerprint and row["backfill_state"] in {"", "done"}
    settle_ms = aggregate.settle_seconds * 1000
    wanted = is_defined and bool(row["dirty"] or row["all_are_dirty"])
    return Work(
        orchestration=AGGREGATE,
        instance_id=aggregate_instance(app, row["name"]),
        request={"aggregate": row["name"]},
        relay=row["name"],
        mark=str(row["slices"]),
        wanted=wanted,
        # An idle worker owes nothing: late is who gives no sign of life though groups have settled.
        quiet_seconds=max(0.0, min(row["late_ms"], (row["dirty_ms"] or 0) - settle_ms) / 1000) if wanted else 0.0,
        can_be_woken=False,  # its waits are those that groups need to settle
    )
