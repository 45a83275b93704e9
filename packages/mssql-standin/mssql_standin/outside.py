"""What the engine takes from outside: clock, chance, and waiting for what another session does.

It is handed in where a database is opened; SYSTEM is the machine's own. A program that runs a database in one thread, under
a clock and a chance of its own, hands in another (testing/simulated.py).
"""

import secrets
import threading
import time
import uuid
from typing import Protocol

# Keeps what threads share whole. None is held while something waits, so one thread never meets a closed one.
Mutex = threading.Lock
PerThread = threading.local  # values that each thread has of its own
_NANOSECONDS = 1_000_000_000


class Event(Protocol):
    """Something that happens once, until it is cleared; as threading.Event."""

    def set(self) -> None:
        """Let it happen; from any thread."""

    def clear(self) -> None:
        """Let it not have happened."""

    def is_set(self) -> bool:
        """Tell whether it has happened."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it happens, at most so many seconds; return whether it has. None: however long it takes."""


class Outside(Protocol):
    """Clock, chance and waiting."""

    def utc_nanoseconds(self) -> int:
        """Return the time since 1970, UTC."""

    def local_offset_minutes(self, utc_nanoseconds: int) -> int:
        """Return by how much the local time is ahead of UTC at a time."""

    def monotonic_seconds(self) -> float:
        """Return a time that no setting of the clock changes; only differences mean something."""

    def random_bits(self, count: int) -> int:
        """Return a number of so many random bits."""

    def node(self) -> int:
        """Return the machine's number, of 48 bits."""

    def event(self) -> Event:
        """Return something that a session can wait for."""


class _System:
    """The machine's own."""

    def utc_nanoseconds(self) -> int:
        return time.time_ns()

    def local_offset_minutes(self, utc_nanoseconds: int) -> int:
        return time.localtime(utc_nanoseconds // _NANOSECONDS).tm_gmtoff // 60

    def monotonic_seconds(self) -> float:
        return time.monotonic()

    def random_bits(self, count: int) -> int:
        return secrets.randbits(count)

    def node(self) -> int:
        return uuid.getnode()

    def event(self) -> Event:
        return threading.Event()


SYSTEM: Outside = _System()


def utc_seconds(outside: Outside) -> float:
    """Return the time since 1970, UTC."""
    return outside.utc_nanoseconds() / _NANOSECONDS


class Cancellation:
    """Whether the running request is to stop: its client has said so, or has no more time for it."""

    def __init__(self, outside: Outside) -> None:
        """Nothing is to stop."""
        self._outside = outside
        self._event = outside.event()
        self.deadline: float | None = None  # by the monotonic clock
        self.set, self.clear = self._event.set, self._event.clear

    def is_set(self) -> bool:
        """Tell whether the request is to stop."""
        return self._event.is_set() or self.is_late()

    def is_late(self) -> bool:
        """Tell whether the request has run for longer than its client has time."""
        return self.deadline is not None and self._outside.monotonic_seconds() >= self.deadline

    def wait(self, seconds: float) -> bool:
        """Wait until the request is to stop, at most so many seconds; return whether it is."""
        self._event.wait(self.at_most(seconds))
        return self.is_set()

    def at_most(self, seconds: float | None) -> float | None:
        """Return how long to wait: no longer than the client has time for. None: however long it takes."""
        if self.deadline is None:
            return seconds
        left = max(self.deadline - self._outside.monotonic_seconds(), 0.0)
        return left if seconds is None else min(seconds, left)
