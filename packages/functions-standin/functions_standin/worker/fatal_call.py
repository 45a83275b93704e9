"""For tests of apps: a worker that dies when it is given a certain call, so that any function can be struck while it runs.

With the setting FUNCTIONS_STANDIN_WORKER_DIES_AT="<file>" the worker looks into that file at each call. If it names the function
that is called, the worker removes the file and kills itself; without the file nothing happens.
"""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

SETTING = "FUNCTIONS_STANDIN_WORKER_DIES_AT"

Hook = Callable[[str], None]


def hook_of(environment: Mapping[str, str]) -> Hook:
    """Return what is to be told each function's name before it is called."""
    text = environment.get(SETTING)
    if not text:
        return lambda _: None
    path = Path(text)

    def strike(function: str) -> None:
        try:
            doomed = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return
        if doomed == function:
            path.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    return strike
