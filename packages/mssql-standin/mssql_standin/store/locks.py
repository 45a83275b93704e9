"""The writer's lock and the application locks: one table, so that a deadlock between the two kinds is seen.

A request that closes a circle of waiting sessions makes one of them the deadlock's victim: whose worth is least, of equals
the one that closed it. Waiting is first come, first served.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum

from mssql_standin.outside import Cancellation, Event, Mutex, Outside

WRITER: Hashable = ("writer",)
EXCLUSIVE = "Exclusive"
_COMPATIBLE = {
    "IntentShared": {"IntentShared", "IntentExclusive", "Shared", "Update"},
    "IntentExclusive": {"IntentShared", "IntentExclusive"},
    "Shared": {"IntentShared", "Shared", "Update"},
    "Update": {"IntentShared", "Shared"},
    EXCLUSIVE: set(),
}
MODES = tuple(_COMPATIBLE)


class Outcome(Enum):
    """How a request for a lock ended; the values are those of sp_getapplock."""

    GRANTED = 0
    GRANTED_AFTER_WAIT = 1
    TIMEOUT = -1
    CANCELLED = -2
    DEADLOCK = -3


Worth = tuple[int, int]  # DEADLOCK_PRIORITY, and how many rows a rollback would undo
_NOTHING_TO_LOSE: Worth = (0, 0)


@dataclass(slots=True, eq=False)
class _Waiter:
    session: int
    mode: str
    turn: Event  # happens when nobody blocks it any more; one each, or every release would wake everybody
    worth: "Worth"
    is_victim: bool = False


@dataclass(slots=True)
class _Resource:
    holders: dict[int, list[tuple[str, str]]] = field(default_factory=dict)  # session: (owner, mode), one per request
    queue: list[_Waiter] = field(default_factory=list)  # in order of arrival


class LockTable:
    """Who holds what and who waits for whom; safe for threads."""

    def __init__(self, outside: Outside) -> None:
        """Nothing is locked."""
        self._outside = outside
        self._lock = Mutex()
        self._resources: dict[Hashable, _Resource] = {}
        self._waiting: dict[int, tuple[Hashable, _Waiter]] = {}

    def acquire(
        self,
        session: int,
        resource: Hashable,
        mode: str,
        owner: str,
        timeout_ms: int,
        cancellation: Cancellation,
        worth: Worth = _NOTHING_TO_LOSE,
    ) -> Outcome:
        """Take a lock, waiting at most `timeout_ms` (-1: for ever). Holding it already never waits for oneself."""
        with self._lock:
            entry = self._resources.setdefault(resource, _Resource())
            outcome = Outcome.GRANTED
            if self._blockers(session, resource, mode):
                outcome = self._wait(session, resource, mode, timeout_ms, cancellation, worth)
            if outcome in {Outcome.GRANTED, Outcome.GRANTED_AFTER_WAIT}:
                entry.holders.setdefault(session, []).append((owner, mode))
            self._changed(resource)
            return outcome

    def _wait(
        self, session: int, resource: Hashable, mode: str, timeout_ms: int, cancellation: Cancellation, worth: Worth
    ) -> Outcome:
        clock = self._outside.monotonic_seconds
        deadline = None if timeout_ms < 0 else clock() + timeout_ms / 1000
        waiter = _Waiter(session, mode, self._outside.event(), worth)
        queue = self._resources[resource].queue
        queue.append(waiter)
        self._waiting[session] = (resource, waiter)
        try:
            self._break_circles(session)  # only a new wait can close one: who is granted a lock waits for nobody
            while self._blockers(session, resource, mode):
                if waiter.is_victim:
                    return Outcome.DEADLOCK
                if cancellation.is_set():
                    return Outcome.CANCELLED
                remaining = None if deadline is None else deadline - clock()
                if remaining is not None and remaining <= 0:
                    return Outcome.TIMEOUT
                self._await(waiter.turn, cancellation.at_most(remaining))
            return Outcome.GRANTED_AFTER_WAIT
        finally:
            del self._waiting[session]
            queue.remove(waiter)

    def _await(self, turn: Event, seconds: float | None) -> None:
        turn.clear()
        self._lock.release()
        try:
            turn.wait(seconds)
        finally:
            self._lock.acquire()

    def _blockers(self, session: int, resource: Hashable, mode: str) -> set[int]:
        entry = self._resources.get(resource)
        if entry is None:
            return set()
        compatible = _COMPATIBLE[mode]
        found = {
            other
            for other, held in entry.holders.items()
            if other != session and any(held_mode not in compatible for _, held_mode in held)
        }
        if session not in entry.holders:
            for waiter in entry.queue:
                if waiter.session == session:
                    break
                if waiter.mode not in compatible:
                    found.add(waiter.session)
        return found

    def _break_circles(self, session: int) -> None:
        """Choose a victim for each circle that a session's new wait has closed, until it is in none."""
        while circle := self._circle(session):
            victim = min((self._waiting[member][1] for member in circle), key=lambda waiter: waiter.worth)
            victim.is_victim = True
            victim.turn.set()

    def _circle(self, session: int) -> list[int]:
        """Return the sessions that wait for each other in a circle, beginning with this one; empty if it is in none."""
        if not any(session in entry.holders for entry in self._resources.values()):
            return []  # nobody waits for who holds nothing and came last
        reached_from: dict[int, int] = {}
        pending = [session]
        while pending:
            current = pending.pop()
            if current not in self._waiting or self._waiting[current][1].is_victim:
                continue
            resource, waiter = self._waiting[current]
            for blocker in self._blockers(current, resource, waiter.mode):
                if blocker == session:
                    return _path(reached_from, current, session)
                if blocker not in reached_from:
                    reached_from[blocker] = current
                    pending.append(blocker)
        return []

    def is_grantable(self, session: int, resource: Hashable, mode: str) -> bool:
        """Tell whether a lock would be granted at once."""
        with self._lock:
            return not self._blockers(session, resource, mode)

    def waiting(self) -> frozenset[int]:
        """Return the sessions that wait for a lock."""
        with self._lock:
            return frozenset(self._waiting)

    def release(self, session: int, resource: Hashable, owner: str) -> bool:
        """Give back one grant of a lock; False if the owner holds none."""
        with self._lock:
            entry = self._resources.get(resource)
            held = entry.holders.get(session, []) if entry else []
            grant = next((grant for grant in reversed(held) if grant[0] == owner), None)
            if entry is None or grant is None:
                return False
            held.remove(grant)
            if not held:
                del entry.holders[session]
            self._changed(resource)
            return True

    def release_all(self, session: int, owner: str | None = None) -> None:
        """Give back everything a session holds, or everything of one owner."""
        with self._lock:
            for resource in list(self._resources):
                entry = self._resources[resource]
                held = entry.holders.pop(session, [])
                kept = [grant for grant in held if owner is not None and grant[0] != owner]
                if kept:
                    entry.holders[session] = kept
                if held != kept:
                    self._changed(resource)

    def modes(self, session: int, resource: Hashable, owner: str) -> set[str]:
        """Return the modes in which an owner of a session holds a resource."""
        with self._lock:
            entry = self._resources.get(resource)
            held = entry.holders.get(session, []) if entry else []
            return {mode for holder, mode in held if holder == owner}

    def wake(self) -> None:
        """Make every waiting request look again whether it was cancelled."""
        with self._lock:
            for entry in self._resources.values():
                for waiter in entry.queue:
                    waiter.turn.set()

    def _changed(self, resource: Hashable) -> None:
        """Wake those whose turn it is now; forget a resource that nobody wants."""
        entry = self._resources[resource]
        held = [(session, mode) for session, grants in entry.holders.items() for _, mode in grants]
        ahead: set[str] = set()
        for waiter in entry.queue:
            compatible = _COMPATIBLE[waiter.mode]
            is_free = all(mode in compatible for session, mode in held if session != waiter.session)
            if is_free and (ahead <= compatible or waiter.session in entry.holders):
                waiter.turn.set()
            ahead.add(waiter.mode)
        if not entry.holders and not entry.queue:
            del self._resources[resource]


def _path(reached_from: dict[int, int], last: int, first: int) -> list[int]:
    found = [last]
    while found[-1] != first:
        found.append(reached_from[found[-1]])
    return found[::-1]
