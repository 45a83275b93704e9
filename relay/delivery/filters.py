"""Which changes concern the endpoint. Anything odd is sent: too much does no harm, too little loses a change."""

from dataclasses import dataclass, replace

from relay.changes.change import Change
from relay.config.values import Relay
from relay.delivery.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Filtered:
    """The change does not concern the endpoint."""

    why: str


Result = Outcome | Filtered


def unneeded(change: Change) -> Filtered | None:
    """Return why the endpoint need not hear of the change, or None.

    A key with a ledger entry is never unneeded: the endpoint may have missed an earlier state of it.
    """
    if change.entry is not None:
        return None
    if not change.relevant:
        return Filtered("no watched column changed")
    if change.echo:
        return Filtered("the endpoint wrote it itself")
    return None


def forgotten(change: Change, relay: Relay) -> Filtered | None:
    """Return why nobody hears that a result is gone, or None: the app forgets only those that were delivered.

    One that an earlier try has sent, and that has not come through, was removed by hand.
    """
    if relay.of_results and change.row is None and not (change.entry is not None and change.entry.tried):
        return Filtered("the result is forgotten")
    return None


def shown(change: Change) -> Change | Filtered:
    """Return the change as the endpoint may see it, or why it may not see the row. No ledger entry changes that.

    A row that fails the row condition is withdrawn, by a delete, if an earlier try has shown it; else it is filtered.
    """
    if change.meets_condition:
        return change
    if change.entry is not None and change.entry.tried:
        return replace(change, row=None)
    return Filtered("the row condition does not hold")
