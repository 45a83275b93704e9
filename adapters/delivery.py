"""Filter, deliver, settle: what happens to changes once they are enriched, in a batch of the trigger or in a recovery."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from adapters.dispatch import dispatch
from relay.changes import Change
from relay.config import Relay
from relay.delivery import Outcome, RetryLater
from relay.filters import decide
from relay.ports import ChangeSource, Endpoint
from relay.settlement import Filtered, Settlement, settle

Dispatch = Callable[[Sequence[Change]], Sequence[Outcome]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of some changes; `unsent` are the outcomes of those that have to be tried again."""

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


def deliver(
    changes: Sequence[Change],
    relay: Relay,
    source: ChangeSource,
    endpoint: Endpoint,
    executor: Executor,
    *,
    send: Dispatch | None = None,
) -> Delivery:
    """Send what concerns the endpoint and record what the ledger must know; raises DatabaseError if it cannot be recorded.

    `send` takes the place of the endpoint, for those who know that it is down.
    """
    decisions = {change.key_text: decide(change, relay) for change in changes}
    to_send = [change for change in changes if decisions[change.key_text] is None]
    outcomes = send(to_send) if send else dispatch(to_send, relay, endpoint, executor)
    filtered: list[tuple[Change, Outcome | Filtered]] = [
        (change, decision) for change in changes if (decision := decisions[change.key_text]) is not None
    ]
    settlement = settle([*filtered, *zip(to_send, outcomes, strict=True)], enters_keys=relay.enters_keys)
    if settlement.closings or settlement.failures:
        source.settle(settlement)
    return Delivery(settlement, [outcome for outcome in outcomes if isinstance(outcome, RetryLater)])
