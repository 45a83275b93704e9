"""One batch of a SQL trigger: enrich, filter, deliver, settle; everything it needs is handed in."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from relay.changes.change import Change, EntryState
from relay.changes.payload import parse_payload
from relay.config.values import Relay
from relay.delivery.breaker import Pause
from relay.delivery.settlement import Settlement
from relay.errors import EndpointDown
from relay.names import TRIGGER_ATTEMPTS
from services.deliver import Delivery, deliver
from services.outside import Outside

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What came of a batch, and what has to follow."""

    relay: Relay
    delivery: Delivery
    attempt: int  # the highest of the batch
    was_held_back: bool = False  # by the breaker: nothing new is known of the endpoint

    @property
    def error(self) -> EndpointDown | None:
        """Return what to raise, so that the trigger tries again: nothing at all got through."""
        settlement = self.delivery.settlement
        if not settlement.endpoint_down:
            return None
        reasons = "; ".join(sorted({failure.reason for failure in settlement.failures}))
        return EndpointDown(
            f"Relay {self.relay.name}: nothing of {settlement.failed} changes got through ({reasons}). "
            f"Attempt {self.attempt} of {TRIGGER_ATTEMPTS}; the trigger tries again in about a minute."
        )

    @property
    def needs_recovery(self) -> bool:
        """Tell whether something is left that the trigger will not try again, or that people must be told of."""
        settlement = self.delivery.settlement
        if settlement.endpoint_down:
            return self.attempt >= TRIGGER_ATTEMPTS
        return bool(settlement.failed or settlement.rejected)


def relay_batch(payload: str, outside: Outside, *, breaker: Callable[[], Pause | None] = lambda: None) -> BatchResult:
    """Enrich, filter, deliver and settle one batch of the trigger.

    `breaker` is asked only if a change of the batch has failed before; nothing is sent while the pause lasts that it
    returns. Raises DatabaseError if the batch could not be read or its result not be recorded, and PayloadError if its keys
    cannot be found, so that the trigger tries again; an endpoint that is down is a result, see `BatchResult.error`.
    """
    changes = outside.changes.enrich(parse_payload(payload))
    pause = breaker() if any(change.entry is EntryState.OPEN for change in changes) else None
    delivery = deliver(changes, outside, send=pause.outcomes if pause else None)
    _report(outside.relay, changes, delivery.settlement)
    attempt = max((change.attempt for change in changes), default=0)
    return BatchResult(outside.relay, delivery, attempt, was_held_back=pause is not None)


def _report(relay: Relay, changes: Sequence[Change], settlement: Settlement) -> None:
    counts = {
        "delivered": settlement.delivered,
        "filtered": settlement.filtered,
        "rejected": settlement.rejected,
        "failed": settlement.failed,
    }
    level = logging.WARNING if settlement.rejected or settlement.failed else logging.INFO
    _log.log(
        level,
        "Relay %s: %d %s: %s",
        relay.name,
        len(changes),
        "change" if len(changes) == 1 else "changes",
        ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "none to send",
        extra={"action": "batch_settled", "relay": relay.name, **counts},
    )
