"""Which changes concern the endpoint. Anything odd is sent: too much does no harm, too little loses a change."""

from relay.changes.change import Change
from relay.delivery.settlement import Filtered


def decide(change: Change) -> Filtered | None:
    """Return why the change is not sent, or None to send it.

    A row that does not meet the condition stays in the house, whatever became of it before. Else a key with a ledger entry is
    always sent: the endpoint may have missed an earlier state of it.
    """
    if not change.meets_condition:
        return Filtered("the row condition does not hold")
    if change.entry is not None:
        return None
    if not change.relevant:
        return Filtered("no watched column changed")
    if change.echo:
        return Filtered("the endpoint wrote it itself")
    return None
