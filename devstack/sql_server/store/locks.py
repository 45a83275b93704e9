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


@dataclass(slots=True)
class _Resource:
    holders: dict[int, list[tuple[str, str]]] = field(default_factory=dict)  # session: (owner, mode), one per request
    queue: list[tuple[int, str]] = field(default_factory=list)  # (session, mode), in order of arrival


class LockTable:
    """Who holds what and who waits for whom; safe for threads."""

    def __init__(self) -> None:
        """Nothing is locked."""
        self._changed = threading.Condition()
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
        deadline = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000
        waited = False
        with self._changed:
            entry = self._resources.setdefault(resource, _Resource())
            ticket = (session, mode)
            try:
                while self._blockers(session, resource, mode):
                    if cancelled():
                        return Outcome.CANCELLED
                    remaining = _LONGEST_SLEEP_SECONDS if deadline is None else deadline - time.monotonic()
                    if remaining <= 0:
                        return Outcome.TIMEOUT
                    if not waited:
                        entry.queue.append(ticket)
                        waited = True
                    self._waiting[session] = (resource, mode)
                    if self._in_circle(session):
                        return Outcome.DEADLOCK
                    self._changed.wait(min(remaining, _LONGEST_SLEEP_SECONDS))
                entry.holders.setdefault(session, []).append((owner, mode))
                return Outcome.GRANTED_AFTER_WAIT if waited else Outcome.GRANTED
            finally:
                self._waiting.pop(session, None)
                if waited:
                    entry.queue.remove(ticket)
                    self._changed.notify_all()
                self._forget_if_free(resource)

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
            for other, wanted in entry.queue:
                if other == session:
                    break
                if wanted not in compatible:
                    found.add(other)
        return found

    def _in_circle(self, session: int) -> bool:
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

    def release(self, session: int, resource: Hashable, owner: str) -> bool:
        """Give back one grant of a lock; False if the owner holds none."""
        with self._changed:
            entry = self._resources.get(resource)
            held = entry.holders.get(session, []) if entry else []
            grant = next((grant for grant in reversed(held) if grant[0] == owner), None)
            if entry is None or grant is None:
                return False
            held.remove(grant)
            if not held:
                del entry.holders[session]
            self._forget_if_free(resource)
            self._changed.notify_all()
            return True

    def release_all(self, session: int, owner: str | None = None) -> None:
        """Give back everything a session holds, or everything of one owner."""
        with self._changed:
            for resource in list(self._resources):
                entry = self._resources[resource]
                held = entry.holders.pop(session, [])
                kept = [grant for grant in held if owner is not None and grant[0] != owner]
                if kept:
                    entry.holders[session] = kept
                self._forget_if_free(resource)
            self._changed.notify_all()

    def modes(self, session: int, resource: Hashable, owner: str) -> set[str]:
        """Return the modes in which an owner of a session holds a resource."""
        with self._changed:
            entry = self._resources.get(resource)
            held = entry.holders.get(session, []) if entry else []
            return {mode for holder, mode in held if holder == owner}

    def wake(self) -> None:
        """Make every waiting request look again whether it was cancelled."""
        with self._changed:
            self._changed.notify_all()

    def _forget_if_free(self, resource: Hashable) -> None:
        entry = self._resources.get(resource)
        if entry is not None and not entry.holders and not entry.queue:
            del self._resources[resource]
