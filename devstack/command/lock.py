"""A lock between processes, for work that only one `./dev` may do at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def hold_lock(file: Path, waiting: str) -> Iterator[None]:
    """Hold the lock; print `waiting` if another process has it. The system releases it when its holder dies."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"{waiting} ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
