"""A copy of infra/ with a ./dev and an az beside it that only write down how they are called."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[3]
_FAKES = Path(__file__).parent / "bin"


class Workshop:
    """Runs the scripts of infra/ and knows what they have called."""

    def __init__(self, folder: Path) -> None:
        """Lay the scripts into the folder, without main.bicep: az alone reads it."""
        self.folder = folder
        self._calls = folder / "calls"
        (folder / "infra").mkdir(parents=True)
        (folder / "relay").mkdir()
        for name in ("deploy.sh", "remove.sh", "prices.txt"):
            shutil.copy(ROOT / "infra" / name, folder / "infra")
        shutil.copy(ROOT / "relay" / "version.py", folder / "relay")
        shutil.copy(_FAKES / "dev", folder)

    def file(self, name: str, text: str) -> str:
        """Write a file into the folder; return its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run(self, script: str, *arguments: str, typed: str = "", **az: str) -> subprocess.CompletedProcess[str]:
        """Run a script with what is typed as its input; `az` are variables of the az that it finds."""
        environment = {**os.environ, "PATH": f"{_FAKES}:{os.environ['PATH']}", "AZ_CALLS": str(self._calls), **az}
        return subprocess.run(
            [str(self.folder / "infra" / script), *arguments],
            input=typed,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def calls(self) -> Sequence[Sequence[str]]:
        """Return the arguments of each call since the last time this was asked."""
        lines = self._calls.read_text(encoding="utf-8").splitlines() if self._calls.exists() else []
        self._calls.unlink(missing_ok=True)
        return [line.split("\x1f")[:-1] for line in lines]
