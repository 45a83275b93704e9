"""Small apps and functions to run the stand-in with."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import azure.functions as func

from functions_standin.console import Console, LogFilter
from functions_standin.functions import LoadedFunction
from functions_standin.input_bindings import InputBindings
from functions_standin.invoker import Invoker
from functions_standin.worker import loading
from functions_standin.worker.in_process import InProcessWorker
from functions_standin.worker.loading import AppFunction
from functions_standin_tests.waiting import wait_until

# For hosts that speak to this machine only. To read its certificates at the start takes host and worker a sixth of their CPU.
TRUSTS_NOBODY = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}
LOCAL_SETTINGS = '{"IsEncrypted": false, "Values": {"FUNCTIONS_WORKER_RUNTIME": "python"}}'


def write_app(
    folder: Path, source: str, *, host_json: str = '{"version": "2.0"}', local_settings: str = LOCAL_SETTINGS
) -> Path:
    """Write an app whose function_app.py is the source, after the usual imports."""
    (folder / "function_app.py").write_text(
        f"import logging\nimport azure.functions as func\napp = func.FunctionApp()\n{dedent(source)}"
    )
    (folder / "host.json").write_text(host_json)
    (folder / "local.settings.json").write_text(local_settings)
    return folder


def functions_of(define: Callable[[func.FunctionApp], None]) -> dict[str, LoadedFunction]:
    """Return what the host is told of the functions that `define` adds to a new app, by name."""
    return {name: function.description for name, function in app_functions_of(define).items()}


def app_functions_of(define: Callable[[func.FunctionApp], None]) -> dict[str, AppFunction]:
    """Index what `define` adds to a new app, by name."""
    app = func.FunctionApp()
    define(app)
    return {function.description.name: function for function in loading.index(app)}


def silent_console(stream: io.StringIO | None = None, **log_levels: str) -> Console:
    """A console that writes into a text."""
    return Console(LogFilter(log_levels, verbose=False), stream or io.StringIO())


@contextmanager
def running_invoker(
    functions: Iterable[AppFunction],
    console: Console | None = None,
    environment: Mapping[str, str] | None = None,
    inputs: InputBindings | None = None,
    timeout_seconds: float | None = None,
) -> Iterator[Invoker]:
    """An invoker with a worker in this process; both are closed at the end."""
    worker = InProcessWorker(list(functions), "/app", environment or {})
    invoker = Invoker(console or silent_console(), inputs or InputBindings(), worker, timeout_seconds)
    try:
        yield invoker
    finally:
        invoker.close()


@dataclass
class HostProcess:
    """The stand-in as a process of its own."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return "\n".join(self.lines)

    def wait_for_line(self, part: str) -> str:
        """Wait until it prints a line with the text; return the line."""
        wait_until(
            lambda: any(part in line for line in self.lines) or self.process.poll() is not None,
            description=f"a line with {part!r}",
        )
        wait_until(lambda: any(part in line for line in self.lines), description=f"{part!r} in:\n{self.output}")
        return next(line for line in self.lines if part in line)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def host_process(app: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[HostProcess]:
    """Run the stand-in on a free port until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-m", "functions_standin", "--app", str(app), "--port", "0", *arguments],
        env={**os.environ, **TRUSTS_NOBODY, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        host = HostProcess(process)
        reader = threading.Thread(target=_read, args=(process, host.lines))
        reader.start()
        try:
            host.url = host.wait_for_line("functions_standin: listening on ").split()[-1]
            yield host
        finally:
            end_group(process.pid)
            reader.join()


def end_group(leader_pid: int) -> None:
    """Kill a host that leads its process group together with its worker, which would live on without it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader_pid, signal.SIGKILL)


def run_host(app: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run the stand-in on an app with which it must not start; return exit status and output."""
    finished = subprocess.run(
        [sys.executable, "-m", "functions_standin", "--app", str(app), "--port", "0", *arguments],
        env={**os.environ, **TRUSTS_NOBODY, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return finished.returncode, finished.stdout


def _read(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
