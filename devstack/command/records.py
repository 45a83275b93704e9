"""What `./dev up` remembers of the processes it started, so that `status` and `down` find exactly those."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from devstack.command.child_process import GRACE_SECONDS, end_foreign, start_time
from devstack.command.tools import ask

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRecord:
    """One process. `started` (see `start_time`) tells it from a later process with the same pid."""

    part: str
    pid: int
    started: str
    command: tuple[str, ...]
    ports: tuple[int, ...]
    address: str
    kind: str
    log: str
    remove_leftover: tuple[str, ...] = ()

    def is_running(self) -> bool:
        """Tell whether this very process still runs."""
        return start_time(self.pid) == self.started

    def end(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """End the process and its group, and what outlives it; a later process with the same pid is left alone."""
        end_foreign(self.pid, self.started, grace_seconds)
        remove_leftover(self.remove_leftover)

    def save(self, folder: Path) -> None:
        """Write the record, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{self.part}.{self.pid}"
        draft.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")
        draft.replace(folder / f"{self.part}.json")


def remove_leftover(command: Sequence[str]) -> None:
    """Run the command that removes what outlives a process, if there is one; mostly nothing is left, which is no trouble."""
    if command:
        ask(command, patience_seconds=_PATIENCE_SECONDS)


def load_records(folder: Path) -> list[ProcessRecord]:
    """Return the records in the order in which the processes were started; a damaged one names no process."""
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
    return [record for file in files if (record := _load(file)) is not None]


def forget(folder: Path, part: str) -> None:
    """Remove a part's record."""
    (folder / f"{part}.json").unlink(missing_ok=True)


def is_remembered(folder: Path, part: str, pid: int) -> bool:
    """Tell whether the record still names this process: `./dev down` forgets a process before it ends it."""
    record = _load(folder / f"{part}.json")
    return record is not None and record.pid == pid


def _load(file: Path) -> ProcessRecord | None:
    try:
        values: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return ProcessRecord(**{**values, **lists})
    except (OSError, ValueError, AttributeError, TypeError):
        return None
