"""The writer's lock and the application locks: one table, so that a deadlock between the two kinds is seen.

A request that would close a circle of waiting sessions is refused at once as the deadlock's victim. Waiting is first come, first served.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import Enum

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
_LONGEST_SLEEP_SECONDS = 60.0


class Outcome(Enum):
    """How a request for a lock ended; the values are those of sp_getapplock."""

    GRANTED = 0
    GRANTED_AFTER_WAIT = 1
    TIMEOUT = -1
    CANCELLED = -2
    DEADLOCK = -3


@dataclass(slots=True, eq=False)
class _Waiter:
    session: int
    mode: str
    turn: threading.Condition  # told when nobody blocks it any more; one each, or every release would wake everybody


@dataclass(slots=True)
class _Resource:
    holders: dict[int, list[tuple[str, str]]] = field(default_factory=dict)  # session: (owner, mode), one per request
    queue: list[_Waiter] = field(default_factory=list)  # in order of arrival


class LockTable:
    """Who holds what and who waits for whom; safe for threads."""

    def __init__(self) -> None:
        """Nothing is locked."""
        self._lock = threading.Lock()
        self._resources: dict[Hashable, _Resource] = {}
        self._waiting: dict[int, tuple[Hashable, str]] = {}

    def acquire(
        self,
        session: int,
        resource: Hashable,
        mode: str,
        owner: str,
        timeout_ms: int,
        cancelled: Callable[[], bool],
    ) -> Outcome:
        """Take a lock, waiting at most `timeout_ms` (-1: for ever). Holding it already never waits for oneself."""
        with self._lock:
            entry = self._resources.setdefault(resource, _Resource())
            outcome = Outcome.GRANTED
            if self._blockers(session, resource, mode):
                outcome = self._wait(session, resource, mode, timeout_ms, cancelled)
            if outcome in {Outcome.GRANTED, Outcome.GRANTED_AFTER_WAIT}:
                entry.holders.setdefault(session, []).append((owner, mode))
            self._changed(resource)
            return outcome

    def _wait(
        self, session: int, resource: Hashable, mode: str, timeout_ms: int, cancelled: Callable[[], bool]
    ) -> Outcome:
        deadline = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000
        waiter = _Waiter(session, mode, threading.Condition(self._lock))
        queue = self._resources[resource].queue
        queue.append(waiter)
        self._waiting[session] = (resource, mode)
        try:
            if self._in_circle(session):  # only a new wait can close one: who is granted a lock waits for nobody
                return Outcome.DEADLOCK
            while self._blockers(session, resource, mode):
                if cancelled():
                    return Outcome.CANCELLED
                remaining = _LONGEST_SLEEP_SECONDS if deadline is None else deadline - time.monotonic()
                if remaining <= 0:
                    return Outcome.TIMEOUT
                waiter.turn.wait(min(remaining, _LONGEST_SLEEP_SECONDS))
            return Outcome.GRANTED_AFTER_WAIT
        finally:
            del self._waiting[session]
            queue.remove(waiter)

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

    def _in_circle(self, session: int) -> bool:
        if not any(session in entry.holders for entry in self._resources.values()):
            return False  # nobody waits for who holds nothing and came last
        seen: set[int] = set()
        pending = [session]
        while pending:
            current = pending.pop()
            if current not in self._waiting:
                continue
            for blocker in self._blockers(current, *self._waiting[current]):
                if blocker == session:
                    return True
                if blocker not in seen:
                    seen.add(blocker)
                    pending.append(blocker)
        return False

    def is_grantable(self, session: int, resource: Hashable, mode: str) -> bool:
        """Tell whether a lock would be granted at once."""
        with self._lock:
            return not self._blockers(session, resource, mode)

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
                    waiter.turn.notify()

    def _changed(self, resource: Hashable) -> None:
        """Wake those whose turn it is now; forget a resource that nobody wants."""
        entry = self._resources[resource]
        held = [(session, mode) for session, grants in entry.holders.items() for _, mode in grants]
        ahead: set[str] = set()
        for waiter in entry.queue:
            compatible = _COMPATIBLE[waiter.mode]
            is_free = all(mode in compatible for session, mode in held if session != waiter.session)
            if is_free and (ahead <= compatible or waiter.session in entry.holders):
                waiter.turn.notify()
            ahead.add(waiter.mode)
        if not entry.holders and not entry.queue:
            del self._resources[resource]
