"""Which changes concern the endpoint. Anything odd is sent: too much does no harm, too little loses a change."""

from relay.changes.change import Change
from relay.changes.conditions import holds
from relay.config.values import Relay
from relay.delivery.settlement import Filtered


def decide(change: Change, relay: Relay) -> Filtered | None:
    """Return why the change is not sent, or None to send it.

    A key with a ledger entry is always sent: the endpoint may have missed an earlier state of it.
    """
    if change.entry is not None:
        return None
    if not change.relevant:
        return Filtered("no watched column changed")
    if change.echo:
        return Filtered("the endpoint wrote it itself")
    if change.row is not None and not holds(relay.condition, change.row):
        return Filtered("the row condition does not hold")
    return None
