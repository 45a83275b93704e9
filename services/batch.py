"""One batch of a SQL trigger: enrich, filter, deliver, settle; everything it needs is handed in."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from relay.changes.change import Change
from relay.changes.payload import parse_payload
from relay.config.values import Relay
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
    came_back: bool = False  # the endpoint takes something again, after a time in which it took nothing

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
        return bool(settlement.failed or settlement.rejected or settlement.held)


def relay_batch(payload: str, outside: Outside) -> BatchResult:
    """Enrich, filter, deliver and settle one batch of the trigger.

    Raises DatabaseError if the batch could not be read or its result not be recorded, and PayloadError if its keys cannot be
    found, so that the trigger tries again; an endpoint that is down is a result, see `BatchResult.error`.
    """
    with outside.recoveries.all_entered():
        found = replace(outside.changes.enrich(parse_payload(payload)), by_trigger=True)
        delivery = deliver(found, outside)
    _report(outside.relay, found.changes, delivery.settlement)
    attempt = max((change.attempt for change in found.changes), default=0)
    return BatchResult(outside.relay, delivery, attempt, came_back=delivery.settlement.news.away is False)


def _report(relay: Relay, changes: Sequence[Change], settlement: Settlement) -> None:
    counts = {
        "delivered": settlement.delivered,
        "filtered": settlement.filtered,
        "rejected": settlement.rejected,
        "failed": settlement.failed,
        "held": settlement.held,
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
