"""Core Tools over a fake `func`: which are used, and how they are started."""

import os
import sys
from pathlib import Path

import pytest

from devstack.command import core_tools
from devstack.command.core_tools import CoreTools
from devstack.command.errors import PartFailed
from devstack.command.ports import free_port
from devstack.command.processes import Stack
from tests.unit.devstack.command.fakes import PROGRAM
from tests.unit.devstack.command.test_installation import program

UPDATE = (
    "and version 4 from 4.14 on is needed: with Node 22 or newer, npm install --global azure-functions-core-tools@4"
)

SERVE = """#!{python}
import os, pathlib, sys
pathlib.Path("{arguments}").write_text(os.getcwd() + ": " + " ".join(sys.argv[1:]))
os.execv("{python}", ["{python}", "{program}", "--port", sys.argv[-1]])
"""


@pytest.mark.parametrize(
    ("script", "found"),
    [
        pytest.param("echo 4.15.1", CoreTools("4.15.1"), id="works"),
        pytest.param("echo a newer one is there; echo 4.14.0", CoreTools("4.14.0"), id="oldest"),
        pytest.param("echo 4.13.2", CoreTools(trouble=f"func is 4.13.2, {UPDATE}"), id="older"),
        pytest.param("echo 2.7.1", CoreTools(trouble=f"func is 2.7.1, {UPDATE}"), id="much-older"),
        pytest.param("echo 5.0.0", CoreTools(trouble=f"func is 5.0.0, {UPDATE}"), id="unknown"),
        pytest.param(
            "echo first-time setup; echo cannot download >&2; exit 1",
            CoreTools(trouble="func does not work (cannot download)"),
            id="fails",
        ),
        pytest.param(
            "echo cannot download >&2",
            CoreTools(trouble="func does not work (`func --version` says nothing)"),
            id="silent",
        ),
        pytest.param(
            "exec sleep 600",
            CoreTools(trouble="func does not work (`func --version` did not answer within 1 s)"),
            id="hangs",
        ),
        pytest.param(None, CoreTools(), id="missing"),
    ],
)
def test_func_counts_only_if_it_works_and_what_is_wrong_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, found: CoreTools
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin" if script else str(tmp_path))
    if script:
        program(tmp_path / "func", script)

    assert core_tools.find(patience_seconds=1 if script == "exec sleep 600" else 60) == found


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a fake func, first on PATH."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "tools"), os.environ["PATH"]]))
    return tmp_path / "tools"


def test_func_runs_the_app_with_our_python_and_tells_nobody(tmp_path: Path, tools: Path) -> None:
    # No shell script: shells drop variables whose names they do not like.
    func = program(tools / "func", "")
    func.write_text(SERVE.format(python=sys.executable, arguments=tmp_path / "arguments", program=PROGRAM))
    app, python, port = tmp_path / "app", tmp_path / "venv" / "bin" / "python", free_port()
    app.mkdir()

    with Stack(tmp_path / "data") as stack:
        stack.start_part(
            core_tools.functions_host(
                app, port=port, version="4.15.1", settings={"SqlConnectionString": "Server=x"}, python=python
            )
        )
        environment = Path(f"/proc/{stack.pid('functions_host')}/environ").read_text().split("\0")

    assert (tmp_path / "arguments").read_text() == f"{app}: start --port {port}"
    assert f"languageWorkers:python:defaultExecutablePath={python}" in environment
    assert f"VIRTUAL_ENV={tmp_path / 'venv'}" in environment
    assert any(line.startswith(f"PATH={tmp_path}/venv/bin:{tools}:") for line in environment)
    assert "SqlConnectionString=Server=x" in environment
    assert "FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT=1" in environment


def test_a_func_that_cannot_start_the_app_points_to_the_stand_in(tmp_path: Path, tools: Path) -> None:
    program(tools / "func", "echo cannot download the extension bundle; exit 1")
    part = core_tools.functions_host(
        tmp_path,
        port=free_port(),
        version="4.15.1",
        settings={"SqlConnectionString": "Server=x"},
        python=tmp_path / "bin" / "python",
    )

    with (
        Stack(tmp_path / "data") as stack,
        pytest.raises(
            PartFailed, match=r"cannot download the extension bundle\n\./dev up --stand-ins takes the stand-in"
        ),
    ):
        stack.start_part(part)
