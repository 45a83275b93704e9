"""Waiting for what other processes do."""

import time
from collections.abc import Callable

_POLL_SECONDS = 0.05


def becomes_true(predicate: Callable[[], bool], timeout_seconds: float) -> bool:
    """Wait until a predicate holds; tell whether it did in time."""
    deadline = time.monotonic() + timeout_seconds
    while not predicate():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
