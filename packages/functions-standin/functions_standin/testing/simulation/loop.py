"""An event loop without sockets, whose clock jumps to the next thing that is due, and in which code may block."""

import asyncio
import heapq
from asyncio import events, tasks
from collections import deque
from collections.abc import Callable
from typing import Any

from functions_standin.testing.simulation.stacks import Stacks

_MOST_CANCELLED = 100


class NothingWillHappen(Exception):
    """Everybody waits for somebody else."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Its clock begins at 0 s and stands still while anything runs."""

    # Of the base class, which has no stubs for them.
    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _timer_cancelled_count: int
    _stopping: bool

    def __init__(self) -> None:
        super().__init__()
        self._seconds = 0.0
        self._stacks = Stacks(self._step, lambda: self._stopping, lambda: events._set_running_loop(self))

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._seconds

    def let_others_work(self, has_happened: Callable[[], bool], seconds: float | None) -> None:
        """From code that blocks: let everything else go on until something has happened or that time has passed."""
        end = None if seconds is None else self._seconds + seconds
        alarm = None if end is None else self.call_at(end, lambda: None)
        task = asyncio.current_task(self)
        if task is not None:
            tasks._leave_task(self, task)
        try:
            self._stacks.block(lambda: (end is not None and self._seconds >= end) or has_happened())
        finally:
            if alarm is not None:
                alarm.cancel()
            if task is not None:
                tasks._enter_task(self, task)

    def unwind(self) -> None:
        """End all code that blocks, as soon as the loop runs again."""
        self._stacks.unwind()

    def close(self) -> None:
        """Close the loop."""
        super().close()
        self._stacks.close()

    def _run_once(self) -> None:
        self._stacks.run()

    def _step(self) -> None:
        self._sweep()
        if not self._ready:
            if not self._scheduled:
                raise NothingWillHappen("no task of the simulation can go on, and nothing is due")
            self._seconds = max(self._seconds, self._scheduled[0].when())
        while self._scheduled and self._scheduled[0].when() <= self._seconds:
            self._ready.append(heapq.heappop(self._scheduled))
        for _ in range(len(self._ready)):
            if not self._ready or self._stacks.somebody_may_go_on:
                return
            handle = self._ready.popleft()
            if not handle.cancelled():
                handle._run()

    def _sweep(self) -> None:
        if self._timer_cancelled_count > max(_MOST_CANCELLED, len(self._scheduled) // 2):
            self._scheduled[:] = [each for each in self._scheduled if not each.cancelled()]
            heapq.heapify(self._scheduled)
            self._timer_cancelled_count = 0
        while self._scheduled and self._scheduled[0].cancelled():
            heapq.heappop(self._scheduled)
            self._timer_cancelled_count -= 1

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        del handle
        self._timer_cancelled_count += 1

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no events of sockets."""

    def _write_to_self(self) -> None:
        """There is no other thread to wake the loop."""
