"""From a seed to a plan: one generator, without settings.

A story is some episodes. In each something goes wrong, and most of what is written is written then: before it, while it lasts, and
when it is over. Quiet between them; now and then an episode in which nothing is wrong.
"""

from tests.simulation.generating.aggregates import with_aggregates
from tests.simulation.generating.chance import Chance
from tests.simulation.generating.configuration import MINUTE, relays_of
from tests.simulation.generating.executions import with_executions
from tests.simulation.generating.locks import with_locks
from tests.simulation.generating.mailings import with_mailings
from tests.simulation.generating.theme import Theme, theme_of
from tests.simulation.generating.troubles import Troubles
from tests.simulation.generating.writing import Writers
from tests.simulation.plan import Event, Plan


def plan_of(seed: int) -> Plan:
    """Return the plan of a seed."""
    chance = Chance(f"plan {seed}")
    theme = theme_of(chance)
    relays = relays_of(chance, theme)
    writers, troubles = Writers(chance, relays, theme), Troubles(chance, relays, theme)
    events: list[Event] = []
    at, after = 5.0, (0,) if theme is Theme.FORGETTING else (0, 1, 3)
    for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
        start = round(at + chance.choice((5.0, 5.0, MINUTE, 20 * MINUTE)) * chance.random(), 1)
        end = round(start + troubles.length(), 1)
        events += writers.writes(at, start, chance.choice((0, 1, 3)))
        wrong = list(troubles.episode(start, end))
        events += wrong
        events += writers.writes(start, end, chance.choice((2, 3, 6)), [event.seconds for event in wrong])
        events += writers.writes(end, end + chance.choice((MINUTE, 20 * MINUTE)), chance.choice(after))
        at = end + 20 * MINUTE
    end = max(e.seconds + e.arguments.get("lasts_seconds", 0.0) for e in events)
    hosts, goes_on = chance.choice((1,) * 7 + (2, 2, 3)), chance.maybe(0.5) and theme is not Theme.FORGETTING
    in_order = sorted(events, key=lambda e: e.seconds)
    plan = Plan(seed, relays, hosts, in_order, end, chance.maybe(0.2), goes_on)
    return with_locks(with_mailings(with_aggregates(with_executions(plan))))
