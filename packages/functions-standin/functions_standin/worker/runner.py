"""Calls the app's functions as the Python worker does.

All coroutine functions run on one event loop that lives as long as the worker; the others run in a thread pool, started
from that loop: blocking code in a coroutine stops every invocation of the app, here as there.
"""

import asyncio
import concurrent.futures
import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from functions_standin.errors import SettingsError
from functions_standin.invocation import Invocation, Outcome
from functions_standin.system import SYSTEM
from functions_standin.worker.calls import Calls
from functions_standin.worker.context import make_task
from functions_standin.worker.loading import AppFunction

Ended = Callable[[str, Outcome], None]
_INTERRUPTED = 130


class Runner:
    """Owns the event loop and the thread pool in which the app's functions run; `run` is the loop's whole life.

    `ended` is told each invocation's id and outcome, on the loop's thread. A function that raises SystemExit or
    KeyboardInterrupt ends the worker, as it does there: `ended` never hears of it, `run` returns the exit code.
    """

    def __init__(
        self, functions: Iterable[AppFunction], app_directory: str, environment: Mapping[str, str], ended: Ended
    ) -> None:
        self._calls = Calls(functions, app_directory, self._in_thread, SYSTEM)
        self._ended = ended
        self._threads = concurrent.futures.ThreadPoolExecutor(
            max_workers=_thread_count(environment), thread_name_prefix="function"
        )
        self._loop = asyncio.new_event_loop()
        self._loop.set_task_factory(make_task)
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self) -> int:
        """Run the loop until `stop`, or until a function ends the worker; return the exit code."""
        try:
            self._loop.run_forever()
        except SystemExit as error:
            if isinstance(error.code, str):
                sys.stderr.write(f"{error.code}\n")
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        except KeyboardInterrupt:
            return _INTERRUPTED
        finally:
            for task in self._tasks:
                if task.done() and not task.cancelled():
                    task.exception()  # so that asyncio does not tell of it once more
        return 0

    def start(self, invocation: Invocation) -> None:
        """Start a call; from any thread."""
        self._loop.call_soon_threadsafe(self._begin, invocation)

    def stop(self) -> None:
        """Let `run` return; from any thread."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)

    def close(self) -> None:
        """Release what `run` used. What still runs in a thread goes on until the process ends."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if tasks := asyncio.all_tasks(self._loop):
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.wait(tasks, timeout=1))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _begin(self, invocation: Invocation) -> None:
        task = self._loop.create_task(self._run(invocation))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, invocation: Invocation) -> None:
        self._ended(invocation.id, await self._calls.outcome(invocation))

    async def _in_thread(self, call: Callable[[], Any]) -> Any:
        return await self._loop.run_in_executor(self._threads, call)


def _thread_count(environment: Mapping[str, str]) -> int | None:
    text = environment.get("PYTHON_THREADPOOL_THREAD_COUNT")
    if not text:
        return None  # Python's own default, min(32, CPUs + 4)
    if not text.isdigit() or int(text) < 1:
        raise SettingsError(f"PYTHON_THREADPOOL_THREAD_COUNT must be a whole number of at least 1, not {text!r}")
    return int(text)
