"""Waiting for something to become true, instead of sleeping and hoping."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def wait_until(predicate: Callable[[], Answer], *, description: str, patience_seconds: float = 90) -> Answer:
    """Return the predicate's first true answer; fail with the description if there is none in time."""
    deadline = time.monotonic() + patience_seconds
    while not (answer := predicate()):
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not come to this in {patience_seconds} s: {description}")
        time.sleep(0.05)
    return answer
