"""The circuit breaker as releases before 0.3 kept it, in a durable entity; today it stands in SQL Server, see standing.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class BreakerState(StrEnum):
    """What may be sent."""

    CLOSED = "closed"  # everything
    OPEN = "open"  # nothing
    HALF_OPEN = "half_open"  # the time is over; the next request tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """What is known of the endpoint; `open_until` None: closed."""

    open_until: datetime | None = None  # aware
    reason: str = ""

    def state(self, now: datetime) -> BreakerState:
        """Return the state at an aware moment."""
        if self.open_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self.open_until else BreakerState.HALF_OPEN

    def seconds_left(self, now: datetime) -> float:
        """Return for how long nothing may be sent."""
        return max(0.0, (self.open_until - now).total_seconds()) if self.open_until else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"open_until": self.open_until.isoformat() if self.open_until else None, "reason": self.reason}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any] | None) -> "Breaker":
        """Read it back; nothing stored is a closed breaker."""
        stored = stored or {}
        until = stored.get("open_until")
        return cls(open_until=datetime.fromisoformat(until) if until else None, reason=stored.get("reason", ""))


def tripped(breaker: Breaker, until: datetime, reason: str) -> Breaker:
    """Return the breaker after a failure: open for longer, never for less."""
    if breaker.open_until is not None and breaker.open_until >= until:
        return breaker
    return Breaker(open_until=until, reason=reason)
