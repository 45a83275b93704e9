"""Everything that one relay has outside, handed to whatever works for it."""

from dataclasses import dataclass

from relay.config.values import Relay
from relay.ports import Backfills, Changes, Clock, DeadLetters, Endpoint, Guard, Recoveries, Replays, Threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """One relay of an app, and its seams."""

    app: str
    relay: Relay
    changes: Changes
    endpoint: Endpoint
    recoveries: Recoveries
    dead_letters: DeadLetters
    replays: Replays
    backfills: Backfills
    guard: Guard
    clock: Clock
    threads: Threads  # `each` delivers, as many at a time as the relay allows
