"""One session's transaction: T-SQL's counting over SQLite's BEGIN IMMEDIATE, taken at the first write.

Until then every statement reads the latest committed state by itself (READ_COMMITTED_SNAPSHOT); from then on the
session is the only writer until it commits or rolls back.
"""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from mssql_standin.outside import Cancellation, Outside, utc_seconds
from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import SqlError, TransactionChange
from mssql_standin.store.catalog import Catalog, to_json
from mssql_standin.store.database import SharedStore
from mssql_standin.store.file import FileConnection
from mssql_standin.store.local_tables import LocalTables
from mssql_standin.store.lock_requests import LockRequests
from mssql_standin.store.snapshot import SNAPSHOT, Snapshot, not_allowed, started_otherwise, update_conflict

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
        cancellation: Cancellation,
    ) -> None:
        """Start without a transaction."""
        self._store = store
        self._file = file
        self._local_tables = local_tables
        self._session_id = session_id
        self._savepoints: list[tuple[str, Catalog | None, int]] = []
        self._own_catalog: Catalog | None = None
        self._version: int | None = None
        self._logged = 0
        self.writing = False
        self.count = 0  # @@TRANCOUNT
        self._name = ""  # of the outermost BEGIN
        self.descriptor = 0
        self.doomed = False
        self.requests = LockRequests(store.locks, session_id, cancellation, self._rows_to_undo)
        self.interrupt: Callable[[], None] | None = None  # called once a statement's work is done, before it counts
        self._started = False  # whether the open transaction has accessed data
        self._snapshot: Snapshot | None = None  # what it sees, if that was under SNAPSHOT isolation
        self._changed: set[int] = set()  # tables whose rows it changed
        self._undoable_from = 0  # SQLite's count of changed rows when it became the writer

    @property
    def catalog(self) -> Catalog:
        """The definitions as this session sees them."""
        if self._own_catalog is not None:
            return self._own_catalog
        return self._store.catalog if self._snapshot is None else self._snapshot.catalog

    @property
    def outside(self) -> Outside:
        """Clock and chance."""
        return self._store.outside

    def now(self) -> int:
        """Return the present UTC time in ticks, rounded as datetime rounds."""
        return self._store.now()

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
        self._started, self._snapshot = False, None
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
        self.requests.become_writer(no_wait=no_wait)
        try:
            if self._snapshot is not None:
                self._file.rows("COMMIT")  # of the reading that kept the snapshot
                self._snapshot.move_on(self._store.catalog, self._store.changed_since(self._snapshot.taken_at))
            self._file.rows("BEGIN IMMEDIATE")
        except BaseException:
            self.requests.stop_writing()
            raise
        self._undoable_from = self._file.raw.total_changes
        self.writing = True

    def _rows_to_undo(self) -> int:
        return self._file.raw.total_changes - self._undoable_from if self.writing else 0

    # --- isolation -------------------------------------------------------------------------------------------

    @property
    def sees_snapshot(self) -> bool:
        """Whether the open transaction sees the state of its first access."""
        return self._snapshot is not None

    def access(self, tables: frozenset[int], isolation: str) -> None:
        """Note that tables are about to be accessed. Raises SqlError 3951, 3952, 3960 or 3961 under SNAPSHOT."""
        if isolation == SNAPSHOT or self._snapshot is not None:
            self._access_snapshot(tables, isolation)
        self._started = self.count > 0

    def _access_snapshot(self, tables: frozenset[int], isolation: str) -> None:
        latest = self._store.catalog
        if not latest.allows_snapshot and self._snapshot is None:
            raise not_allowed(latest)
        if isolation != SNAPSHOT:
            raise unsupported("another isolation level within a transaction that began under SNAPSHOT")
        if not self.count:
            return
        if self._snapshot is None:
            if self._started:
                raise started_otherwise(latest)
            self._snapshot = self._take_snapshot()
        self._snapshot.check(self._snapshot.catalog if self.writing else latest, tables)

    def _take_snapshot(self) -> Snapshot:
        taken_at = self._store.commits
        if self.writing:
            return Snapshot(self.catalog, taken_at)
        with self._store.publishing:
            self._file.rows("BEGIN")
            self._file.rows("SELECT version FROM main.ct_state")
            return Snapshot(self._store.catalog, taken_at)

    def write_under(self, tables: frozenset[int], isolation: str, *, local: bool) -> None:
        """Become the writer for tables if SNAPSHOT asks whether they changed. Raises as `access` and `begin_writing` do."""
        if tables:
            self.access(tables, isolation)
        if isolation != SNAPSHOT or self.writing or local:
            return
        taken_at = self._store.commits
        self.begin_writing()
        if self._snapshot is not None:
            self._snapshot.check(self._snapshot.catalog, tables)
        elif conflicting := tables & self._store.changed_since(taken_at):
            self._rollback_writes()
            raise update_conflict(self.catalog, min(conflicting))

    def share(self, tables: frozenset[int]) -> None:
        """Keep tables from being changed while a statement reads them; its own changes and a snapshot need no such care."""
        if not self.writing and self._snapshot is None:
            self.requests.share(tables)

    def lock_rows(self, table: int) -> None:
        """Note that rows of a table change; keep readers off it if they do not read snapshots."""
        if table not in self._changed:
            if not self.catalog.reads_snapshots:
                self.requests.keep_readers_off(table)
            self._changed.add(table)

    # --- statements ------------------------------------------------------------------------------------------

    def write(self, work: Callable[[], T], *, local: bool = False) -> T:
        """Run one statement that writes: all of it or nothing. `local`: it touches table variables or temporary tables only."""
        if not local:
            self.begin_writing()
        autocommit = self.count == 0 and self.writing
        own, logged = self._own_catalog, self._logged
        self._file.rows("SAVEPOINT statement")
        try:
            result = work()
            if self.interrupt is not None and not local:
                self.interrupt()
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
            if self._snapshot is not None and self._file.raw.in_transaction:
                self._file.rows("COMMIT")
            return
        if self._logged and self._version is not None:
            self._file.rows("UPDATE main.ct_state SET version = ?", (self._version,))
            self._file.rows(
                "INSERT INTO main.ct_commits VALUES (?, ?)", (self._version, utc_seconds(self._store.outside))
            )
        if self._own_catalog is None:
            self._file.rows("COMMIT")
        else:
            with self._store.publishing:
                self._file.rows("COMMIT")
                self._store.publish(self._own_catalog)
        self._store.note_commit(self._changed)
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
        self._changed.clear()
        self.requests.stop_writing()
