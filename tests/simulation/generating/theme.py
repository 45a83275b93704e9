"""What a seed is about: some faults only show where several things come together, which chance alone brings together too seldom."""

from enum import Enum

from tests.simulation.generating.chance import Chance


class Theme(Enum):
    """Most seeds have none."""

    NONE = "whatever comes"
    SLOW = "long outages of endpoints that let everybody wait, and stops in their midst"
    PAUSES = "an endpoint that asks for time, and then lets everybody wait"
    SICK = "rows that the endpoint cannot bear, and breakers, while nothing else is wrong"
    FORGETTING = "tables that are truncated, and nobody writes afterwards"
    CROWD = "a crowd of other triggers that keep their lock while a recovery has much to do"
    BACKFILLS = "backfills of relays with filters"


def theme_of(chance: Chance) -> Theme:
    """Draw the theme of a seed."""
    return chance.choice([Theme.NONE] * 8 + list(Theme))
