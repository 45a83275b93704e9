"""What a step is handed of the outside."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from asl.effort import Effort
from asl.jsonata.values import Sources


@dataclass(frozen=True, slots=True)
class Given:
    """Time, chance and names. Whoever replays a step hands in the same."""

    moment: datetime  # what is now, with its zone
    random: Callable[[int | None], float]  # from 0 to below 1; a seed gives the same number each time
    uuid: Callable[[], str]
    token: Callable[[str, int], str]  # of a task that waits to be answered, by its step id and attempt
    effort: Effort = field(default_factory=Effort)  # that is left; a step has its own

    def sources_at(self, moment: datetime) -> Sources:
        """What an expression may ask of; it is told when its state was entered, not what is now."""
        return Sources(moment, self.random, self.uuid)
