"""Azure Functions Core Tools (`func`), which run Microsoft's own Functions host."""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devstack.command.parts import Part, host_is_running
from devstack.command.ports import HOST
from devstack.command.tools import ask

OLDEST = (4, 14)  # the first that listens on loopback only; older ones let the whole network in
_PATIENCE_SECONDS = 30.0
_WITHOUT_TELEMETRY = {"FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT": "1"}


@dataclass(frozen=True, slots=True)
class CoreTools:
    """What was found: the version to use, or what is wrong with the `func` that is there; neither if there is none."""

    version: str | None = None
    trouble: str | None = None


def find(*, patience_seconds: float = _PATIENCE_SECONDS) -> CoreTools:
    """Look for a `func` that works: its npm package can be there without the program, which it loads at its first call."""
    if shutil.which("func") is None:
        return CoreTools()
    answer = ask(
        ["func", "--version"], patience_seconds=patience_seconds, environment={**os.environ, **_WITHOUT_TELEMETRY}
    )
    if answer.trouble:
        return CoreTools(trouble=f"func does not work ({answer.trouble})")
    last = (answer.output.split() or ["nothing"])[-1]
    version = re.fullmatch(r"(\d+)\.(\d+)\.\d+\S*", last)
    if version is None:
        return CoreTools(trouble=f"func does not work (`func --version` says {last})")
    if not OLDEST <= (int(version[1]), int(version[2])) < (5, 0):
        oldest = ".".join(map(str, OLDEST))
        remedy = "with Node 22 or newer, npm install --global azure-functions-core-tools@4"
        return CoreTools(trouble=f"func is {last}, and version 4 from {oldest} on is needed: {remedy}")
    return CoreTools(version=last)


def functions_host(app: Path, *, port: int, version: str, settings: Mapping[str, str], python: Path) -> Part:
    """The real Functions host, with the Python of our virtual environment; `settings` win over local.settings.json."""
    folder = python.parent
    return Part(
        name="functions_host",
        command=("func", "start", "--port", str(port)),
        ports=(port,),
        address=f"http://{HOST}:{port}",
        kind=f"real (func {version})",
        is_ready=lambda _log: host_is_running(port),
        ready_within_seconds=300,  # its first start downloads the extension bundle
        remedy="./dev up --stand-ins takes the stand-in instead",
        environment={
            **settings,
            **_WITHOUT_TELEMETRY,
            "VIRTUAL_ENV": str(folder.parent),
            "PATH": os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)]),
            # By this name Core Tools are told of a Python, before they look for one on PATH.
            "languageWorkers:python:defaultExecutablePath": str(python),
        },
        cwd=app,
    )
