"""The real outside: the system's clock, chance and threads."""

import asyncio
import platform
import queue
import random
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from functions_standin.outside import BlockingCalls, News


class System:
    """The machine on which the process runs."""

    @property
    def machine(self) -> str:
        """The name of the machine."""
        return platform.node()

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)

    def local_now(self) -> datetime:
        """Return the time in the process' time zone."""
        return datetime.now().astimezone()

    def monotonic_seconds(self) -> float:
        """Return a clock that nobody sets."""
        return time.monotonic()

    def new_id(self) -> uuid.UUID:
        """Return an id that nobody has."""
        return uuid.uuid4()

    def share(self, lowest: float, highest: float) -> float:
        """Return a random number between the two."""
        return random.uniform(lowest, highest)

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)

    async def pause(self, seconds: float, news: News) -> None:
        """Sleep: a look costs little."""
        del news
        await asyncio.sleep(seconds)

    async def keep_alive(self, seconds: float) -> None:
        """Sleep: what is not renewed is lost."""
        await asyncio.sleep(seconds)

    async def left_out_ticks(self, function: str) -> bool:
        """Leave no tick out."""
        del function
        return False

    def alarm(self, seconds: float, ring: Callable[[], None]) -> None:
        """Call back on a thread of its own."""
        timer = threading.Timer(seconds, ring)
        timer.daemon = True
        timer.start()

    def blocking_calls(self, name: str) -> BlockingCalls:
        """Open a thread, which ends with the process if with nothing else."""
        return Thread(name)

    def lock(self) -> AbstractContextManager[Any]:
        """Make one between threads."""
        return threading.Lock()


class Thread:
    """A thread that runs calls one after the other for an event loop."""

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    async def run(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Run a call and return its result."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Any] = loop.create_future()

        def settle(value: Any, error: BaseException | None) -> None:
            if result.cancelled():
                return
            if error is None:
                result.set_result(value)
            else:
                result.set_exception(error)

        def work() -> None:
            value, failure = None, None
            try:
                value = call(*arguments)
            except BaseException as error:  # noqa: BLE001 - it is the caller's
                failure = error
            try:
                loop.call_soon_threadsafe(settle, value, failure)
            except RuntimeError:
                return  # the loop has ended, nobody waits

        self._calls.put(work)
        return await result

    def close(self, last: Callable[[], None]) -> None:
        """Run one call more, then end the thread."""
        self._calls.put(last)
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


SYSTEM = System()
