"""After the deliveries: what the failure ledger must remember and whether the batch failed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relay.changes.change import Change, EntryState
from relay.delivery.outcomes import Delivered, Outcome, Rejected, RetryLater


@dataclass(frozen=True, slots=True)
class Filtered:
    """The change does not concern the endpoint."""

    why: str


Result = Outcome | Filtered


@dataclass(frozen=True, slots=True)
class Closing:
    """The key is settled up to `version`: its ledger entry goes."""

    key_text: str
    version: int


@dataclass(frozen=True, slots=True)
class Failure:
    """The key's change at `version` failed and must be remembered."""

    key_text: str
    version: int
    state: EntryState
    status: int | None
    reason: str
    problem: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """One batch's result: counts for the log, and what goes into the ledger."""

    delivered: int
    filtered: int
    rejected: int
    failed: int
    closings: Sequence[Closing]
    failures: Sequence[Failure]

    @property
    def endpoint_down(self) -> bool:
        """Tell whether to raise: something must be tried again and nothing at all got through."""
        return self.failed > 0 and self.delivered == 0 and self.rejected == 0


def settle(results: Iterable[tuple[Change, Result]], *, enters_keys: bool) -> Settlement:
    """Sort one batch's results. A key is closed only if it has, or may have, a ledger entry.

    `enters_keys`: the relay enters what it is about to send.
    """
    counts = {Delivered: 0, Filtered: 0, Rejected: 0, RetryLater: 0}
    closings: list[Closing] = []
    failures: list[Failure] = []
    for change, result in results:
        counts[type(result)] += 1
        match result:
            case Delivered() | Filtered():
                if change.entry is not None or (enters_keys and change.relevant and not change.echo):
                    closings.append(Closing(change.key_text, change.version))
            case Rejected(status, reason, problem):
                failures.append(Failure(change.key_text, change.version, EntryState.DEAD, status, reason, problem))
            case RetryLater(status, reason):
                failures.append(Failure(change.key_text, change.version, EntryState.OPEN, status, reason, ""))
    return Settlement(
        delivered=counts[Delivered],
        filtered=counts[Filtered],
        rejected=counts[Rejected],
        failed=counts[RetryLater],
        closings=closings,
        failures=failures,
    )
