"""One session's transaction: T-SQL's counting over SQLite's BEGIN IMMEDIATE, taken at the first write.

Until then every statement reads the latest committed state by itself (READ_COMMITTED_SNAPSHOT); from then on the
session is the only writer until it commits or rolls back.
"""

import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

from mssql_standin.results import SqlError, TransactionChange
from mssql_standin.store.catalog import Catalog, to_json
from mssql_standin.store.database import SharedStore
from mssql_standin.store.file import CancelledError, FileConnection
from mssql_standin.store.local_tables import LocalTables
from mssql_standin.store.locks import EXCLUSIVE, WRITER, Outcome

T = TypeVar("T")
_OWNER = "Transaction"


class Transaction:
    """The transaction state of one session."""

    def __init__(
        self,
        store: SharedStore,
        file: FileConnection,
        local_tables: LocalTables,
        session_id: int,
        cancelled: Callable[[], bool],
    ) -> None:
        """Start without a transaction."""
        self._store = store
        self._file = file
        self._local_tables = local_tables
        self._session_id = session_id
        self._cancelled = cancelled
        self._savepoints: list[tuple[str, Catalog | None, int]] = []
        self._own_catalog: Catalog | None = None
        self._version: int | None = None
        self._logged = 0
        self.writing = False
        self.count = 0  # @@TRANCOUNT
        self._name = ""  # of the outermost BEGIN
        self.descriptor = 0
        self.doomed = False
        self.lock_timeout_ms = -1

    @property
    def catalog(self) -> Catalog:
        """The definitions as this session sees them."""
        return self._own_catalog if self._own_catalog is not None else self._store.catalog

    def change_catalog(self, catalog: Catalog) -> None:
        """Store changed definitions; others see them when the transaction commits."""
        changed = self._store.renumbered(catalog)
        self._file.rows("INSERT OR REPLACE INTO main.catalog VALUES (1, ?)", (to_json(changed),))
        self._own_catalog = changed

    # --- beginning and ending --------------------------------------------------------------------------------

    def begin(self, name: str = "") -> list[TransactionChange]:
        """BEGIN TRANSACTION; only the outermost one's name means anything."""
        self.count += 1
        if self.count > 1:
            return []
        self._name = name
        self._local_tables.begin()
        self.descriptor = self._store.new_descriptor()
        return [TransactionChange("begin", self.descriptor)]

    def commit(self) -> list[TransactionChange]:
        """COMMIT. Raises SqlError 3902 or 3930."""
        if self.count == 0:
            raise SqlError(3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        if self.count > 1:
            self.count -= 1
            return []
        if self.doomed:
            raise SqlError(3930, "The current transaction cannot be committed and cannot support operations that write to the log "
                                 "file. Roll back the transaction.")  # fmt: skip
        self._commit_writes()
        return self._end("commit")

    def rollback(self) -> list[TransactionChange]:
        """ROLLBACK of everything; harmless without a transaction."""
        self._rollback_writes()
        if not self.count:
            return []
        self._local_tables.rollback()
        return self._end("rollback")

    def _end(self, kind: str) -> list[TransactionChange]:
        descriptor, self.descriptor = self.descriptor, 0
        self.count, self.doomed = 0, False
        self._store.locks.release_all(self._session_id, _OWNER)
        return [TransactionChange(kind, descriptor)]

    def save(self, name: str) -> None:
        """SAVE TRANSACTION."""
        if self.count == 0:
            raise SqlError(628, "Cannot issue SAVE TRANSACTION when there is no active transaction.")
        self.begin_writing()
        self._file.rows(f"SAVEPOINT p{len(self._savepoints)}")
        self._savepoints.append((name, self._own_catalog, self._logged))

    def rollback_to(self, name: str) -> list[TransactionChange]:
        """ROLLBACK TRANSACTION of a savepoint, or of the whole by the outermost BEGIN's name. Raises SqlError 6401."""
        places = [place for place, (known, _, _) in enumerate(self._savepoints) if known == name]
        if not places and self._name and self._name == name:
            return self.rollback()
        if not places:
            raise SqlError(6401, f"Cannot roll back {name}. No transaction or savepoint of that name was found.")
        place = places[-1]
        _, self._own_catalog, self._logged = self._savepoints[place]
        del self._savepoints[place + 1 :]
        with self._local_tables.kept():
            self._file.rows(f"ROLLBACK TO p{place}")
        return []

    # --- writing ---------------------------------------------------------------------------------------------

    def begin_writing(self, *, no_wait: bool = False) -> None:
        """Become the writer. Raises SqlError 1222 or 1205, or CancelledError."""
        if self.doomed:
            raise SqlError(3930, "The current transaction cannot be committed and cannot support operations that write to the log "
                                 "file. Roll back the transaction.")  # fmt: skip
        if self.writing:
            return
        timeout = 0 if no_wait else self.lock_timeout_ms
        outcome = self._store.locks.acquire(self._session_id, WRITER, EXCLUSIVE, "writer", timeout, self._cancelled)
        if outcome is Outcome.TIMEOUT:
            raise SqlError(1222, "Lock request time out period exceeded.", 16, 51)
        if outcome is Outcome.DEADLOCK:
            raise SqlError(1205, f"Transaction (Process ID {self._session_id}) was deadlocked on lock resources with another process and "
                                 "has been chosen as the deadlock victim. Rerun the transaction.", 13, 51)  # fmt: skip
        if outcome is Outcome.CANCELLED:
            raise CancelledError
        try:
            self._file.rows("BEGIN IMMEDIATE")
        except BaseException:
            self._store.locks.release(self._session_id, WRITER, "writer")
            raise
        self.writing = True

    def write(self, work: Callable[[], T], *, local: bool = False) -> T:
        """Run one statement that writes: all of it or nothing. `local`: it touches table variables or temporary tables only."""
        if not local:
            self.begin_writing()
        autocommit = self.count == 0 and self.writing
        own, logged = self._own_catalog, self._logged
        self._file.rows("SAVEPOINT statement")
        try:
            result = work()
            self._file.rows("RELEASE statement")
            if autocommit:
                self._commit_writes()
        except BaseException:
            self._own_catalog, self._logged = own, logged
            self._undo_statement()
            if autocommit:
                self._rollback_writes()
            raise
        return result

    def _undo_statement(self) -> None:
        if self._file.raw.in_transaction:
            try:
                self._file.rows("ROLLBACK TO statement")
                self._file.rows("RELEASE statement")
            except sqlite3.Error:
                self._rollback_writes()

    def logged_change(self) -> int:
        """Return the version of the change that is being logged; one per transaction."""
        if self._version is None:
            self._version = int(self._file.rows("SELECT version FROM main.ct_state")[0][0]) + 1
        self._logged += 1
        return self._version

    def _commit_writes(self) -> None:
        if not self.writing:
            return
        if self._logged and self._version is not None:
            self._file.rows("UPDATE main.ct_state SET version = ?", (self._version,))
            self._file.rows("INSERT INTO main.ct_commits VALUES (?, ?)", (self._version, time.time()))
        self._file.rows("COMMIT")
        if self._own_catalog is not None:
            self._store.publish(self._own_catalog)
        self._forget_writes()

    def _rollback_writes(self) -> None:
        if self._file.raw.in_transaction:
            with self._local_tables.kept():
                self._file.raw.execute("ROLLBACK")
        if self.writing:
            self._forget_writes()

    def _forget_writes(self) -> None:
        self.writing = False
        self._own_catalog = self._version = None
        self._logged = 0
        self._savepoints.clear()
        self._store.locks.release(self._session_id, WRITER, "writer")
