"""What SQL Server knows of a batch: its changes, and how their endpoint stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from relay.changes.change import Change
from relay.delivery.standing import WELL, Standing


@dataclass(frozen=True, slots=True)
class Enriched:
    """The changes of a batch of the trigger, or of whoever delivers again."""

    changes: Sequence[Change]
    standing: Standing = WELL
    tries_first: bool = False  # after an endpoint's pause it is this one's part to find out whether it takes anything
    by_trigger: bool = False  # who respects the breaker and releases leases; who has waited asks the endpoint itself

    def each(self, alter: Callable[[Change], Change | None]) -> "Enriched":
        """Return it with every change altered; None leaves one out."""
        return replace(self, changes=[new for change in self.changes if (new := alter(change)) is not None])
