"""The SQLite file: opened by one process at a time, and one SQLite connection per session."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mssql_standin.binder.plan import Plan, Runtime
from mssql_standin.not_supported import unsupported
from mssql_standin.outside import Mutex
from mssql_standin.results import SqlError
from mssql_standin.store.sqlite_functions import Functions, caught, install

_SCHEMA = """
CREATE TABLE IF NOT EXISTS catalog (id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS identities (object_id INTEGER NOT NULL PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS ct_state (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, cleanup_version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS ct_commits (version INTEGER PRIMARY KEY, committed_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS ct_tables
    (object_id INTEGER NOT NULL PRIMARY KEY, begin_version INTEGER NOT NULL, min_valid_version INTEGER NOT NULL);
INSERT OR IGNORE INTO ct_state VALUES (1, 0, 0);
"""


# What SQLite says when the disk has no room, or the system lets the file grow no further (a quota, a limit).
_NO_ROOM = frozenset(
    {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE"}
)


_IN_MEMORY = "/dev/shm"  # noqa: S108 - the folder made there is this user's alone
_PREFIX = "mssql_standin-"  # and the number of the process


class _Nulls(dict[str, None]):
    """A value for every parameter."""

    def __missing__(self, name: str) -> None:
        return None


class CancelledError(Exception):
    """The client cancelled the running request."""


class FileLock:
    """Keeps a second process off the file: the writer's lock lives in this one."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises RuntimeError if another process has the file open."""
        self._descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise RuntimeError(f"{path} is open in another process; stop that server first") from None

    def release(self) -> None:
        """Give the file free."""
        os.close(self._descriptor)


@dataclass(frozen=True, slots=True)
class Storage:
    """Where a database is kept. `is_durable`: what is committed outlives a power cut; `release` forgets what need not be kept."""

    path: Path
    is_durable: bool = True
    release: Callable[[], None] = lambda: None


def in_memory(name: str) -> Storage:
    """Return a new storage that lasts until it is released: a file of a file system in memory, if the machine has one.

    SQLite's own databases in memory have no write-ahead log, without which no session reads what another has replaced.
    """
    parent = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
    if parent is not None:
        _tidied(parent)
    folder = TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent)
    return Storage(Path(folder.name) / f"{name}.sqlite3", is_durable=False, release=folder.cleanup)


@cache
def _tidied(parent: str) -> None:
    """Once in a process."""
    remove_left_behind(Path(parent))


def remove_left_behind(parent: Path) -> None:
    """Remove the storages of processes that were killed: nobody can open them, and they take up memory until the machine restarts."""
    for folder in parent.glob(f"{_PREFIX}*-*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdecimal() and not _is_alive(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


class FileConnection:
    """One SQLite connection that speaks in SqlErrors."""

    def __init__(self, storage: Storage, functions: Functions, volatile: Functions) -> None:
        """Open the file, creating what is missing."""
        path = storage.path
        self._name = path.stem
        self._interrupting = Mutex()
        self._unstoppable = False
        self.raw = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        self.raw.execute("PRAGMA journal_mode = WAL")
        self.raw.execute(f"PRAGMA synchronous = {'FULL' if storage.is_durable else 'OFF'}")
        self.raw.execute("PRAGMA temp_store = MEMORY")
        self.raw.execute("PRAGMA trusted_schema = ON")
        install(self.raw, functions, volatile)

    def create_schema(self) -> None:
        """Create the engine's own tables."""
        self.raw.executescript(_SCHEMA)

    def rows(self, sql: str, arguments: Mapping[str, Any] | Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows. Raises SqlError or CancelledError; IntegrityError passes through."""
        caught.error = None
        try:
            return self.raw.execute(sql, arguments).fetchall()
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise self._translated(error) from error
        except UnicodeEncodeError:
            raise SqlError(40000, "This is not supported by the stand-in: an unpaired surrogate in a string.") from None

    def run(self, plan: Plan, runtime: Runtime) -> list[tuple[Any, ...]]:
        """Run a plan and return its rows in stored form."""
        if plan.bare:  # many a variable is set to another or to a constant: nothing that SQLite has to work out
            return [(plan.arguments(runtime)[plan.bare],)]
        return self.rows(plan.sql, plan.arguments(runtime))

    def check(self, sql: str) -> None:
        """Have a statement parsed and not run. Raises SqlError 40000 if SQLite cannot."""
        try:
            self.raw.execute(f"EXPLAIN {sql}", _Nulls()).close()
        except sqlite3.Error as error:
            translated = self._translated(error)
            if isinstance(translated, SqlError) and translated.message.number == 40000:
                raise translated from None

    def insert(self, sql: str, arguments: Sequence[Any]) -> int:
        """Run an INSERT and return the new rowid. Raises SqlError; IntegrityError passes through."""
        caught.error = None
        try:
            return int(self.raw.execute(sql, arguments).lastrowid or 0)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise self._translated(error) from error
        except UnicodeEncodeError:
            raise SqlError(40000, "This is not supported by the stand-in: an unpaired surrogate in a string.") from None

    def _translated(self, error: sqlite3.Error) -> Exception:
        told, caught.error = caught.error, None
        if told is not None:
            return told
        text = str(error)
        if getattr(error, "sqlite_errorname", "") in _NO_ROOM:
            return SqlError(
                9002, f"The transaction log for database '{self._name}' is full due to 'NO ROOM ON ITS DISK'.", 17
            )
        if "interrupted" in text:
            return CancelledError()
        if "integer overflow" in text:
            return SqlError(8115, "Arithmetic overflow error converting expression to data type bigint.", state=2)
        if "no such table" in text:  # dropped by somebody else since this statement was bound
            return SqlError(208, "Invalid object name: the table was dropped while the statement was being prepared.")
        if any(word in text for word in ("too big", "too many", "too large", "overflow", "too deep")):
            return unsupported(f"a statement that is too large or nested too deeply for its SQLite ({text})")
        return error

    def interrupt(self) -> None:
        """Stop what is running, unless it has to go on to its end; safe from any thread."""
        with self._interrupting:
            if not self._unstoppable:
                self.raw.interrupt()

    @contextmanager
    def to_the_end(self) -> Iterator[None]:
        """Let nothing that runs inside be interrupted."""
        with self._interrupting:
            self._unstoppable = True
        try:
            yield
        finally:
            with self._interrupting:
                self._unstoppable = False

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self.raw.close()
