"""What an orchestration asks for, and what it has: several locks at once, always in the order of their names, so that nobody waits in a circle."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from relay.backoff import Backoff
from relay.wire import known
from workflows.locks.values import (
    LONGEST_LEASE_SECONDS,
    MOST_NAMES,
    NAME,
    NAME_RULE,
    ORCHESTRATION_WAIT_SECONDS,
    Asker,
    Terms,
)

SHORTEST_LEASE_SECONDS = 30  # an activity may be late by as much
RENEWALS = 3  # of a lease's length
# Who waits asks again, should the hint be lost.
ASKS = Backoff(first_interval_seconds=30, coefficient=2, max_interval_seconds=3600, jitter=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which locks an execution of an instance wants, and on which terms."""

    names: Sequence[str]
    instance: str
    execution: str  # a text that is greater for a later execution
    purpose: str = ""
    lease_seconds: int = 300
    permits: int = 1

    @property
    def asker(self) -> Asker:
        """Return who asks: another execution of the same instance is another owner."""
        owner = f"{self.instance} {self.execution}"
        return Asker(owner=owner, purpose=self.purpose, instance=self.instance, execution=self.execution)

    @property
    def terms(self) -> Terms:
        """Return the terms of each lock."""
        return Terms(lease_seconds=self.lease_seconds, wait_seconds=ORCHESTRATION_WAIT_SECONDS, permits=self.permits)

    @property
    def renew_after_seconds(self) -> float:
        """Return when the leases are to be renewed."""
        return self.lease_seconds / RENEWALS

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "names": list(self.names)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Order":
        """Read it back."""
        return cls(**known(cls, stored))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What came of asking: the tokens of what is held; of the first lock that was not to be had its name, the place in its line if there
    is one, the event that tells of an offer, and why."""

    tokens: Mapping[str, int] = field(default_factory=dict)
    lacks: str = ""
    ticket: int = 0
    event: str = ""
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "tokens": dict(self.tokens)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Grant":
        """Read it back."""
        return cls(**known(cls, stored))


def order_problem(order: Order) -> str | None:
    """Return what is wrong with an order, and what to do; None: nothing."""
    wrong = [name for name in order.names if not NAME.fullmatch(name)]
    if wrong:
        return f"names: {', '.join(map(repr, wrong))} cannot be used; take {NAME_RULE}"
    if not 1 <= len(order.names) <= MOST_NAMES:
        return f"names: there are {len(order.names)}; take 1 to {MOST_NAMES}"
    if not SHORTEST_LEASE_SECONDS <= order.lease_seconds <= LONGEST_LEASE_SECONDS:
        return f"lease_seconds: {order.lease_seconds} must be from {SHORTEST_LEASE_SECONDS} to {LONGEST_LEASE_SECONDS}; it is renewed by itself"
    return None
