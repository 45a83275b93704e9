"""The append-only file of what was received: one JSON object per line, whole or not at all."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from devstack.demo_api import exact

Entry = dict[str, Any]


class DamagedLogError(Exception):
    """The log holds a line that this program did not write; the message names it."""


class ReceivedLog:
    """The file, held by one process at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create it; raise OSError if it cannot be used or another process has it."""
        self._path = path
        self._file = path.open("a+b", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise OSError(error.errno, "another demo_api is running on it") from None
        except OSError:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file; let the next process have it."""
        self._file.close()

    def read(self) -> Iterator[Entry]:
        """Yield the entries; a last line that a crash cut off is removed. Raise DamagedLogError."""
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            self._file.truncate(whole)
        for number, line in enumerate(content[:whole].splitlines(), 1):
            try:
                entry = exact.loads(line)
            except ValueError as error:
                raise self.damaged(number, str(error)) from None
            if not isinstance(entry, dict):
                raise self.damaged(number, "it is no object")
            yield entry

    def damaged(self, number: int, reason: str) -> DamagedLogError:
        """Return the error for a line that cannot be used."""
        return DamagedLogError(
            f"line {number} of {self._path} is not as this program writes it ({reason}); move the file away to start anew"
        )

    def append(self, entries: Sequence[Entry]) -> None:
        """Hand the entries to the operating system, which keeps them whatever becomes of this process.

        All of them or, with the OSError of a full disk, none.
        """
        before = os.fstat(self._file.fileno()).st_size
        rest = memoryview("".join(exact.dumps(entry) + "\n" for entry in entries).encode())
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.truncate(before)
            raise

    def clear(self) -> None:
        """Empty the file."""
        self._file.truncate(0)
