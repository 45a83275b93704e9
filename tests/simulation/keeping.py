"""What a long run has found is kept in a file: interrupted, it goes on where it was, as long as the code is the same."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("*.py", "*.sql")


class Kept:
    """Findings by their names, in a file of JSON lines whose first one names the code that they were found with."""

    def __init__(self, path: Path, code: str) -> None:
        """Read what the same code has found; what other code has found is thrown away."""
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        head = json.dumps({"code": code})
        self._found = dict(_read(lines[1:])) if lines[:1] == [head] else {}
        path.parent.mkdir(parents=True, exist_ok=True)
        anew = path.with_suffix(".new")  # without the line that a kill has cut
        anew.write_text(
            "".join(f"{line}\n" for line in (head, *map(json.dumps, self._found.items()))), encoding="utf-8"
        )
        anew.replace(path)

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def __getitem__(self, name: str) -> Any:
        return self._found[name]

    def __len__(self) -> int:
        return len(self._found)

    def add(self, name: str, finding: Any) -> None:
        """Keep a finding, as JSON has it."""
        self._found[name] = finding
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([name, finding]) + "\n")

    def over(self) -> None:
        """Forget everything: the run is complete, and the next one begins anew."""
        self._path.unlink(missing_ok=True)


def _read(lines: list[str]) -> Iterator[tuple[str, Any]]:
    for line in lines:
        try:
            name, finding = json.loads(line)
        except ValueError:  # the run was killed in the middle of a line
            continue
        yield name, finding


def code_of(root: Path = ROOT) -> str:
    """Return what tells one state of the code from another: a hash of its sources, with the changes that are not committed."""
    found = hashlib.sha256()
    for path in sorted(path for kind in SOURCES for path in root.rglob(kind)):
        parts = path.relative_to(root).parts
        if not any(part.startswith(".") or part == "node_modules" for part in parts):
            found.update("/".join(parts).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()
