"""The machine's threads."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class PoolThreads:
    """Satisfies relay.ports.Threads. The pool's threads are started when there is work, and stay: they keep connections."""

    def __init__(self, at_once: int, name: str) -> None:
        """Start nothing yet; `at_once` is how many items are worked on at a time."""
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix=name)

    def each(self, work: Callable[[T], U], items: Iterable[T]) -> Iterable[U]:
        """Do the work for every item on the pool's threads; return the results in the items' order."""
        return self._pool.map(work, items)

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do blocking work off the event loop, on one of the few threads that all of the process shares, in the caller's context."""
        return await asyncio.to_thread(work, *arguments)

    async def run_on_pool(self, work: Callable[[], T]) -> T:
        """Do blocking work on one of the pool's own threads, in the caller's context."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, work)
