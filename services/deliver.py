"""From enriched changes to a settled batch: filter, deliver, settle. The trigger and the recovery both go through here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from relay.changes.change import Change
from relay.changes.enriched import Enriched
from relay.changes.entry import EntryState, Why
from relay.config.values import Relay
from relay.delivery.filters import Result, forgotten, shown, unneeded
from relay.delivery.outcomes import Held, Rejected, RetryLater
from relay.delivery.sent import Sent
from relay.delivery.settlement import Settlement, settle
from relay.delivery.standing import WAIT_FOR_FIRST_TRY_SECONDS
from services.dispatch import dispatch
from services.outside import Outside

_OTHER_TRIES = "not sent: the endpoint's pause is over, and one change is tried first"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of some changes: counts for the log, and the failures, for whoever has to wait or to tell."""

    settlement: Settlement
    unsent: Sequence[RetryLater | Held]
    longest_pause_seconds: float = float("inf")  # that is obeyed, whatever the endpoint asks for

    @property
    def last_failure(self) -> RetryLater | None:
        """Return the failure that says most: one with a status, if there is any."""
        failures = [outcome for outcome in self.unsent if isinstance(outcome, RetryLater)]
        return max(failures, key=lambda outcome: outcome.status is not None, default=None)

    @property
    def asked_for_seconds(self) -> float | None:
        """Return the longest pause that the endpoint asked for, as far as it is obeyed."""
        asked = [outcome.after_seconds for outcome in self.unsent if outcome.after_seconds]
        return min(max(asked), self.longest_pause_seconds) if asked else None

    @property
    def sent(self) -> Sent:
        """Return it as it crosses a durable boundary."""
        failure = self.last_failure
        return Sent(
            delivered=self.settlement.delivered,
            rejected=self.settlement.rejected,
            failed=self.settlement.failed + self.settlement.held,
            status=failure.status if failure else None,
            reason=failure.reason if failure else self.unsent[0].reason if self.unsent else "",
            asked_for_seconds=self.asked_for_seconds,
        )


def deliver(found: Enriched, outside: Outside) -> Delivery:
    """Send what concerns the endpoint and record what the ledger must know; raises DatabaseError if it cannot be recorded.

    While the endpoint wants a pause nothing is sent, and after it one change before all others. What failed before is not sent while the breaker is open.
    """
    relay, standing = outside.relay, found.standing
    results: dict[str, tuple[Change, Result]] = {}
    to_send: list[Change] = []
    for change in found.changes:
        result = _without_a_request(change, found, relay)
        if result is None:
            seen = shown(change)
            if isinstance(seen, Change):
                to_send.append(seen)
                continue
            result = seen
        results[change.key_text] = (change, result)
    if to_send and standing.untested and not (found.tries_first or outside.changes.claim_first_try()):
        standing = replace(standing, paused_seconds=WAIT_FOR_FIRST_TRY_SECONDS)
        outcomes: Sequence[Result] = [Held(_OTHER_TRIES, WAIT_FOR_FIRST_TRY_SECONDS)] * len(to_send)
    else:
        outcomes = dispatch(to_send, outside, one_first=standing.untested)
    results |= {change.key_text: (change, outcome) for change, outcome in zip(to_send, outcomes, strict=True)}
    settlement = settle(
        results.values(),
        enters_keys=relay.enters_keys,
        standing=standing,
        backoff=relay.recovery.backoff,
        breaker_seconds=relay.breaker_seconds,
        window_seconds=relay.recovery.window_seconds,
        by_trigger=found.by_trigger,
    )
    if settlement.writes:
        outside.changes.record(settlement)
    unsent = [result for _, result in results.values() if isinstance(result, RetryLater | Held)]
    return Delivery(settlement, unsent, relay.recovery.backoff.max_interval_seconds)


def _without_a_request(change: Change, found: Enriched, relay: Relay) -> Result | None:
    """Return what becomes of a change for which no request is made, None if it is to be sent."""
    standing = found.standing
    if change.unread:
        return RetryLater(None, f"not sent: {change.unread}", sent=False)
    if (not_needed := unneeded(change) or forgotten(change, relay)) is not None:
        return not_needed
    if change.unfit:
        return Rejected(None, f"not sent: {change.unfit}")
    if standing.paused_seconds > 0:
        return Held(f"not sent: {standing.reason}", standing.paused_seconds)
    if standing.held_back_seconds > 0 and found.by_trigger and _has_failed(change):
        return RetryLater(None, f"not sent: {standing.reason}", sent=False)
    return None


def _has_failed(change: Change) -> bool:
    """Tell whether this version was tried in vain. Of one that was only in a batch that failed or died nobody knows: it counts as not tried."""
    entry = change.entry
    if entry is None or entry.state is not EntryState.OPEN or entry.why is Why.DIED:
        return False
    return entry.version >= change.version
