"""Keeps messages invisible to others while they are worked on."""

import asyncio
import logging
from collections.abc import Iterable

from functions_standin.console import Console
from functions_standin.durable.hub.mail import CATEGORY, Taken
from functions_standin.outside import Outside
from functions_standin.storage.port import StorageFailed, StorageUnavailable


class Renewal:
    """The messages of one kind of queue that this host holds."""

    def __init__(self, every_seconds: float, visibility_seconds: float, console: Console, outside: Outside) -> None:
        self._every_seconds = every_seconds
        self._visibility_seconds = visibility_seconds
        self._console = console
        self._outside = outside
        self._held: dict[int, Taken] = {}
        self._holds_something = asyncio.Event()

    @property
    def count(self) -> int:
        """How many messages are held."""
        return len(self._held)

    def hold(self, taken: Iterable[Taken]) -> None:
        """Begin to renew messages."""
        self._held |= {id(each): each for each in taken}
        if self._held:
            self._holds_something.set()

    def release(self, taken: Iterable[Taken]) -> None:
        """Stop renewing messages, settled or not."""
        for each in taken:
            self._held.pop(id(each), None)
        if not self._held:
            self._holds_something.clear()

    async def run(self) -> None:
        """Renew until cancelled."""
        while True:
            await self._holds_something.wait()
            await self._outside.sleep(self._every_seconds)
            for each in list(self._held.values()):
                try:
                    await each.renew(self._visibility_seconds)
                except (StorageFailed, StorageUnavailable) as error:
                    self._console.log(CATEGORY, logging.WARNING, f"A message could not be renewed: {error}")
