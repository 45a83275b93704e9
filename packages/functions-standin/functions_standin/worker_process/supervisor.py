"""Keeps a worker process: starts another when it ends, until it has ended too often.

docs: azure-functions-host, RpcFunctionInvocationDispatcher: a crash counts, three of them within 30 minutes of one another end the host;
restarts are 10 seconds apart, the first comes at once. A worker that the host itself ended does not count.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from functions_standin.console import Console
from functions_standin.functions import LoadedFunction
from functions_standin.invocation import Failed, FailureKind, Invocation, Outcome
from functions_standin.worker_process.child import Child
from functions_standin.workers import LogLine, LogTaker

CATEGORY = "Worker.rpcWorkerProcess"
CRASHES_TO_THE_END = 3
_FORGOTTEN_AFTER_SECONDS = 30 * 60.0
_SECONDS_BETWEEN_RESTARTS = 10.0


def announcement(pid: int) -> str:
    """Return the line that tells which process is the worker."""
    return f"functions_standin: worker is process {pid}"


class WorkerSupervisor:
    """The worker of a host, in one process after the other; calls that come meanwhile wait for the next one.

    `gave_up` is called when the host has to end. Made before the console is: what may fail early needs neither.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Condition()
        self._child: Child | None = None
        self._waiting: list[tuple[Invocation, Future[Outcome]]] = []
        self._is_closed = False
        self._crashes: list[float] = []
        self._restarted = float("-inf")
        self._console: Console | None = None
        self._log: LogTaker = lambda _: None
        self._gave_up: Callable[[], None] = lambda: None
        self._time_scale = 1.0
        self._first = self._newest = self._child = Child(root, self._take_log, self._ended)

    def attend(self, console: Console, log: LogTaker, gave_up: Callable[[], None], time_scale: float) -> None:
        """Say where its log goes, and whom to tell that the host has to end."""
        self._console, self._log, self._gave_up, self._time_scale = console, log, gave_up, time_scale

    @property
    def pid(self) -> int:
        """The process id of the first worker."""
        return self._first.pid

    def load(self) -> list[LoadedFunction]:
        """Wait until the first worker has loaded the app; return its functions or raise LoadError."""
        return self._first.loaded.result()

    def start(self, invocation: Invocation) -> "Future[Outcome]":
        """Start a call, now or when there is a worker again."""
        future: Future[Outcome] = Future()
        with self._lock:
            child = self._child
            if self._is_closed:
                future.set_result(Failed("The host is stopping.", kind=FailureKind.HOST))
            elif child is None or not child.start(invocation, future):
                self._waiting.append((invocation, future))
        return future

    def end_for_timeout(self, reason: str) -> None:
        """Kill the worker; that is no crash."""
        child = self._child
        if child is not None:
            child.end(Failed(reason, kind=FailureKind.TIMED_OUT))

    def close(self) -> None:
        """Kill the worker."""
        with self._lock:
            self._is_closed = True
            self._lock.notify_all()
            newest = self._newest
        newest.kill()

    def _take_log(self, line: LogLine) -> None:
        self._log(line)

    def _ended(self, child: Child, code: int) -> None:
        """Follow a worker that has ended, on that worker's own thread."""
        with self._lock:
            if self._child is child:
                self._child = None
            if self._is_closed:
                return
        if not child.was_ended_by_the_host:
            self._say(
                logging.ERROR,
                f"Language Worker Process exited. Pid={child.pid}.\npython exited with code {code} (0x{code:X}).",
            )
            if self._is_one_too_many():
                self._say(
                    logging.ERROR,
                    "Exceeded language worker restart retry count for runtime:python. Shutting down and proactively "
                    "recycling the Functions Host to recover",
                )
                self._gave_up()
                return
        self._start_another()

    def _is_one_too_many(self) -> bool:
        now = time.monotonic()
        if self._crashes and now - self._crashes[-1] > _FORGOTTEN_AFTER_SECONDS:
            self._crashes.clear()
        self._crashes.append(now)
        return len(self._crashes) >= CRASHES_TO_THE_END

    def _start_another(self) -> None:
        with self._lock:
            due = self._restarted + _SECONDS_BETWEEN_RESTARTS * self._time_scale
            self._lock.wait_for(lambda: self._is_closed, max(0.0, due - time.monotonic()))
            if self._is_closed:
                return
            self._restarted = time.monotonic()
            child = self._newest = Child(self._root, self._take_log, self._ended)
        if self._console is not None:
            self._console.plain(announcement(child.pid))
        child.loaded.add_done_callback(lambda _: self._takes_calls(child))

    def _takes_calls(self, child: Child) -> None:
        with self._lock:
            self._child = child
            waiting, self._waiting = self._waiting, []
            for invocation, future in waiting:
                if not child.start(invocation, future):
                    self._waiting.append((invocation, future))

    def _say(self, level: int, text: str) -> None:
        if self._console is not None:
            self._console.log(CATEGORY, level, text)
