"""Polls one queue: at once after a message or a local send, else less and less often."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence

from functions_standin.console import Console
from functions_standin.durable.hub.mail import CATEGORY, Taken
from functions_standin.durable.timing import Timing

Take = Callable[[], Awaitable[Sequence[Taken]]]
Deliver = Callable[[Sequence[Taken]], Awaitable[None]]


class Poller:
    """`take` gets messages and waits itself while there is no room for more; `deliver` hands them on."""

    def __init__(self, queue: str, take: Take, deliver: Deliver, timing: Timing, console: Console) -> None:
        self.queue = queue
        self._take = take
        self._deliver = deliver
        self._timing = timing
        self._console = console
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Poll at once: something was sent."""
        self._wake.set()

    async def run(self) -> None:
        """Poll until cancelled; trouble with the storage is told and waited out."""
        wait_seconds = self._timing.first_poll
        while True:
            self._wake.clear()
            try:
                taken = await self._take()
                await self._deliver(taken)
            except Exception as error:  # noqa: BLE001 - a poller that ended unseen would stop the hub
                self._console.log(CATEGORY, logging.ERROR, f"Polling queue {self.queue} failed: {error}")
                await asyncio.sleep(self._timing.after_error)
                continue
            if taken:
                wait_seconds = self._timing.first_poll
                continue
            if await self._woken_within(wait_seconds * random.uniform(0.8, 1.2)):
                wait_seconds = self._timing.first_poll
            else:
                wait_seconds = min(wait_seconds * 2, self._timing.longest_poll)

    async def _woken_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return False
        return True
