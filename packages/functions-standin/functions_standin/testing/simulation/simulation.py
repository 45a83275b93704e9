"""The simulation: a clock, a seed, storage, a database, and the hosts on them."""

import asyncio
import contextlib
import contextvars
import io
import itertools
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from functions_standin.durable.http_activity import SendRequest
from functions_standin.durable.user_code import ActivityFailed
from functions_standin.outside import News
from functions_standin.settings import HostJson
from functions_standin.storage.memory import MemoryAccount
from functions_standin.testing.simulation import leases
from functions_standin.testing.simulation.dying import HostDied, Moment
from functions_standin.testing.simulation.exchange import Answer
from functions_standin.testing.simulation.host import CURRENT, SimulatedHost
from functions_standin.testing.simulation.lease_times import Changes, LeaseTimes
from functions_standin.testing.simulation.loop import VirtualLoop
from functions_standin.testing.simulation.rpc import SimulatedRpcServer
from functions_standin.testing.simulation.sdk import log_lines_to, sdk_through
from functions_standin.worker.context import InvocationTask
from functions_standin.worker.loading import AppFunction
from functions_standin.workers import LogLine

Result = TypeVar("Result")
# After a host came or went, what is left to do until the partitions are shared again.
_UNSETTLED_SECONDS = 120.0


class Simulation:
    """A world in which stories run; a context manager.

    `connect` opens a connection to the database, shaped as pyodbc's, in this thread; whoever writes to the database calls
    `database_changes.tell()`, or the SQL triggers sleep on. `at_moment` sees everything that hosts do and may let them `die`.
    `latency_seconds` is how long a request to the storage takes each way. `idle_until` says, by the name of a timer's function, until when
    its ticks are of no use if nothing happens (None: the next one is). `send_request` answers call_http. `log` has the lines of all hosts.
    """

    def __init__(self, *, seed: int = 0, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.start = start
        self.random = random.Random(seed)
        self.loop = VirtualLoop()
        self.loop.set_task_factory(_make_task)
        self.loop.set_exception_handler(_handle)
        self.connect: Callable[[str], Any] = _no_database
        self.database_changes = News()
        self.at_moment: Callable[[SimulatedHost, Moment], None] = lambda _host, _moment: None
        self.latency_seconds: Callable[[], float] = lambda: 0.0
        self.idle_until: dict[str, Callable[[], datetime | None]] = {}
        self.send_request: SendRequest = _no_http
        self.log: list[str] = []
        self.stirs = News()
        self.hosts: dict[str, SimulatedHost] = {}
        self._accounts: dict[str, MemoryAccount] = {}
        self._rpc: dict[str, SimulatedRpcServer] = {}
        self._numbers = itertools.count(1)
        self._settled_at = 0.0
        self._resources = contextlib.ExitStack()
        self._runner: asyncio.Runner

    def __enter__(self) -> Self:
        self._resources.enter_context(sdk_through(self._send, self.now))
        self._resources.enter_context(log_lines_to(self._take_log))
        self._runner = self._resources.enter_context(asyncio.Runner(loop_factory=lambda: self.loop))
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.unwind()
        self._runner.run(self._end())
        self._resources.close()

    def run(self, story: Coroutine[Any, Any, Result]) -> Result:
        """Run a story to its end; until the next one, time stands still for everybody."""
        return self._runner.run(story)

    def block(self, seconds: float | None, has_happened: Callable[[], bool] = lambda: False) -> None:
        """From a function that is no coroutine: block, while everything else goes on, for so long or until something has happened."""
        host = CURRENT.get()
        self.loop.let_others_work(lambda: has_happened() or (host is not None and not host.is_alive), seconds)
        if host is not None and not host.is_alive:
            raise HostDied(host.name)

    def let_pass(self, seconds: float) -> None:
        """Let time pass."""
        self.run(asyncio.sleep(seconds))

    def now(self) -> datetime:
        """Return the virtual time in UTC."""
        return self.start + timedelta(seconds=self.loop.time())

    async def start_host(
        self,
        functions: Sequence[AppFunction],
        *,
        name: str = "host",
        host_json: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> SimulatedHost:
        """Start a host with the functions of an app (`worker.loading.index`); return it when it answers requests."""
        if name in self.hosts:
            raise ValueError(f"there is a host {name} already")
        self.unsettle()
        machine = f"{name}.{next(self._numbers)}"
        settings = {"AzureWebJobsStorage": "UseDevelopmentStorage=true", **(environment or {})}
        host = SimulatedHost(self, name, machine, functions, HostJson(host_json or {}), settings)
        self.hosts[name] = host
        await host.start()
        return host

    def know_leases(self, connection: Any, changes: Changes, ahead: Callable[[], timedelta] = timedelta) -> None:
        """Before the first host starts: let triggers sleep until a lease runs out, which is looked up over this connection.

        `changes` returns what differs as soon as definitions have been changed, and rows, by what was committed; `ahead` by how much
        the database's clock is ahead of the simulation's.
        """
        self.database_changes = News(LeaseTimes(connection, changes, self.now, ahead).next)

    async def until(self, holds: Callable[[], bool], *, within_seconds: float, every_seconds: float = 1.0) -> None:
        """Let time pass until a condition holds; raise AssertionError if it does not in time."""
        end = self.loop.time() + within_seconds
        while not holds():
            assert self.loop.time() < end, f"not within {within_seconds} s"
            await asyncio.sleep(every_seconds)

    def stir(self) -> None:
        """Say that something happens: renewals and idle timers that were left out go on, as if they had never been."""
        if not self.stirs.is_awaited:
            return
        leases_of = {host.machine for host in self.hosts.values() if host.is_alive and host.reaches_storage}
        if self.is_settled:
            for account in self._accounts.values():
                leases.renew(account, leases_of)
        self.stirs.tell()

    def unsettle(self) -> None:
        """Say that hosts come or go, or that a host's storage does: for a while nothing is left out."""
        self.stir()
        self._settled_at = self.loop.time() + _UNSETTLED_SECONDS

    @property
    def is_settled(self) -> bool:
        """Whether all hosts have what they will have until something happens."""
        return self.loop.time() >= self._settled_at and all(host.reaches_storage for host in self.hosts.values())

    def account_of(self, connection_string: str) -> MemoryAccount:
        """Return the storage account of a connection string, whatever that is."""
        return self._accounts.setdefault(connection_string, MemoryAccount(self.now))

    def forget(self, name: str) -> None:
        """Take a host out that is dead."""
        del self.hosts[name]

    def moment(self, name: str, moment: Moment) -> None:
        """Let the story know of something that the host of a name does."""
        self.at_moment(self.hosts[name], moment)

    def log_of(self, name: str, is_alive: Callable[[], bool]) -> io.StringIO:
        """Return the stream for a host's lines."""
        return _Lines(name, is_alive, self.log)

    def open_rpc(self, machine: str) -> SimulatedRpcServer:
        """Return the server for the durable clients of the app on a machine."""
        origin = f"http://{machine}:17071"

        def ended() -> None:
            self._rpc.pop(origin, None)

        self._rpc[origin] = SimulatedRpcServer(origin, ended)
        return self._rpc[origin]

    async def _send(self, origin: str, method: str, target: str, body: bytes) -> Answer:
        server = self._rpc.get(origin)
        if server is None:
            raise ConnectionError(f"{origin} does not answer")
        return await server.answer(method, target, body)

    async def _end(self) -> None:
        for host in list(self.hosts.values()):
            host.die()

    def _take_log(self, line: LogLine) -> None:
        if (host := CURRENT.get()) is not None and host.is_alive:
            host.invoker.take_log(line)


class _Lines(io.StringIO):
    def __init__(self, name: str, is_alive: Callable[[], bool], lines: list[str]) -> None:
        super().__init__()
        self._name = name
        self._is_alive = is_alive
        self._lines = lines

    def write(self, text: str) -> int:
        if self._is_alive() and text.strip():
            self._lines.append(f"{self._name}: {text.rstrip()}")
        return len(text)


def _make_task(
    loop: asyncio.AbstractEventLoop, coroutine: Any, *, context: contextvars.Context | None = None, **_: Any
) -> InvocationTask:
    task = InvocationTask(coroutine, loop=loop, context=context)
    host = CURRENT.get() if context is None else context.get(CURRENT)
    if host is not None:
        host.tasks[task] = None
        task.add_done_callback(host.tasks.pop)
        if not host.is_alive:
            task.cancel()
    return task


def _handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), HostDied):
        loop.default_exception_handler(context)


def _no_database(connection_string: str) -> Any:
    raise ConnectionError(f"the simulation has no database for {connection_string!r}: set `connect`")


async def _no_http(request: Mapping[str, Any]) -> str:
    raise ActivityFailed(f"HTTP request to {request['uri']} failed: the simulation has no network", None)
