"""From enriched changes to a settled batch: filter, deliver, settle. The trigger and the recovery both go through here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from relay.changes.change import Change
from relay.delivery.filters import decide
from relay.delivery.outcomes import Outcome, Rejected, RetryLater
from relay.delivery.sent import Sent
from relay.delivery.settlement import Result, Settlement, settle
from services.dispatch import dispatch
from services.outside import Outside

Dispatch = Callable[[Sequence[Change]], Sequence[Outcome]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of some changes: counts for the log, and the failures, for whoever has to wait or to tell."""

    settlement: Settlement
    unsent: Sequence[RetryLater]

    @property
    def last_failure(self) -> RetryLater | None:
        """Return the failure that says most: one with a status, if there is any."""
        return max(self.unsent, key=lambda outcome: outcome.status is not None, default=None)

    @property
    def asked_for_seconds(self) -> float | None:
        """Return the longest pause that the endpoint asked for."""
        return max((o.after_seconds for o in self.unsent if o.after_seconds is not None), default=None)

    @property
    def sent(self) -> Sent:
        """Return it as it crosses a durable boundary."""
        failure = self.last_failure
        return Sent(
            delivered=self.settlement.delivered,
            rejected=self.settlement.rejected,
            failed=self.settlement.failed,
            status=failure.status if failure else None,
            reason=failure.reason if failure else "",
            asked_for_seconds=self.asked_for_seconds,
        )


def deliver(changes: Sequence[Change], outside: Outside, *, send: Dispatch | None = None) -> Delivery:
    """Send what concerns the endpoint and record what the ledger must know; raises DatabaseError if it cannot be recorded.

    `send` takes the place of the endpoint, for those who know that it is down.
    """
    decided = [(change, _unsent(change)) for change in changes]
    unsent: list[tuple[Change, Result]] = [(change, result) for change, result in decided if result is not None]
    to_send = [change for change, result in decided if result is None]
    outcomes = send(to_send) if send else dispatch(to_send, outside)
    settlement = settle([*unsent, *zip(to_send, outcomes, strict=True)], enters_keys=outside.relay.enters_keys)
    if settlement.closings or settlement.failures:
        outside.changes.record(settlement)
    return Delivery(settlement, [outcome for outcome in outcomes if isinstance(outcome, RetryLater)])


def _unsent(change: Change) -> Result | None:
    """Return what comes of a change that is not sent, or None to send it."""
    if change.unread:
        return RetryLater(None, f"not sent: {change.unread}")
    return decide(change) or (Rejected(None, f"not sent: {change.unfit}") if change.unfit else None)
