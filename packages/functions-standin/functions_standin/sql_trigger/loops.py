"""The two loops of a listener, for changes and for renewals, each on a connection and in a thread of its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from functions_standin.console import Console
from functions_standin.outside import BlockingCalls, News, Outside
from functions_standin.sql_trigger.connection import Link
from functions_standin.sql_trigger.connection_string import OdbcConnectionString
from functions_standin.sql_trigger.failures import Told, is_broken, is_deadlock, told
from functions_standin.sql_trigger.listener import Listener, State
from functions_standin.sql_trigger.pool import PoolExhausted
from functions_standin.sql_trigger.startup import CATEGORY
from functions_standin.sql_trigger.timing import Timing

AsyncCallFunction = Callable[[str], Awaitable[bool]]
_POOL_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What loops need besides the listener. `changes` tells of changes in the database and leases that run out, as far as it knows."""

    to: OdbcConnectionString
    timing: Timing
    max_batch_size: int
    console: Console
    outside: Outside
    open_link: Callable[[], Link]
    changes: News = field(default_factory=News)


class Loops:
    """Runs a listener on the event loop that `start` is called on, until `stop`."""

    def __init__(self, listener: Listener, call_function: AsyncCallFunction, surroundings: Surroundings) -> None:
        self._listener = listener
        self._call_function = call_function
        self._surroundings = surroundings
        self._outside = surroundings.outside
        self._timing = surroundings.timing
        self._interval_ms = round(surroundings.timing.polling_interval_seconds * 1000)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start both loops."""
        for name, loop in (("changes", self._change_loop), ("renewal", self._renewal_loop)):
            self._tasks.append(asyncio.create_task(self._lasting(name, loop)))

    def stop(self) -> None:
        """End both loops. A function that still runs is not waited for, and its leases are not released."""
        self._listener.stop()
        for task in self._tasks:
            task.cancel()

    async def ended(self) -> None:
        """Wait for the loops to end."""
        await asyncio.wait(self._tasks)

    async def _lasting(self, name: str, loop: Callable[[Link, BlockingCalls], Coroutine[Any, Any, None]]) -> None:
        calls, link = self._outside.blocking_calls(f"sql-trigger-{name}"), self._surroundings.open_link()
        try:
            await loop(link, calls)
        except Exception as error:  # noqa: BLE001 - the loop ends for good, the host goes on
            what = {"changes": "change consumption", "renewal": "lease renewal"}[name]
            self._error(f"Exiting {what} loop due to exception: {self._told(error)}")
        finally:
            calls.close(link.close)

    async def _change_loop(self, link: Link, calls: BlockingCalls) -> None:
        self._debug(
            f"Starting change consumption loop. MaxBatchSize: {self._surroundings.max_batch_size} "
            f"PollingIntervalMs: {self._interval_ms}"
        )
        await self._open(link, calls)  # the very first one is not tried again
        while True:
            await self._turn_or_survive(link, calls)
            changes = self._surroundings.changes
            if self._listener.found_nothing and (changes.knows_due or not self._listener.sees_leases):
                await self._outside.pause(self._timing.poll_seconds, changes)
            else:
                await self._outside.sleep(self._timing.poll_seconds)

    async def _turn_or_survive(self, link: Link, calls: BlockingCalls) -> None:
        if not await self._is_connected(link, calls, "ChangeConsumptionConnection"):
            return
        try:
            await self._turn(link, calls)
        except Exception as error:
            if is_broken(error):
                await calls.run(link.note, error)
                self._error(
                    "Fatal SQL Client exception processing changes. Will attempt to reestablish connection in "
                    f"{self._interval_ms}ms. Exception = {self._told(error).message}"
                )
            elif not is_deadlock(error):
                raise

    async def _turn(self, link: Link, calls: BlockingCalls) -> None:
        listener = self._listener
        if listener.state is State.CHECK:
            await calls.run(listener.check, link)
        if listener.state is State.PROCESS and (payload := await calls.run(listener.composed)) is not None:
            succeeded = await self._call_function(payload)
            await calls.run(partial(listener.processed, succeeded=succeeded))
        if listener.state is State.CLEANUP:
            await calls.run(listener.clean_up, link)

    async def _renewal_loop(self, link: Link, calls: BlockingCalls) -> None:
        self._debug("Starting lease renewal loop.")
        await self._open(link, calls)
        while True:
            if await self._is_connected(link, calls, "LeaseRenewalLoopConnection"):
                await calls.run(self._listener.renew, link)
            await self._outside.pause(self._timing.renewal_seconds, self._listener.work)

    async def _is_connected(self, link: Link, calls: BlockingCalls, name: str) -> bool:
        if link.is_open:
            return True
        self._log(logging.WARNING, f"{name} is broken, attempting to reconnect...")
        try:
            await self._open(link, calls)
        except Exception as error:  # noqa: BLE001 - the next turn tries again
            self._error(f"Exception reconnecting {name}. Exception = {self._told(error).message}")
            return False
        self._log(logging.INFO, f"Successfully re-established {name}!")
        return True

    async def _open(self, link: Link, calls: BlockingCalls) -> None:
        started = self._outside.monotonic_seconds()
        try:
            while True:
                try:
                    await calls.run(link.open)
                except PoolExhausted:
                    waited_seconds = self._outside.monotonic_seconds() - started
                    if waited_seconds >= self._surroundings.to.login_timeout_seconds:
                        raise
                    await self._outside.sleep(_POOL_LOOK_SECONDS)
                else:
                    return
        except Exception as error:
            milliseconds = round((self._outside.monotonic_seconds() - started) * 1000)
            self._error(f"Failed to open SQL connection after {milliseconds}ms.\n{self._told(error).as_exception}")
            raise

    def _told(self, error: Exception) -> Told:
        return told(error, self._surroundings.to)

    def _error(self, message: str) -> None:
        self._log(logging.ERROR, message)

    def _debug(self, message: str) -> None:
        self._log(logging.DEBUG, message)

    def _log(self, level: int, message: str) -> None:
        self._surroundings.console.log(CATEGORY, level, message)
