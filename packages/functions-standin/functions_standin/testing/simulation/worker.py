"""A worker on the host's own loop; functions that are no coroutines run to their end at once."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from functions_standin.functions import LoadedFunction
from functions_standin.invocation import Failed, FailureKind, Invocation, Outcome, exited
from functions_standin.outside import Outside
from functions_standin.worker.calls import Calls
from functions_standin.worker.loading import AppFunction

_KILLED = 137


class InlineWorker:
    """Runs functions that are loaded already. `moment` is told what begins and ends, and may raise.

    `crash` fails what runs, as a worker's death does; there is a new one at once.
    """

    def __init__(
        self, functions: Sequence[AppFunction], directory: str, outside: Outside, moment: Callable[[str, str], None]
    ) -> None:
        self._functions = functions
        self._moment = moment
        self._calls = Calls(functions, directory, _at_once, outside)
        self._running: dict[str, tuple[Future[Outcome], asyncio.Task[None]]] = {}

    def load(self) -> list[LoadedFunction]:
        """Return the functions' descriptions."""
        return [each.description for each in self._functions]

    def start(self, invocation: Invocation) -> "Future[Outcome]":
        """Start a call."""
        future: Future[Outcome] = Future()
        task = asyncio.get_running_loop().create_task(self._run(invocation))
        self._running[invocation.id] = future, task
        return future

    def crash(self, code: int = _KILLED) -> None:
        """Let the worker die with an exit code (137: by SIGKILL)."""
        self._end(exited(code))

    def end_for_timeout(self, reason: str) -> None:
        """End the worker because a call took too long."""
        self._end(Failed(reason, kind=FailureKind.TIMED_OUT))

    def close(self) -> None:
        """There is nothing to release."""

    async def _run(self, invocation: Invocation) -> None:
        try:
            self._moment("call begun", invocation.function)
            outcome = await self._calls.outcome(invocation)
            self._moment("call ended", invocation.function)
        except SystemExit as error:
            self.crash(error.code if isinstance(error.code, int) else int(error.code is not None))
            return
        if running := self._running.pop(invocation.id, None):
            running[0].set_result(outcome)

    def _end(self, failure: Failed) -> None:
        running, self._running = self._running, {}
        for future, task in running.values():
            task.cancel()
            future.set_result(failure)


async def _at_once(call: Callable[[], Any]) -> Any:
    return call()
