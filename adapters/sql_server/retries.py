"""Which troubles with SQL Server pass by themselves, and how patiently a statement is tried again.

docs: "Troubleshooting transient connection errors in SQL Database and SQL Managed Instance", which names the numbers and asks for
pauses that grow; "Transaction locking and row versioning guide" for 1205, 3960 and 3961.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from relay.ports import Clock

# Somebody else was in the way for a moment: the transaction was rolled back, and may be repeated at once.
COLLIDED = frozenset(
    {
        1205,  # a deadlock's victim
        3960,  # somebody else has written what a SNAPSHOT transaction wrote
        3961,  # a table was altered under a SNAPSHOT transaction
    }
)
# The database is moved, or has no room for a request just now.
UNAVAILABLE = frozenset({4060, 4221, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920})


AT_ONCE = 3  # tries of what collided or found its connection broken, where nobody waits


@dataclass(frozen=True, slots=True)
class Retries:
    """Pauses before a second, third ... try, and how long after trouble has begun no other one begins."""

    clock: Clock | None = None  # None: nobody waits, and only what may be repeated at once is
    pauses_seconds: Sequence[float] = (0.5, 1.0, 2.0, 4.0, 8.0)
    most_seconds: float = 30.0


NOBODY_WAITS = Retries()


class Patience:
    """What all statements over one database know of its trouble: once it has lasted for long, none of them waits for its end."""

    def __init__(self, retries: Retries) -> None:
        """There is no trouble yet."""
        self.retries = retries
        self._began: float | None = None

    def well(self) -> None:
        """Know that a statement has come through."""
        self._began = None

    def outlasts(self, clock: Clock, pause_seconds: float) -> bool:
        """Tell whether a try after a pause may still find the trouble's end."""
        now = clock.monotonic_seconds()
        began = self._began = now if self._began is None else self._began
        return now + pause_seconds - began <= self.retries.most_seconds


class Tries:
    """The tries of one statement."""

    def __init__(self, patience: Patience) -> None:
        """None has failed yet."""
        self._patience = patience
        self._failed = 0

    def again(self, number: int | None, *, was_open: bool) -> bool:
        """Tell whether to try again after an error; if so, the pause for it is over.

        `number` is SQL Server's, None: nobody answers any more, which may well be the connection's own trouble if it `was_open`.
        """
        self._failed += 1
        clock, pauses = self._patience.retries.clock, self._patience.retries.pauses_seconds
        at_once = number in COLLIDED or (number is None and was_open)
        if clock is None:
            return at_once and self._failed < AT_ONCE
        if not (at_once or number is None or number in UNAVAILABLE) or self._failed > len(pauses):
            return False
        pause = 0.0 if at_once and self._failed == 1 else pauses[self._failed - 1]
        if number not in COLLIDED and not self._patience.outlasts(clock, pause):
            return False
        if pause:
            clock.sleep(pause)
        return True
