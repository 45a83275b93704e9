"""Empty environments of other Pythons, with what an app needs and nothing of the workshop."""

import shutil
import subprocess
import sys
from pathlib import Path

from adapters.sql_server.connection_string import find_driver

_UV = (sys.executable, "-m", "uv", "--quiet")


def interpreter(version: str) -> Path | None:
    """Return a Python of that version, such as 3.13, if the machine has one."""
    named = shutil.which(f"python{version}")
    candidates: list[str | Path] = [
        sys.executable,
        *([named] if named else []),
        *Path.home().glob(f".pyenv/versions/{version}.*/bin/python"),
    ]
    say_version = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in candidates:
        told = subprocess.run([candidate, "-c", say_version], capture_output=True, text=True, check=False)
        if told.stdout.strip() == version:
            return Path(candidate)
    return None


def environment(folder: Path, base: Path, requirements: Path, *more: str) -> Path:
    """Make an environment with locked requirements, and some more; return its Python."""
    python = folder / "bin" / "python"
    subprocess.run([*_UV, "venv", "--python", base, folder], check=True)
    install = [*_UV, "pip", "install", "--python", str(python)]
    subprocess.run([*install, "--require-hashes", "-r", str(requirements)], check=True)
    if more:
        subprocess.run([*install, *more], check=True)
    return python


def with_a_driver(folder: Path) -> dict[str, str]:
    """Return variables that make Microsoft's driver known as an installed one is, as on Azure's images: here it is in a wheel."""
    (folder / "odbcinst.ini").write_text(f"[ODBC Driver 18 for SQL Server]\nDriver = {find_driver([])}\n")
    return {"ODBCSYSINI": str(folder)}
