"""How a relay's endpoint stands: what is known of it in SQL Server, for all workers."""

from dataclasses import dataclass

FIRST_TRY_SECONDS = 30  # that one caller has, after a pause, to find out with one change whether the endpoint takes any
WAIT_FOR_FIRST_TRY_SECONDS = 5.0  # the others wait
REFUSALS_IN_A_ROW = 50  # of one status, with nothing delivered between: the endpoint's fault, not the changes'


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What earlier tries have shown."""

    paused_seconds: float = 0.0  # the endpoint asked for time: nothing is sent
    untested: bool = False  # its pause is over, and nobody has tried it since
    asked_seconds: int | None = None  # it asked for so long a pause, which is longer than is obeyed
    held_back_seconds: float = 0.0  # the breaker: nothing is sent that failed before
    reason: str = ""
    away: bool = False  # nothing gets through
    away_since: str = ""  # ISO 8601, UTC
    refusal_status: int | None = None  # of the refusals in a row
    refusals: int = 0

    def refusals_with(self, status: int, count: int) -> int:
        """Return how many refusals in a row there are after `count` more of a status."""
        return count + (self.refusals if status == self.refusal_status else 0)


WELL = Standing()
