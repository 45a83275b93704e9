"""A replay of dead letters: how far it has come, and what follows a slice. The orchestrator acts it out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from relay.backoff import Backoff, interval_seconds
from relay.dead_letters.values import Selection
from relay.delivery.sent import Sent
from relay.wire import known

SLICE = 50  # dead letters at a time
PROBE = 3  # while the endpoint is down: what fails for now becomes the recovery's


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One replay. Its cursor moves along the ids, so that what dies again is tried once and no more."""

    relay: str
    selection: Selection  # what remains; `upto` is the last id that was there when it began
    total: int
    backoff: Backoff = field(default_factory=Backoff)
    done: int = 0
    delivered: int = 0
    rejected: int = 0  # dead letters again
    failed: int = 0  # open again, the recovery's
    step: int = 0  # tries in a row in which nothing got through: the exponent of the wait
    asked_for_seconds: float | None = None  # Retry-After of the last slice
    last_error: str = ""

    @property
    def over(self) -> bool:
        """Tell whether nothing remains."""
        return self.selection.after >= self.selection.upto

    @property
    def slice_size(self) -> int:
        """Return how many to take next."""
        return PROBE if self.step else SLICE

    def plus(self, ids: Sequence[int], sent: Sent) -> "Replay":
        """Return the replay after a slice."""
        is_last = len(ids) < self.slice_size
        return replace(
            self,
            selection=replace(self.selection, after=self.selection.upto if is_last else ids[-1]),
            total=max(self.total, self.done + len(ids)),
            done=self.done + len(ids),
            delivered=self.delivered + sent.delivered,
            rejected=self.rejected + sent.rejected,
            failed=self.failed + sent.failed,
            step=self.step + 1 if sent.endpoint_down else 0,
            asked_for_seconds=sent.asked_for_seconds,
            last_error=sent.reason or self.last_error,
        )

    def stumbled(self, reason: str) -> "Replay":
        """Return the replay after a slice that could not be done, SQL Server being away for instance; it will be done again."""
        return replace(self, step=self.step + 1, asked_for_seconds=None, last_error=reason)

    def wait_seconds(self, fraction: float) -> float:
        """Return how long to wait before the next slice; `fraction` is random, 0 to 1."""
        if self.step:
            return interval_seconds(self.backoff, self.step - 1, fraction, asked_for_seconds=self.asked_for_seconds)
        return self.asked_for_seconds or 0.0

    def status(self, state: str) -> dict[str, Any]:
        """Return what an operator sees. `gone`: superseded, discarded, or sent by a try that died before it could tell."""
        return {
            "state": state,
            "total": self.total,
            "done": self.done,
            "delivered": self.delivered,
            "rejected": self.rejected,
            "failed": self.failed,
            "gone": self.done - self.delivered - self.rejected - self.failed,
            "last_error": self.last_error[:500],
        }

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> "Replay":
        """Read it back."""
        return cls(**{
            **known(cls, found),
            "selection": Selection.from_dict(found["selection"]),
            "backoff": Backoff(**known(Backoff, found["backoff"])),
        })  # fmt: skip
