"""Clients that are no packages of this project's own: each is fetched and built once, into a folder that is kept."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"
_PATIENCE_SECONDS = 600


def need(program: str, client: str) -> str:
    """Return the path of a program; skip the test, and say which client is left out, if it is not there."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{client} is left out: there is no {program} on this machine")
    return found


def work_copy(name: str, cache: Path) -> Path:
    """Return a folder with the program's files as they are now; what was built there before stays."""
    folder = cache / name
    shutil.copytree(PROGRAMS / name, folder, dirs_exist_ok=True)
    return folder


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command to its end; return what it printed. Its words are the error if it fails."""
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, f"{ended.stdout[-2000:]}\n{ended.stderr[-4000:]}"
    return ended.stdout


def once(folder: Path, files: Sequence[str], *commands: Sequence[str]) -> None:
    """Run commands that install something, unless they have been run with the same files."""
    digest = hashlib.sha256(b"".join((folder / file).read_bytes() for file in files)).hexdigest()
    stamp = folder / ".installed"
    if stamp.exists() and stamp.read_text() == digest:
        return
    for command in commands:
        run(command, folder)
    stamp.write_text(digest)


def python_with_clients(cache: Path) -> tuple[str, Path]:
    """Return a Python that has the clients of programs/python, and the folder of their programs."""
    folder = work_copy("python", cache)
    python = folder / f"venv{sys.version_info.minor}" / "bin" / "python"
    if not python.exists():
        venv.create(python.parents[1], with_pip=True, symlinks=True)
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "-q", "-r", "requirements.txt"]
    once(folder, ["requirements.txt"], pip)
    return str(python), folder
