"""Waiting for something to become true, instead of sleeping and hoping."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")
# Who asks often takes CPU from those whom it waits for.
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.15


def wait_until(predicate: Callable[[], Answer], *, description: str, patience_seconds: float = 240) -> Answer:
    """Return the predicate's first true answer; fail with the description if there is none in time."""
    deadline = time.monotonic() + patience_seconds
    pause_seconds = _FIRST_PAUSE_SECONDS
    while not (answer := predicate()):
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not come to this in {patience_seconds} s: {description}")
        time.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * 1.3, _LONGEST_PAUSE_SECONDS)
    return answer
