"""Locks as values: what is asked for, and how whoever asks stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from relay.numbers import Between

NAME = re.compile(r"[a-z][a-z0-9_.-]{0,99}")
NAME_RULE = "small letters, digits, _ . and -, a letter first, at most 100"
MOST_NAMES = 16  # of one call of the helper
MOST_WAITING = 10_000  # for one lock
LONGEST_LEASE_SECONDS = 3600
LONGEST_WAIT_SECONDS = 86_400  # over HTTP; an orchestration asks again and again
# Until when an offer is kept: who polls comes at once, an orchestration may have a sleeping host.
HTTP_OFFER_SECONDS = 10
ORCHESTRATION_OFFER_SECONDS = 90
# An orchestration asks again once an hour at least; one that has not for so long waits no more.
ORCHESTRATION_WAIT_SECONDS = 7200


class State(StrEnum):
    """How whoever asks for a lock stands."""

    HELD = "held"
    WAITS = "waits"
    BUSY = "busy"  # others hold it, and he did not want to wait
    FULL = "full"  # as many wait as may
    PERMITS = "permits"  # it is in use with another number of permits
    OUTRUN = "outrun"  # a later execution of the same instance has it, or waits for it
    GONE = "gone"  # there is no such ticket, any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: a text over HTTP, an instance and its execution for an orchestration."""

    owner: str
    purpose: str = ""
    instance: str = ""  # empty: over HTTP
    execution: str = ""  # a later one of the same instance is greater
    kept_for_seconds: int = 0  # an offer, for who asks less often than over HTTP and cannot be told; 0: as usual

    @property
    def offer_seconds(self) -> int:
        """Return for how long an offer is kept for him."""
        if self.kept_for_seconds:
            return self.kept_for_seconds
        return ORCHESTRATION_OFFER_SECONDS if self.instance else HTTP_OFFER_SECONDS

    def values(self) -> dict[str, Any]:
        """Return what the statements take."""
        return {"owner": self.owner, "purpose": self.purpose, "instance": self.instance, "execution": self.execution}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms a lock is asked for."""

    lease_seconds: Annotated[int, Between(1, LONGEST_LEASE_SECONDS)] = 60
    wait_seconds: Annotated[int, Between(0, LONGEST_WAIT_SECONDS)] = 0
    permits: Annotated[int, Between(1, 1000)] = 1  # how many may hold it at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How whoever asks stands with one lock."""

    state: State
    token: int = 0
    expires: str = ""  # ISO 8601, UTC
    ticket: int = 0
    position: int = 0
    offers: int = 0  # how often the lock was offered to him
    permits: int = 0

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Standing":
        """Return what a statement has answered."""
        return cls(
            state=State(row["state"]),
            token=row["token"] or 0,
            expires=row["expires"] if row["token"] else "",
            ticket=row["ticket"] or 0,
            position=row["position"] or 0,
            offers=row["offers"] or 0,
            permits=row["permits"] or 0,
        )


@dataclass(frozen=True, slots=True)
class Hint:
    """An orchestration to which a lock is offered, and the event that tells it so."""

    instance: str
    event: str
