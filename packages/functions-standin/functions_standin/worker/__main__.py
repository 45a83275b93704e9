"""The worker as a process: `python -m functions_standin.worker APP_FOLDER SOCKET_FD`, started by the host.

It ends when the host kills it or when a function ends it. When its host dies it lives on, as the real worker does, until somebody
ends it: a SIGTERM then does. While the host lives, signals of a terminal or a process group are the host's business.
"""

import contextlib
import io
import os
import signal
import socket
import sys
import threading
from pathlib import Path

from functions_standin.errors import HostError
from functions_standin.invocation import Outcome
from functions_standin.worker import loading
from functions_standin.worker.bound import ENDS_WITH, end_with
from functions_standin.worker.fatal_call import hook_of
from functions_standin.worker.log import WorkerLogHandler, forward_logs
from functions_standin.worker.runner import Runner
from functions_standin.worker_process import messages
from functions_standin.worker_process.stream import Stream


def main(arguments: list[str]) -> int:
    """Load the app, then run what the host asks for; return the exit code."""
    folder, fd = arguments
    host = os.getppid()
    _leave_signals_to(host)
    _print_whole_lines()
    end_with(os.environ.get(ENDS_WITH))
    stream = Stream(socket.socket(fileno=int(fd)))

    def tell(message: messages.Message) -> None:
        with contextlib.suppress(OSError):  # the host is gone; what runs goes on
            stream.send(message)

    def ended(invocation_id: str, outcome: Outcome) -> None:
        with contextlib.suppress(OSError, ValueError):  # nobody reads it any more, or the app has closed it
            sys.stdout.flush()  # as the real worker does: what a call has printed is there before its outcome
        tell(messages.ended(invocation_id, outcome))

    forward_logs(WorkerLogHandler(lambda line: tell(messages.log(line))))
    root = Path(folder)
    try:
        loading.prepare_process(root)
        functions = loading.index(loading.import_app(root))
        runner = Runner(functions, folder, os.environ, ended)
    except HostError as error:
        tell({"kind": "not_loaded", "text": str(error)})
        return 1
    tell(messages.loaded([each.description for each in functions]))

    strike = hook_of(os.environ)

    def read() -> None:
        for message, behind in stream:
            invocation = messages.read_invoke(message, behind)
            strike(invocation.function)
            runner.start(invocation)

    threading.Thread(target=read, name="host", daemon=True).start()
    return runner.run()


def _print_whole_lines() -> None:
    """Let a printed line leave at one stroke, whatever PYTHONUNBUFFERED says: the host writes into the same pipe."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, write_through=False)


def _leave_signals_to(host: int) -> None:
    def handle(number: int, _frame: object) -> None:
        if os.getppid() != host:
            os._exit(128 + number)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, handle)


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of the app that still run end with the process.
    os._exit(status & 0xFF)
