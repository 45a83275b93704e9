"""A worker in the host's own process: for tests and simulations, which need no second process to see what a dead one does."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from functions_standin.functions import LoadedFunction
from functions_standin.invocation import Failed, FailureKind, Invocation, Outcome, exited
from functions_standin.worker.loading import AppFunction
from functions_standin.worker.runner import Runner


class InProcessWorker:
    """Runs functions that are loaded already, on a thread of its own. `crash` fails what runs, as a worker's death does.

    Code that runs then goes on, as nothing in a process can be killed alone, but nobody hears of it.
    """

    def __init__(self, functions: Sequence[AppFunction], app_directory: str, environment: Mapping[str, str]) -> None:
        self._functions = functions
        self._directory = app_directory
        self._environment = environment
        self._running: dict[str, Future[Outcome]] = {}
        self._begin()

    def load(self) -> list[LoadedFunction]:
        """Return the functions' descriptions."""
        return [each.description for each in self._functions]

    def start(self, invocation: Invocation) -> "Future[Outcome]":
        """Start a call."""
        future: Future[Outcome] = Future()
        self._running[invocation.id] = future
        self._runner.start(invocation)
        return future

    def crash(self, code: int = 137) -> None:
        """Let the worker die with an exit code (137: by SIGKILL); the next call finds a new one."""
        self._end(exited(code))

    def end_for_timeout(self, reason: str) -> None:
        """End the worker because a call took too long."""
        self._end(Failed(reason, kind=FailureKind.TIMED_OUT))

    def close(self) -> None:
        """End loop and threads. What still runs in a thread goes on until the process ends."""
        self._runner.stop()
        self._thread.join(1)

    def _begin(self) -> None:
        self._runner = Runner(self._functions, self._directory, self._environment, self._ended)
        self._thread = threading.Thread(target=self._run, args=(self._runner,), name="functions-loop", daemon=True)
        self._thread.start()

    def _run(self, runner: Runner) -> None:
        code = runner.run()
        if code:
            self.crash(code)
        runner.close()

    def _end(self, failure: Failed) -> None:
        running, self._running = self._running, {}
        old, thread = self._runner, self._thread
        self._begin()
        if thread is not threading.current_thread():  # else it has stopped itself
            old.stop()
        for future in running.values():
            future.set_result(failure)

    def _ended(self, invocation_id: str, outcome: Outcome) -> None:
        if future := self._running.pop(invocation_id, None):
            future.set_result(outcome)
