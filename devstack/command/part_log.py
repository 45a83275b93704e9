"""The log of a part: a file that every start appends to, and what of it the last start has written."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

_LONG_LOG_BYTES = 10_000_000
_TAIL_LINES = 20


@dataclass(frozen=True, slots=True)
class PartLog:
    """A log since a start of its part."""

    file: Path
    offset_bytes: int

    @classmethod
    def begun(cls, file: Path, command: str) -> Self:
        """Note in a log that its part is started; a long one is laid aside first."""
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > _LONG_LOG_BYTES:
            file.replace(file.with_suffix(".old.log"))
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"--- {datetime.now().astimezone():%Y-%m-%d %H:%M:%S%z} {command}\n")
        return cls(file, file.stat().st_size)

    def text(self) -> str:
        """Return what has been logged since the start."""
        with self.file.open("rb") as file:
            file.seek(self.offset_bytes)
            return file.read().decode("utf-8", errors="replace")

    def tail(self) -> str:
        """Return the last lines since the start, indented."""
        lines = self.text().splitlines()[-_TAIL_LINES:]
        return "\n".join(f"    {line}" for line in lines) or "    (nothing)"
