"""One worker process: started, asked, killed."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from functions_standin.errors import LoadError
from functions_standin.functions import LoadedFunction
from functions_standin.invocation import Failed, Invocation, Outcome, exited
from functions_standin.worker_process import messages
from functions_standin.worker_process.stream import Stream
from functions_standin.workers import LogTaker

_LATEST_ANSWER_SECONDS = 10.0
# The setting of the host that names the worker's Python, in the form of an environment variable.
PYTHON = "languageWorkers__python__defaultExecutablePath"


class Child:
    """A worker process and the calls it is busy with. `ended` is told its exit code, once, after those have failed."""

    def __init__(self, root: Path, log: LogTaker, ended: Callable[["Child", int], None]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    os.environ.get(PYTHON) or sys.executable,
                    "-m",
                    "functions_standin.worker",
                    str(root),
                    str(theirs.fileno()),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self.pid = self._process.pid
        self._stream = Stream(ours)
        self._log = log
        self._ended = ended
        self._lock = threading.Lock()
        self._running: dict[str, Future[Outcome]] = {}
        self._failure: Failed | None = None
        self.was_ended_by_the_host = False
        self.loaded: Future[list[LoadedFunction]] = Future()
        self._reader = threading.Thread(target=self._read, name="worker-reader", daemon=True)
        self._reader.start()
        threading.Thread(target=self._wait, name="worker-waiter", daemon=True).start()

    def start(self, invocation: Invocation, future: "Future[Outcome]") -> bool:
        """Start a call, whose outcome the future gets; False if the process has ended, and the future is as it was."""
        with self._lock:
            if self._failure is not None:
                return False
            self._running[invocation.id] = future
        with contextlib.suppress(OSError):  # it has just died; `_wait` fails the call
            self._stream.send(messages.invoke(invocation))
        return True

    def end(self, failure: Failed) -> None:
        """Kill it; its calls fail in this way."""
        with self._lock:
            self._failure = self._failure or failure
            self.was_ended_by_the_host = True
        self._process.kill()

    def kill(self) -> None:
        """Kill it and wait until it is gone; of its calls nobody hears any more."""
        with self._lock:
            self.was_ended_by_the_host = True
            self._failure = self._failure or exited(137)
            self._running.clear()
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        for message, behind in self._stream:
            match message["kind"]:
                case "ended":
                    with self._lock:
                        future = self._running.pop(message["id"], None)
                    if future is not None:
                        future.set_result(messages.read_ended(message, behind))
                case "log":
                    self._log(messages.read_log(message))
                case "loaded":
                    self.loaded.set_result(messages.read_loaded(message))
                case "not_loaded":
                    self.loaded.set_exception(LoadError(message["text"]))

    def _wait(self) -> None:
        code = self._process.wait()
        code = 128 - code if code < 0 else code
        # What it had answered before counts, however busy the machine is; a process that it forked may hold the stream open.
        self._reader.join(_LATEST_ANSWER_SECONDS)
        self._stream.close()
        with self._lock:
            self._failure = failure = self._failure or exited(code)
            running, self._running = self._running, {}
        for future in running.values():
            future.set_result(failure)
        if not self.loaded.done():
            self.loaded.set_exception(LoadError(f"the worker ended before it had loaded the app: {failure.text}"))
        self._ended(self, code)
