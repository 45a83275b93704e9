"""The machine's clock."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """Satisfies relay.ports.Clock."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic_seconds(self) -> float:
        """Return a number that only grows."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Hold this thread."""
        time.sleep(seconds)

    async def pause(self, seconds: float) -> None:
        """Hold this coroutine."""
        await asyncio.sleep(seconds)
