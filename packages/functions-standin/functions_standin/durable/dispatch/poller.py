"""Polls one queue: at once after a message or a local send, else less and less often."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from functions_standin.console import Console
from functions_standin.durable.hub.mail import CATEGORY, Taken
from functions_standin.durable.timing import Timing
from functions_standin.outside import Outside
from functions_standin.storage.port import Queue

Take = Callable[[], Awaitable[Sequence[Taken]]]
Deliver = Callable[[Sequence[Taken]], Awaitable[None]]


class Poller:
    """`take` gets messages and waits itself while there is no room for more; `deliver` hands them on."""

    def __init__(
        self, queue: Queue, take: Take, deliver: Deliver, timing: Timing, console: Console, outside: Outside
    ) -> None:
        self.queue = queue.name
        self._news = queue.news
        self._take = take
        self._deliver = deliver
        self._timing = timing
        self._console = console
        self._outside = outside
        self._is_woken = False
        self._pausing: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Poll at once: something was sent."""
        self._is_woken = True
        if self._pausing is not None:
            self._pausing.cancel()

    async def run(self) -> None:
        """Poll until cancelled; trouble with the storage is told and waited out."""
        wait_seconds = self._timing.first_poll
        while True:
            self._is_woken = False
            try:
                taken = await self._take()
                await self._deliver(taken)
            except Exception as error:  # noqa: BLE001 - a poller that ended unseen would stop the hub
                self._console.log(CATEGORY, logging.ERROR, f"Polling queue {self.queue} failed: {error}")
                await self._outside.sleep(self._timing.after_error)
                continue
            if taken:
                wait_seconds = self._timing.first_poll
                continue
            if await self._woken_after(wait_seconds):
                wait_seconds = self._timing.first_poll
            else:
                wait_seconds = min(wait_seconds * 2, self._timing.longest_poll)

    async def _woken_after(self, seconds: float) -> bool:
        """Pause; return whether it was cut short. Until the pauses are at their longest, none of the polls is left out."""
        if self._is_woken:
            return True
        varied = seconds * self._outside.share(0.8, 1.2)
        is_longest = seconds >= self._timing.longest_poll
        pausing = asyncio.create_task(
            self._outside.pause(varied, self._news) if is_longest else self._outside.sleep(varied)
        )
        self._pausing = pausing
        try:
            await asyncio.wait([pausing])
        finally:
            self._pausing = None
            pausing.cancel()
        return self._is_woken
