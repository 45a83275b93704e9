"""Locks, in one seed of six: who works under them, and operators who take them by force. They draw from a chance of their own."""

from dataclasses import replace
from typing import Any

from tests.simulation.generating.chance import Chance
from tests.simulation.generating.configuration import MINUTE
from tests.simulation.lock_clients import FATES
from tests.simulation.plan import Event, Plan

SHARE = 1 / 6
LOCKS = ("calendar", "ledger")


def with_locks(plan: Plan) -> Plan:
    """Return a plan with work under locks in it, or as it is; most of it begins within some minutes, near a trouble."""
    chance = Chance(f"locks {plan.seed}")
    if not chance.maybe(SHARE):
        return plan
    locks = chance.choice((LOCKS[:1], LOCKS[:1], LOCKS))
    lease_seconds = chance.choice((8, 8, 30))
    events, starts = list(plan.events), [max(1.0, chance.choice(plan.events).seconds - 30.0) for _ in range(2)]

    def soon() -> float:
        return round(chance.choice(starts) + chance.choice((5.0, MINUTE, 3 * MINUTE)) * chance.random(), 1)

    for number in range(chance.choice((3, 5, 8))):
        job: dict[str, Any] = {
            "client": f"job-{number}", "lock": chance.choice(locks), "lease_seconds": lease_seconds, "turns": chance.choice((1, 1, 2)),
            "wait_seconds": chance.choice((60, 3600)), "fate": chance.choice(FATES),
        }  # fmt: skip
        events.append(Event(soon(), "lock_client", job))
    for number in range(chance.choice((0, 2, 4))):
        told: dict[str, Any] = {
            "instance": f"guarded-{number}", "locks": sorted(chance.some(locks, 2)), "writes": chance.choice((1, 3)),
            "works_seconds": chance.choice((1, 20)), "wait_seconds": chance.choice((600, 86_400)),
        }  # fmt: skip
        events.append(Event(soon(), "lock_instance", told))
    for _ in range(chance.choice((0, 2, 4))):
        events.append(Event(soon(), "lock_forced", {"lock": chance.choice(locks)}))
    end = max(plan.end_seconds, *(event.seconds for event in events))
    return replace(plan, events=sorted(events, key=lambda e: e.seconds), end_seconds=end)
