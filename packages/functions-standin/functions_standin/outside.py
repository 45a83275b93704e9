"""What the host needs of the world besides storage, database and network: time, chance, threads.

`system.SYSTEM` is the real one; a simulation hands in its own. No other module reads a clock, sleeps, draws or starts a thread.
"""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol


class News:
    """What is looked at again and again, as those see it who would rather look only when there is something to find.

    Whoever changes it, tells. `due` returns the moment (UTC) from which a look may find something without anybody's doing: None for
    never, a past one for at once.
    """

    def __init__(self, due: Callable[[], datetime | None] | None = None) -> None:
        self.knows_due = due is not None
        self.due = due or (lambda: None)
        self._listeners: list[Callable[[], None]] = []

    @property
    def is_awaited(self) -> bool:
        """Whether anybody waits for it."""
        return bool(self._listeners)

    def tell(self) -> None:
        """Let all who wait for it look."""
        if self._listeners:
            listeners, self._listeners = self._listeners, []
            for listener in listeners:
                listener()

    def once(self, listener: Callable[[], None]) -> None:
        """Call the listener when somebody tells next; from the thread of that."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Do not call it any more."""
        if listener in self._listeners:
            self._listeners.remove(listener)


class BlockingCalls(Protocol):
    """A place where calls that block run one after the other, beside the event loop."""

    async def run(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Run a call and return its result. Whoever stops waiting leaves it running."""

    def close(self, last: Callable[[], None]) -> None:
        """Run one call more, wait for nothing, and then take no others."""


class Outside(Protocol):
    """Clock, chance, sleep and threads."""

    @property
    def machine(self) -> str:
        """The name of the machine."""

    def now(self) -> datetime:
        """Return the time in UTC."""

    def local_now(self) -> datetime:
        """Return the time in the process' time zone, aware."""

    def monotonic_seconds(self) -> float:
        """Return a clock that nobody sets."""

    def new_id(self) -> uuid.UUID:
        """Return an id that nobody has."""

    def share(self, lowest: float, highest: float) -> float:
        """Return a random number between the two."""

    async def sleep(self, seconds: float) -> None:
        """Sleep."""

    async def pause(self, seconds: float, news: News) -> None:
        """Sleep until the next of the looks that take place so many seconds apart; those may be left out that find nothing."""

    async def keep_alive(self, seconds: float) -> None:
        """Sleep until the next renewal of what this host holds; those may be left out on which nothing depends."""

    async def left_out_ticks(self, function: str) -> bool:
        """Let time pass as long as the ticks of a timer's function may be left out, this one the first; tell whether any were."""

    def alarm(self, seconds: float, ring: Callable[[], None]) -> None:
        """Call back after some time, on any thread; from any thread."""

    def blocking_calls(self, name: str) -> BlockingCalls:
        """Open a place for calls that block."""

    def lock(self) -> AbstractContextManager[Any]:
        """Make a lock between calls that block."""
