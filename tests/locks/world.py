"""Fifty clients of three locks, in virtual time: over HTTP and as orchestrations, killed, stopped, started anew, on two hosts that fail.

What a client does next is a generator that yields how long it does nothing, and for what event that may end.
"""

import asyncio
import heapq
import itertools
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from services.locks import Done
from services.look_after_locks import look_after_locks
from tests.fakes import InlineThreads
from tests.locks.checker import Event
from tests.locks.database import HostTables, LockDatabase
from workflows.locks.values import Hint

Steps = Generator["Pause", None, None]
T = TypeVar("T")
LONGEST_SECONDS = 4 * 3600.0
REQUEST_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Pause:
    """For how long a client does nothing, unless the event comes."""

    seconds: float
    event: tuple[str, str] | None = None  # instance, name


class Unanswered(Exception):
    """The host is down, or it has done what was asked and its answer was lost."""


class World:
    """The database, the hosts, the resource and what is known of all that happened."""

    def __init__(self, seed: int, *, fenced: bool = True) -> None:
        self.chance = random.Random(seed)
        self.database = LockDatabase(seed)
        self.history: list[Event] = []
        self.now = 0.0
        self._fenced = fenced
        self._hosts = [HostTables(self.database), HostTables(self.database)]
        self._down_until = [0.0, 0.0]
        self._due: list[tuple[float, int, str, Steps]] = []
        self._order = itertools.count()
        self._waiting: dict[tuple[str, str], tuple[float, int, str, Steps]] = {}
        self._early: set[tuple[str, str]] = set()
        self.alive = 0

    # Time

    def begin(self, client: str, steps: Steps, after: float = 0.0) -> None:
        """Let a client do its steps."""
        self.alive += 1
        self._push(client, steps, self.now + after)

    def run(self) -> None:
        """Let time pass until all clients have come to their end; the watchdog looks each minute, on a host that is up."""
        look = 60.0
        while self.alive and self.now < LONGEST_SECONDS:
            at = self._due[0][0] if self._due else look
            if look <= at:
                self._pass_to(look)
                self._look()
                look += 60.0
                continue
            entry = heapq.heappop(self._due)
            self._pass_to(entry[0])
            self._step(entry)

    def _pass_to(self, moment: float) -> None:
        if moment > self.now:
            self.database.clock.advance(moment - self.now)
            self.now = moment

    def _push(self, client: str, steps: Steps, at: float) -> tuple[float, int, str, Steps]:
        entry = (at, next(self._order), client, steps)
        heapq.heappush(self._due, entry)
        return entry

    def _step(self, entry: tuple[float, int, str, Steps]) -> None:
        _, _, client, steps = entry
        for event in [event for event, waiting in self._waiting.items() if waiting is entry]:
            del self._waiting[event]
        try:
            pause = next(steps)
        except StopIteration:
            self.alive -= 1
            return
        if pause.event in self._early and pause.event is not None:
            self._early.discard(pause.event)
            pause = Pause(0.0)
        waiting = self._push(client, steps, self.now + pause.seconds)
        if pause.event is not None:
            self._waiting[pause.event] = waiting

    # What clients use

    def request(self, client: str, lock: str, work: Callable[[HostTables], Done[T]], *, asks: bool = True) -> T:
        """Ask a host that is up; raise Unanswered if it is not, or if its answer is lost."""
        self.now += REQUEST_SECONDS
        self.database.clock.advance(REQUEST_SECONDS)
        number = self.chance.randrange(2)
        if asks:
            self.note(client, "asks", lock)
        if self.now < self._down_until[number]:
            raise Unanswered
        if self.chance.random() < 0.002:
            self._down_until[number] = self.now + self.chance.uniform(5, 40)
        done = work(self._hosts[number])
        self.tell(done.hints)
        if self.chance.random() < 0.03:
            raise Unanswered
        return done.result

    def write(self, client: str, lock: str, token: int) -> bool:
        """Write to what the lock protects; tell whether it was taken."""
        taken = self.database.write(lock, token) if self._fenced else True
        self.note(client, "writes" if taken else "refused", lock, token=token)
        return taken

    def note(self, client: str, kind: str, lock: str, **facts: Any) -> None:
        self.history.append(Event(at=round(self.now, 3), client=client, kind=kind, lock=lock, **facts))

    # Hints and the watchdog

    def tell(self, hints: Any) -> None:
        """Bring events to orchestrations, unless they are lost; one that comes before its wait is kept."""
        for hint in hints:
            if self.chance.random() < 0.3:
                continue
            key = (hint.instance, hint.event)
            waiting = self._waiting.pop(key, None)
            if waiting is None:
                self._early.add(key)
                continue
            self._due.remove(waiting)
            heapq.heapify(self._due)
            self._push(waiting[2], waiting[3], self.now + 0.5)

    def _look(self) -> None:
        up = [host for host, until in zip(self._hosts, self._down_until, strict=True) if until <= self.now]
        if up:
            asyncio.run(look_after_locks(_AppOutside(up[0], self)))  # type: ignore[arg-type]


class _AppOutside:
    """What the watchdog's look at locks takes of an app's outside."""

    def __init__(self, tables: HostTables, world: World) -> None:
        self.tables = tables
        self.threads = InlineThreads()
        self.instances = self
        self._world = world

    async def ask(self, statement: str, **values: Any) -> Any:
        return self.tables.ask(statement, **values)

    async def tell(self, instance_id: str, event: str) -> None:
        self._world.tell([Hint(instance_id, event)])
