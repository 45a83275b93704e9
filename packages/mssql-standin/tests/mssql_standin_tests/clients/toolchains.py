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
_FETCH_PATIENCE_SECONDS = 300


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
    ended = _ended(command, folder, environment, _PATIENCE_SECONDS)
    assert ended.returncode == 0, f"{ended.stdout[-2000:]}\n{ended.stderr[-4000:]}"
    return ended.stdout


def fetch(client: str, folder: Path, files: Sequence[str], command: Sequence[str]) -> None:
    """Run a command that fetches a client, unless it has been run with the same files.

    Skip the test, and say which client is left out, if its registry does not give it.
    """
    digest = hashlib.sha256(b"".join((folder / file).read_bytes() for file in files)).hexdigest()
    stamp = folder / ".fetched"
    if stamp.exists() and stamp.read_text() == digest:
        return
    try:
        ended = _ended(command, folder, None, _FETCH_PATIENCE_SECONDS)
        why = "" if ended.returncode == 0 else (ended.stderr or ended.stdout).strip().rpartition("\n")[2]
    except subprocess.TimeoutExpired:
        ended, why = None, f"nothing came within {_FETCH_PATIENCE_SECONDS} s"
    if ended is None or ended.returncode != 0:
        pytest.skip(f"{client} is left out: it cannot be fetched: {why}")
    stamp.write_text(digest)


def python_with_tools(cache: Path, client: str) -> tuple[str, Path]:
    """Return a Python that has what programs/python_tools use, and the folder of those programs."""
    folder = work_copy("python_tools", cache)
    python = folder / f"venv{sys.version_info.minor}" / "bin" / "python"
    if not python.exists():
        venv.create(python.parents[1], symlinks=True)
        (folder / ".fetched").unlink(missing_ok=True)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--disable-pip-version-check", "-q"]
    fetch(client, folder, ["requirements.txt"], [*pip, "-r", "requirements.txt"])
    return str(python), folder


def _ended(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None, patience_seconds: float
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=patience_seconds,
        check=False,
    )
