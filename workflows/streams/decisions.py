"""What a stream's workers and the watchdog decide: what is next, and who is to work."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relay.work.values import ACTIVITY_SECONDS, Work
from workflows.streams.names import STREAM, stream_instance
from workflows.streams.windows import Waiting

SLICE = 500  # events that are applied, or windows that are told of, at once
WORK_SECONDS = 20.0  # of one activity
UNHEARD_MS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How a shard stands for its worker."""

    slices: int
    events: list[Waiting]
    due_in_seconds: float | None  # until the next window is to be told of; None: none is
    kept_seconds: float | None  # until the next window is to be forgotten; None: there is none

    @property
    def wait_seconds(self) -> float | None:
        """Return how long there is nothing to do; 0: there is something now, None: until the next event comes."""
        if self.events:
            return 0.0
        found = [seconds for seconds in (self.due_in_seconds, self.kept_seconds) if seconds is not None]
        return max(0.0, min(found)) if found else None


def due_in_seconds(wait_seconds: float = 0.0) -> float:
    """Return how long it may take at most until the worker shows that it lives."""
    return wait_seconds + ACTIVITY_SECONDS


def stream_work(row: Mapping[str, Any], app: str) -> Work:
    """Return a shard as a piece of work: there is some as long as events wait or windows stand."""
    name, shard = row["name"], row["shard"]
    unseen_ms = max(0, row["waiting_ms"] or 0, row["overdue_ms"] or 0)  # for how long there is something to do
    wanted = bool(row["waiting"] or row["has_windows"])
    return Work(
        orchestration=STREAM,
        instance_id=stream_instance(app, name, shard),
        request={"aggregate": name, "shard": shard},
        relay=name,
        mark=str(row["slices"]),
        wanted=wanted,
        quiet_seconds=max(0.0, _quiet_ms(row["late_ms"], unseen_ms) / 1000),
        people_wait=unseen_ms > UNHEARD_MS,  # of those that wake a sleeping worker nobody was heard
    )


def _quiet_ms(late_ms: int, unseen_ms: int) -> int:
    """Return for how long the worker gives no sign of life though there is something to do: one that sleeps owes none until it is woken."""
    sleeps = late_ms < -ACTIVITY_SECONDS * 1000
    return unseen_ms if sleeps else min(late_ms, unseen_ms)
