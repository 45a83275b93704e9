"""How much one step of an execution may take: counted, not timed, so that a replay ends at the same place."""

from dataclasses import dataclass

from asl.failures import runtime

MOST_LOOKED_AT = 2_000_000  # by the paths and functions of one state, and the parts of its templates
MOST_STEPS = 500_000  # of the expressions of one state
COSTLY = 100  # states of little effort, for one that uses all of it


@dataclass(slots=True)
class Effort:
    """What the paths and expressions of one state have left together: a definition may hold thousands, and have each for each item."""

    looks: int = MOST_LOOKED_AT
    steps: int = MOST_STEPS

    @property
    def weight(self) -> int:
        """Return how many states of little effort as much was as what has been used: 0 to COSTLY."""
        used = max(1 - self.looks / MOST_LOOKED_AT, 1 - self.steps / MOST_STEPS)
        return min(int(used * COSTLY), COSTLY)

    def look(self, amount: int) -> None:
        """Pay for values that are looked at."""
        self.looks -= amount
        if self.looks < 0:
            raise runtime(
                f"The paths and functions of a state may look at {MOST_LOOKED_AT} values together, and these look at more"
            )
