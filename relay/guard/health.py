"""How a relay is, in one word and in the few numbers that say why."""

from enum import StrEnum
from typing import Any

from relay.backfill.values import Backfill
from relay.config.values import Relay
from relay.guard.outlook import Outlook, reason, troubles
from relay.recovery.situation import Situation


class Health(StrEnum):
    """From well to worst."""

    OK = "ok"
    BACKFILLING = "backfilling"
    RECOVERING = "recovering"  # something failed and is not settled
    BEHIND = "behind"  # change tracking forgets, has forgotten, or nothing is taken up
    BROKEN = "broken"  # it cannot work before somebody mends it


def health_of(relay: Relay, situation: Situation, outlook: Outlook | None, backfill: Backfill | None) -> Health:
    """Return the worst that holds."""
    if outlook is not None and outlook.halted:
        return Health.BROKEN
    if outlook is not None and troubles(outlook, relay):
        return Health.BEHIND
    if situation.open:
        return Health.RECOVERING
    return Health.BACKFILLING if backfill is not None and backfill.under_way else Health.OK


def summary(relay: Relay, situation: Situation, outlook: Outlook | None, backfill: Backfill | None) -> dict[str, Any]:
    """Return one relay's line in a list of all."""
    return {
        "relay": relay.name,
        "table": str(relay.table),
        "health": health_of(relay, situation, outlook, backfill).value,
        "reason": reason(outlook, relay) if outlook else "",
        "open": situation.open,
        "parked": situation.parked,
        "orphaned": situation.orphaned,
        "exhausted": situation.exhausted,
        "retrying": situation.retrying,
        "dead": situation.dead,
        "rounds": situation.rounds,
        "pending": outlook.untaken if outlook else None,
        "lag_seconds": round(outlook.behind_seconds, 1) if outlook else None,
        "retention_hours_left": outlook.hours_left if outlook else None,
        "backfill": backfill.state.value if backfill else None,
    }


def broken(relay: Relay, reason: str) -> dict[str, Any]:
    """Return the line of a relay that cannot be looked at."""
    return {"relay": relay.name, "table": str(relay.table), "health": Health.BROKEN.value, "reason": reason}
