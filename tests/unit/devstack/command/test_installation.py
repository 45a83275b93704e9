"""Set-up over fake pip, npm and node: small programs that write down how they were called."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devstack.command.errors import CommandError
from devstack.command.installation import set_up
from devstack.command.lock import hold_lock
from tests.unit.devstack.command.fakes import ROOT


def program(file: Path, script: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


class Project:
    """A project folder with a virtual environment whose Python, like node and npm, is a fake."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.calls_file = root / "calls"
        (root / "requirements.txt").write_text("")
        (root / "requirements-dev.txt").write_text("-r requirements.txt\n")
        package = root / "packages" / "stand-in"
        package.mkdir(parents=True)
        (package / "pyproject.toml").write_text("")
        azurite = root / "devstack" / "azurite"
        azurite.mkdir(parents=True)
        (azurite / "package.json").write_text("{}")
        (azurite / "package-lock.json").write_text("{}")
        self.tools = root / "tools"
        self.node("v20.1.0")
        program(self.tools / "npm", f'echo "npm $1" >> {self.calls_file}; /bin/mkdir -p node_modules')

    def make_environment(self, script: str = "") -> None:
        (self.root / ".venv").mkdir(exist_ok=True)
        (self.root / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.4\n")
        program(self.root / ".venv" / "bin" / "python", f'echo "$2 $3" >> {self.calls_file}\n{script}')

    def node(self, version: str) -> None:
        program(self.tools / "node", f"echo {version}")

    def set_up(self) -> None:
        set_up(self.root, with_libraries=False)

    def calls(self) -> list[str]:
        """Return the calls since the last time."""
        lines = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        self.calls_file.unlink(missing_ok=True)
        return lines


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = Project(tmp_path)
    project.make_environment()
    monkeypatch.setenv("PATH", str(project.tools))
    return project


def test_a_second_run_installs_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.set_up()
    assert project.calls() == ["pip install", "npm ci"]
    assert "installing Azurite ... done" in capsys.readouterr().out

    project.set_up()

    assert project.calls() == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("changed", "text", "calls"),
    [
        pytest.param("requirements.txt", "requests", ["pip install"], id="requirements"),
        pytest.param("requirements-dev.txt", "pytest", ["pip install"], id="requirements-dev"),
        pytest.param("packages/stand-in/pyproject.toml", "[project]", ["pip install"], id="package of this repository"),
        pytest.param(".venv/pyvenv.cfg", "version = 3.13.0", ["pip install"], id="python"),
        pytest.param("devstack/azurite/package-lock.json", '{"a": 1}', ["npm ci"], id="package-lock"),
    ],
)
def test_what_changed_is_installed_again(project: Project, changed: str, text: str, calls: list[str]) -> None:
    project.set_up()
    project.calls()

    (project.root / changed).write_text(text)
    project.set_up()

    assert project.calls() == calls


def test_a_folder_that_was_moved_is_installed_again(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.set_up()
    project.calls()
    moved = tmp_path.with_name(f"{tmp_path.name}-moved")
    tmp_path.rename(moved)
    tmp_path.mkdir()  # the fakes go on writing there
    monkeypatch.setenv("PATH", str(moved / "tools"))

    set_up(moved, with_azurite=False, with_libraries=False)

    assert project.calls() == ["pip install"]


def test_a_failed_installation_shows_the_tools_output_and_is_repeated(project: Project) -> None:
    project.make_environment("echo 'ERROR: no such package'; exit 1")

    with pytest.raises(CommandError, match=r"no such package(.|\n)*exit status 1; .*run this again"):
        project.set_up()

    assert not (project.root / ".venv" / ".dev-installed").exists()


def test_an_interrupted_installation_starts_over_with_a_clean_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(tmp_path)
    project.make_environment('kill -9 "$PPID"; exec /bin/sleep 1')  # the set-up itself is killed while pip runs
    killed = subprocess.run(
        [sys.executable, "-c", f"from devstack.command.installation import *; set_up(Path({str(tmp_path)!r}))"],
        cwd=ROOT,
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -9

    set_up(tmp_path, with_azurite=False, with_libraries=False)

    python = tmp_path / ".venv" / "bin" / "python"
    told = subprocess.run([python, "-m", "pip", "--version"], check=True, capture_output=True, text=True)
    assert str(tmp_path) in told.stdout


@pytest.mark.parametrize("text", ["version = 3.9.1", ""], ids=["old", "unknown"])
def test_an_environment_of_an_unsupported_python_is_made_anew(project: Project, text: str) -> None:
    (project.root / ".venv" / "pyvenv.cfg").write_text(text)
    (project.root / ".venv" / "left-over").touch()

    project.set_up()

    assert not (project.root / ".venv" / "left-over").exists()
    version = f"version = {sys.version_info.major}.{sys.version_info.minor}."
    assert version in (project.root / ".venv" / "pyvenv.cfg").read_text()


def test_a_half_installed_azurite_is_installed_again(project: Project) -> None:
    program(project.tools / "npm", "/bin/mkdir -p node_modules; exit 1")
    with pytest.raises(CommandError, match="npm failed with exit status 1"):
        project.set_up()

    program(project.tools / "npm", f'echo "npm $1" >> {project.calls_file}')
    project.set_up()

    assert "npm ci" in project.calls()


def test_a_missing_node_is_said_with_the_version_needed(project: Project) -> None:
    (project.tools / "node").unlink()

    with pytest.raises(CommandError, match=r"needs Node.js 18 or newer, and there is no node on PATH"):
        project.set_up()


def test_an_old_node_is_named(project: Project) -> None:
    project.node("v16.20.2")

    with pytest.raises(CommandError, match=r"needs Node.js 18 or newer, and this is v16.20.2"):
        project.set_up()


def test_a_missing_npm_is_said(project: Project) -> None:
    (project.tools / "npm").unlink()

    with pytest.raises(CommandError, match="npm is not on PATH"):
        project.set_up()


def test_a_home_that_cannot_be_written_does_not_hinder_npm(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    program(project.tools / "npm", f'echo "$npm_config_cache" >> {project.calls_file}; /bin/mkdir -p node_modules')

    project.set_up()

    assert str(project.root / ".data" / "cache" / "npm") in project.calls()


def test_two_runs_at_a_time_install_once(project: Project) -> None:
    program(project.tools / "npm", f'echo "npm $1" >> {project.calls_file}; /bin/sleep 0.3; /bin/mkdir -p node_modules')
    code = f"from devstack.command.installation import *; set_up(Path({str(project.root)!r}), with_libraries=False)"
    runs = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ) for _ in range(2)]

    assert [run.wait() for run in runs] == [0, 0]

    assert project.calls() == ["pip install", "npm ci"]


def test_a_lock_is_waited_for_and_ends_with_its_holder(tmp_path: Path) -> None:
    code = (
        "import sys; from devstack.command.lock import *\nwith hold_lock(Path(sys.argv[1]), 'wait'):\n input('held\\n')"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "lock")]
    holder = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    waiting = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=-3, text=True
    )
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "wait ...\n"

    holder.kill()
    holder.communicate()

    waiting.communicate()
    with hold_lock(tmp_path / "lock", "not printed"):
        pass
