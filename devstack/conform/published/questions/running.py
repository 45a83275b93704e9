"""A sample that runs on the stand-ins."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from devstack.command.processes import Stack
from devstack.conform.published.samples import CHECKOUT_VARIABLE

_PATIENCE_SECONDS = 60
_ENDS = {"Completed", "Failed", "Terminated"}


def copied(sample: str, folder: Path) -> Path:
    """Return a copy of a sample, so that nothing is written into the checkout."""
    app = folder / "app"
    shutil.copytree(Path(os.environ[CHECKOUT_VARIABLE]) / sample, app)
    return app


@contextmanager
def running(app: Path, folder: Path, *parts: str) -> Iterator[Stack]:
    """Start a host for an app, after Azurite and other parts."""
    with Stack(folder / "stack", app_dir=app, env={"FUNCTIONS_WORKER_RUNTIME": "python"}) as stack:
        stack.start("azurite", *parts, "functions_host")
        yield stack


def outcome(started: requests.Response) -> tuple[str, Any]:
    """Wait for an orchestration that a request has started; return its runtime status and its output."""
    assert started.status_code == 202, started.text
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        status: dict[str, Any] = requests.get(started.json()["statusQueryGetUri"], timeout=_PATIENCE_SECONDS).json()
        if status["runtimeStatus"] in _ENDS:
            return status["runtimeStatus"], status["output"]
        assert time.monotonic() < deadline, json.dumps(status)
        time.sleep(0.1)
