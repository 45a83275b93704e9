"""The account, and how one host sees it."""

import itertools
from collections.abc import Callable
from datetime import datetime

from functions_standin.storage.memory.blobs import Blobs, MemoryContainer
from functions_standin.storage.memory.queues import MemoryQueue, Messages
from functions_standin.storage.memory.road import Road, Travel, Way, free_road
from functions_standin.storage.memory.tables import MemoryTable, Rows

__all__ = ["MemoryAccount", "MemoryStorage", "Way"]


class MemoryAccount:
    """What is stored; it outlives the hosts that use it. `now` is its clock, in UTC. Sizes are not limited."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.tables: dict[str, Rows] = {}
        self.queues: dict[str, Messages] = {}
        self.containers: dict[str, Blobs] = {}
        self._numbers = itertools.count(1)

    def number(self) -> int:
        """Return a number that nothing in the account has."""
        return next(self._numbers)


class MemoryStorage:
    """The account as a host sees it: `travel` is awaited on the way to the account and on the way back, and may raise.

    `holder` is the host's name, for those who want to know who holds a lease.
    """

    def __init__(self, account: MemoryAccount, travel: Travel = free_road, holder: str = "") -> None:
        self._account = account
        self._road = Road(travel)
        self._holder = holder

    def table(self, name: str) -> MemoryTable:
        """Return the table of a name."""
        return MemoryTable(self._account.tables, name, self._account.now, self._account.number, self._road)

    def queue(self, name: str) -> MemoryQueue:
        """Return the queue of a name."""
        return MemoryQueue(self._account.queues, name, self._account.now, self._account.number, self._road)

    def container(self, name: str) -> MemoryContainer:
        """Return the container of a name."""
        return MemoryContainer(self._account.containers, name, self._account.now, self._road, self._holder)

    async def close(self) -> None:
        """There is nothing to close."""
