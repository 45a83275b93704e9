"""A clock, chance and waiting for simulations: all of it in one thread, the same for the same seed."""

import contextvars
import random
from collections.abc import Callable
from datetime import UTC, datetime

from mssql_standin.outside import Event

_NANOSECONDS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Told what is waited for and for how many seconds at most (None: however long it takes): lets other work go on or time pass,
# and returns when it has happened or that time has passed.
LetPass = Callable[[Callable[[], bool], float | None], None]


class NobodyComesError(Exception):
    """Something waits without end for what nobody can do: all the others wait too, or have gone."""


class Simulated:
    """An `Outside` whose time passes only when it is told to, or when something waits."""

    def __init__(
        self, seed: int, start: datetime = datetime(2026, 1, 1, tzinfo=UTC), let_pass: LetPass | None = None
    ) -> None:
        """Begin at a time; without `let_pass` nobody else works while something waits, and the clock goes on to the end of it."""
        self._random = random.Random(seed)
        started = start - _EPOCH
        self._utc = (started.days * 86400 + started.seconds) * _NANOSECONDS + started.microseconds * 1000
        self._monotonic = 0
        self._let_pass = let_pass or self._alone

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        passed = round(seconds * _NANOSECONDS)
        self._monotonic += passed
        self._utc += passed

    def set_clock(self, seconds: float) -> None:
        """Set the clock forward, or back by less than zero; no time passes."""
        self._utc += round(seconds * _NANOSECONDS)

    def utc_nanoseconds(self) -> int:
        """Return the time since 1970, UTC."""
        return self._utc

    def local_offset_minutes(self, utc_nanoseconds: int) -> int:
        """Return zero: local time is UTC, as on Azure SQL."""
        del utc_nanoseconds
        return 0

    def monotonic_seconds(self) -> float:
        """Return the time that has passed."""
        return self._monotonic / _NANOSECONDS

    def random_bits(self, count: int) -> int:
        """Return a number of so many random bits."""
        return self._random.getrandbits(count)

    def node(self) -> int:
        """Return a machine's number that is no real one's."""
        return 0x0300_0000_0001

    def event(self) -> Event:
        """Return something that can be waited for in one thread."""
        return _Event(self._let_pass)

    def _alone(self, happened: Callable[[], bool], seconds: float | None) -> None:
        del happened
        if seconds is None:
            raise NobodyComesError("this waits without end, and nobody else is there")
        self.advance(seconds)


class _Event:
    def __init__(self, let_pass: LetPass) -> None:
        self._let_pass = let_pass
        self._happened = False

    def set(self) -> None:
        self._happened = True

    def clear(self) -> None:
        self._happened = False

    def is_set(self) -> bool:
        return self._happened

    def wait(self, timeout: float | None = None) -> bool:
        if not self._happened:
            # in a context of its own: what other work does to this one's is not seen here afterwards
            contextvars.copy_context().run(self._let_pass, self.is_set, timeout)
        return self._happened
