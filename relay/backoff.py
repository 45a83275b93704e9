"""How long to wait before the next try; randomness is handed in, so that a replay gives the same answer."""

from dataclasses import dataclass
from typing import Annotated

from relay.numbers import Between


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Intervals that grow by `coefficient` from step to step until `max_interval_seconds`."""

    first_interval_seconds: Annotated[float, Between(1, 86_400)] = 60.0
    coefficient: Annotated[float, Between(1, 10)] = 2.0
    max_interval_seconds: Annotated[float, Between(1, 604_800)] = 43_200.0
    jitter: float = 0.1  # up to this share is added, so that not everybody comes back in one moment


DEFAULT = Backoff()


def interval_seconds(backoff: Backoff, step: int, fraction: float, *, asked_for_seconds: float | None = None) -> float:
    """Return the wait after `step` earlier ones; `fraction` is random, 0 to 1.

    What the other side asked for (Retry-After) is honoured in full: the wait is never shorter.
    """
    interval = min(backoff.first_interval_seconds * _growth(backoff, step), backoff.max_interval_seconds)
    return max(interval, asked_for_seconds or 0.0) * (1 + backoff.jitter * fraction)


def _growth(backoff: Backoff, step: int) -> float:
    try:
        return backoff.coefficient**step
    except OverflowError:
        return float("inf")
