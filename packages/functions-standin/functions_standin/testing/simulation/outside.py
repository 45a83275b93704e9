"""Clock, chance, sleep and threads of a simulated host."""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from functions_standin.outside import BlockingCalls, News
from functions_standin.testing.simulation.world import World


class SimulatedOutside:
    """As one host sees it: `skew` is how far its clock goes ahead of the others'."""

    def __init__(self, world: World, machine: str, is_alive: Callable[[], bool]) -> None:
        self._simulation = world
        self._is_alive = is_alive
        self.machine = machine
        self.skew = timedelta()

    def now(self) -> datetime:
        """Return the time in UTC."""
        return self._simulation.now() + self.skew

    def local_now(self) -> datetime:
        """Return the time in UTC, the time zone of all simulated hosts."""
        return self.now()

    def monotonic_seconds(self) -> float:
        """Return the virtual time."""
        return self._simulation.loop.time()

    def new_id(self) -> uuid.UUID:
        """Return an id by the seed."""
        return uuid.UUID(int=self._simulation.random.getrandbits(128), version=4)

    def share(self, lowest: float, highest: float) -> float:
        """Return a random number by the seed."""
        return self._simulation.random.uniform(lowest, highest)

    async def sleep(self, seconds: float) -> None:
        """Sleep in virtual time."""
        await asyncio.sleep(seconds)

    async def pause(self, seconds: float, news: News) -> None:
        """Leave out the looks before there may be something to find."""
        loop = self._simulation.loop
        begun = loop.time()
        if (due := news.due()) is None or due > self._simulation.now():
            await self._told(news, due)
        await asyncio.sleep(seconds - (loop.time() - begun) % seconds)

    async def keep_alive(self, seconds: float) -> None:
        """Leave out the renewals while nothing happens anywhere: `Simulation.stir` makes up for them."""
        loop = self._simulation.loop
        begun = loop.time()
        if self._simulation.is_settled:
            await self._told(self._simulation.stirs, None)
        await asyncio.sleep(seconds - (loop.time() - begun) % seconds)

    async def left_out_ticks(self, function: str) -> bool:
        """Leave out the ticks that the story has called idle, until the moment that it names or until something happens."""
        until = self._simulation.idle_until.get(function, lambda: None)()
        if until is None or until <= self._simulation.now():
            return False
        await self._told(self._simulation.stirs, until)
        return True

    def alarm(self, seconds: float, ring: Callable[[], None]) -> None:
        """Call back in virtual time, if the host still lives."""
        self._simulation.loop.call_later(seconds, lambda: ring() if self._is_alive() else None)

    def blocking_calls(self, name: str) -> BlockingCalls:
        """Run them at once: nothing else happens meanwhile."""
        del name
        return _AtOnce()

    def lock(self) -> AbstractContextManager[None]:
        """Make one for which code waits in virtual time."""
        return _Lock(self._simulation, self._is_alive)

    async def _told(self, news: News, due: datetime | None) -> None:
        loop = self._simulation.loop
        woken: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        news.once(wake)
        at_due = None
        if due is not None:
            at_due = loop.call_at((due - self._simulation.start).total_seconds(), wake)
        try:
            await woken
        finally:
            news.forget(wake)
            if at_due is not None:
                at_due.cancel()


class _Lock:
    """There is one thread, but code that blocks may hold it: whoever wants it then lets others work, too."""

    def __init__(self, world: World, is_alive: Callable[[], bool]) -> None:
        self._simulation = world
        self._is_alive = is_alive
        self._is_held = False

    def __enter__(self) -> None:
        while self._is_held and self._is_alive():
            self._simulation.loop.let_others_work(lambda: not self._is_held or not self._is_alive(), None)
        self._is_held = True

    def __exit__(self, *_: object) -> None:
        self._is_held = False


class _AtOnce:
    async def run(self, call: Callable[..., Any], *arguments: Any) -> Any:
        await asyncio.sleep(0)
        return call(*arguments)

    def close(self, last: Callable[[], None]) -> None:
        last()
