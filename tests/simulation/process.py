"""A worker process of a simulated host, as the app sees it: clock, threads, memory of its own, connections that die with it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from functions_standin.testing.simulation import HostDied, SimulatedHost, Simulation
from mssql_standin.testing.in_process import Driver
from mssql_standin.testing.in_process.connection import Connection

T = TypeVar("T")
U = TypeVar("U")
Fate = Callable[["Process", str], None]  # told what the process does, may kill it


class Process:
    """Satisfies relay.ports.Clock. `host` None: a program beside the app, which nobody kills."""

    def __init__(self, simulation: Simulation, host: SimulatedHost | None, fate: Fate) -> None:
        self.simulation = simulation
        self.host = host
        self.is_alive = True
        self.memory: dict[object, Any] = {}
        self.driver: Driver
        self._fate = fate

    def reach(self, moment: str) -> None:
        """Come to a moment at which the process may die; raise if it is dead."""
        self.check()
        if self.host is not None:
            self._fate(self, moment)
            self.check()

    def check(self) -> None:
        """Unwind the code of a process that is no more."""
        if self.host is not None and not self.host.is_alive:
            raise HostDied(self.host.name)
        if not self.is_alive:
            raise asyncio.CancelledError

    def end(self) -> None:
        """Forget everything; the database rolls back what was not committed."""
        self.is_alive = False
        self.driver.drop_all()

    @contextmanager
    def request(self, committed: Callable[[], None], connection: Connection, text: str) -> Iterator[None]:
        """Enclose a request to the database."""
        del connection
        name = text.partition("\n")[0].removeprefix("-- ")[:60]
        self.reach(f"sql before: {name}")
        yield
        if text == "COMMIT TRANSACTION":
            committed()
        self.reach(f"sql after: {name}")

    def now(self) -> datetime:
        return self.simulation.now() if self.host is None else self.host.outside.now()

    def monotonic_seconds(self) -> float:
        return self.simulation.loop.time()

    def sleep(self, seconds: float) -> None:
        self.simulation.block(seconds, lambda: not self.is_alive)
        self.check()

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class InlineThreads:
    """Satisfies relay.ports.Threads: one thing after the other, in the process's only thread."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def each(self, work: Callable[[T], U], items: Iterable[T]) -> Iterable[U]:
        return [work(item) for item in items]

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        await asyncio.sleep(0)
        self._process.check()
        return work(*arguments)

    async def run_on_pool(self, work: Callable[[], T]) -> T:
        return await self.run(work)
