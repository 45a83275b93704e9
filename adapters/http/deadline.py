"""A moment until which something must be done, whatever drips meanwhile."""

from dataclasses import dataclass

from adapters.http.trouble import NO_ANSWER_IN_TIME, Trouble
from relay.ports import Clock


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the clock's monotonic seconds, and what to say once it is past."""

    clock: Clock
    at_seconds: float
    late: str = NO_ANSWER_IN_TIME

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> "Deadline":
        """Return the moment that is so far away."""
        return cls(clock, clock.monotonic_seconds() + seconds)

    def within(self, seconds: float, late: str = NO_ANSWER_IN_TIME) -> "Deadline":
        """Return the moment that is so far away from now, or this one if it comes first."""
        return Deadline(self.clock, min(self.at_seconds, self.clock.monotonic_seconds() + seconds), late)

    def seconds_left(self) -> float:
        """Return how long there is left, more than nothing; raise Trouble if it is past."""
        left = self.at_seconds - self.clock.monotonic_seconds()
        if left <= 0:
            raise Trouble(self.late)
        return left
