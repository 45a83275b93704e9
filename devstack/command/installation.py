"""Sets a fresh clone up and repairs a half-finished set-up: virtual environment, Python packages, Azurite.

Each step leaves a stamp (a digest of what it depends on) once it is finished, so that a second run is quick.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from devstack.command.errors import CommandError
from devstack.command.lock import hold_lock
from devstack.command.system_packages import ensure_libraries, install
from devstack.command.terminal import run_quietly, step

SUPPORTED_PYTHONS = ((3, 11), (3, 12), (3, 13))
OLDEST_NODE = 18
_STAMP = ".dev-installed"
_UNFINISHED = ".dev-unfinished"


def set_up(root: Path, *, with_azurite: bool = True, with_libraries: bool = True) -> Path:
    """Install what is missing or has changed; return the Python of the virtual environment."""
    with hold_lock(root / ".data" / "setup.lock", "waiting for another ./dev to finish its set-up"):
        python = _python_packages(root)
        if with_azurite:
            _azurite(root / "devstack" / "azurite", cache=root / ".data" / "cache")
        if with_libraries:
            ensure_libraries()
    return python


def _python_packages(root: Path) -> Path:
    folder = root / ".venv"
    requirements = [root / "requirements.txt", root / "requirements-dev.txt"]
    packages = sorted(root.glob("packages/*/pyproject.toml"))  # installed as they lie there, so only their needs count
    unfinished = folder / _UNFINISHED
    if not _is_usable(folder) or unfinished.exists():
        _make_virtual_environment(folder)
    digest = _digest([*requirements, *packages], version := _python_version(folder), str(root))
    if _stamp(folder) != digest:
        python = folder / "bin" / "python"
        (folder / _STAMP).unlink(missing_ok=True)
        unfinished.touch()  # pip trusts what an interrupted pip has left behind; we do not
        with step(f"installing Python packages into {folder.name} (Python {version})"):
            run_quietly(
                [str(python), "-m", "pip", "install", "--disable-pip-version-check", "-r", str(requirements[1])],
                cwd=root,
                remedy="if the network or the package index failed, run this again",
            )
        (folder / _STAMP).write_text(digest, encoding="ascii")
        unfinished.unlink()
    return folder / "bin" / "python"


def _is_usable(folder: Path) -> bool:
    version = _python_version(folder)
    supported = tuple(map(int, version.split(".")[:2])) in SUPPORTED_PYTHONS if version else False
    return supported and os.access(folder / "bin" / "python", os.X_OK)


def _python_version(folder: Path) -> str:
    try:
        match = re.search(r"^version\s*=\s*([\d.]+)", (folder / "pyvenv.cfg").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return ""
    return match[1] if match else ""


def _make_virtual_environment(folder: Path) -> None:
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        versioned = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        install([{"apt-get": versioned}], f"virtual environments for {sys.executable}")
    base = Path(sys.executable).resolve()  # not the python of the folder that we are about to clear
    if base.is_relative_to(folder.resolve()):
        base = Path(sysconfig.get_config_var("BINDIR")) / base.name
    with step(f"making {folder.name} with Python {sys.version.split()[0]}"):
        run_quietly(
            [str(base), "-m", "venv", "--clear", str(folder)],
            remedy=f"see that {base} can make virtual environments, and run this again",
        )


def _azurite(folder: Path, *, cache: Path) -> None:
    node = _node_version()
    installed = folder / "node_modules"
    digest = _digest([folder / "package.json", folder / "package-lock.json"], f"node {node.split('.')[0]}")
    if _stamp(installed) == digest:
        return
    if shutil.which("npm") is None:
        raise CommandError("npm is not on PATH; install it (it comes with Node.js) and run this again")
    (installed / _STAMP).unlink(missing_ok=True)
    environment = dict(os.environ)
    if not os.access(Path.home(), os.W_OK):
        environment["npm_config_cache"] = str(cache / "npm")
    with step("installing Azurite"):
        run_quietly(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            environment=environment,
            remedy="if the network or the registry failed, run this again",
        )
    (installed / _STAMP).write_text(digest, encoding="ascii")


def _node_version() -> str:
    try:
        told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        told = ""
    match = re.match(r"v(\d+)\.[\d.]+", told)
    if match is None:
        raise CommandError(
            f"Azurite, the storage emulator, needs Node.js {OLDEST_NODE} or newer, and there is no node on PATH; "
            "install Node.js with npm and run this again"
        )
    if int(match[1]) < OLDEST_NODE:
        raise CommandError(
            f"Azurite, the storage emulator, needs Node.js {OLDEST_NODE} or newer, and this is {told.strip()}; "
            "install a newer Node.js and run this again"
        )
    return match[0].removeprefix("v")


def _digest(files: list[Path], *more: str) -> str:
    found = hashlib.sha256()
    for file in files:
        found.update(file.read_bytes() + b"\0")
    found.update("\0".join(more).encode())
    return found.hexdigest()


def _stamp(folder: Path) -> str:
    try:
        return (folder / _STAMP).read_text(encoding="ascii")
    except OSError:
        return ""
