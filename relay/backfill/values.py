"""A backfill: the existing rows of a table, sent page by page beside the changes. Its truth is in SQL Server."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from relay.changes.conditions import Condition
from relay.numbers import Between
from relay.wire import known


class BackfillState(StrEnum):
    """Where a backfill stands."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why it was begun."""

    ASKED = "asked"  # by an operator
    GAP = "gap"  # change tracking has forgotten changes that were not delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOrder:
    """What to send, and how fast."""

    reason: Reason = Reason.ASKED
    condition: Sequence[Condition] = ()  # beside the relay's own; empty: every row
    page_rows: Annotated[int, Between(1, 1000)] = 200
    rows_per_second: Annotated[float, Between(0, 100_000)] = 0.0  # 0: as fast as the endpoint takes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """A backfill as far as it has come. `cursor` is the last key that is done, as JSON; empty at the beginning."""

    number: int
    state: BackfillState
    order: BackfillOrder
    base_version: int  # what every row is sent under at least
    cursor: str
    total: int  # rows of the table at the beginning, about
    done: int
    delivered: int
    filtered: int
    rejected: int
    failed: int  # now in the failure ledger; the recovery delivers them
    started_at: str  # ISO 8601, UTC
    elapsed_seconds: float
    late_seconds: float = 0.0  # since the next pages were due; below zero: they are not yet

    @property
    def under_way(self) -> bool:
        """Tell whether there is still something to do."""
        return self.state in {BackfillState.RUNNING, BackfillState.PAUSED}

    @property
    def seconds_left(self) -> float | None:
        """Return how long it will take if it goes on like this; None: nobody can tell yet."""
        if not self.done or self.state is not BackfillState.RUNNING:
            return None
        return round(max(0, self.total - self.done) * self.elapsed_seconds / self.done, 1)

    def progress(self) -> dict[str, Any]:
        """Return what an operator sees; how many rows meet a condition nobody knows beforehand."""
        return {
            "number": self.number,
            "state": self.state.value,
            "reason": self.order.reason.value,
            "total": None if self.order.condition else self.total,
            "total_is_approximate": True,
            "done": self.done,
            "delivered": self.delivered,
            "filtered": self.filtered,
            "rejected": self.rejected,
            "failed": self.failed,
            "started_at": self.started_at,
            "seconds_left": self.seconds_left,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What an activity that sends pages came to. `failed`: why nothing got through of a page, which then comes again."""

    progress: Mapping[str, Any] = field(default_factory=dict)
    over: bool = False
    paused: bool = False
    wait_seconds: float = 0.0  # until the next page, because of the rate
    failed: str = ""
    asked_for_seconds: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "progress": dict(self.progress)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Pages":
        """Read it back."""
        return cls(**known(cls, stored))

    def status(self) -> dict[str, Any]:
        """Return what an operator sees."""
        return {**self.progress, "waits_because": self.failed or ("it is paused" if self.paused else "")}


def conditions_to_dicts(conditions: Sequence[Condition]) -> list[dict[str, Any]]:
    """Return conditions as JSON has them."""
    return [{"column": c.column, "operator": c.operator, "operand": c.operand} for c in conditions]


def conditions_from_dicts(stored: Sequence[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Read them back."""
    return tuple(Condition(each["column"], each["operator"], _operand(each["operand"])) for each in stored)


def _operand(stored: Any) -> Any:
    return tuple(stored) if isinstance(stored, list) else stored
