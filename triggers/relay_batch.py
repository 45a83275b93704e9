"""One batch of a SQL trigger: enrich, filter, deliver, settle; everything it needs is handed in."""

import logging
from collections.abc import Sequence
from concurrent.futures import Executor

from adapters.dispatch import dispatch
from relay.changes import Change
from relay.config import Relay
from relay.delivery import Outcome, RetryLater
from relay.errors import EndpointDown
from relay.filters import decide
from relay.payload import parse_payload
from relay.ports import ChangeSource, Endpoint
from relay.settlement import Filtered, Settlement, settle

_log = logging.getLogger(__name__)


def relay_batch(payload: str, relay: Relay, source: ChangeSource, endpoint: Endpoint, executor: Executor) -> Settlement:
    """Enrich, filter, deliver and settle one batch of the trigger.

    Raises EndpointDown if nothing of it got through, so that the trigger tries again; DatabaseError if the batch could
    not be read or its result not be recorded, for the same reason.
    """
    changes = source.enrich(parse_payload(payload))
    decisions = {change.key_text: decide(change, relay) for change in changes}
    to_send = [change for change in changes if decisions[change.key_text] is None]
    outcomes = dispatch(to_send, relay, endpoint, executor)
    filtered: list[tuple[Change, Outcome | Filtered]] = [
        (change, decision) for change in changes if (decision := decisions[change.key_text]) is not None
    ]
    settlement = settle([*filtered, *zip(to_send, outcomes, strict=True)], watches_columns=bool(relay.watch))
    if settlement.closings or settlement.failures:
        source.settle(settlement)
    _report(relay, changes, settlement)
    if settlement.endpoint_down:
        reasons = {outcome.reason for outcome in outcomes if isinstance(outcome, RetryLater)}
        raise EndpointDown(
            f"Relay {relay.name}: nothing of {settlement.failed} changes got through ({'; '.join(sorted(reasons))}). "
            f"Attempt {max(change.attempt for change in changes)} of 5; the trigger tries again in about a minute."
        )
    return settlement


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
