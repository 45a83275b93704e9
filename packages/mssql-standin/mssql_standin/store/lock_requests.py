"""One session's requests for locks: how long they wait, what they are worth in a deadlock, the errors that they end in.

docs: SET LOCK_TIMEOUT, SET DEADLOCK_PRIORITY, MSSQLSERVER_1205, 1222.
"""

from collections.abc import Callable, Hashable

from mssql_standin.outside import Cancellation
from mssql_standin.results import SqlError
from mssql_standin.store.file import CancelledError
from mssql_standin.store.locks import EXCLUSIVE, WRITER, LockTable, Outcome, Worth

_OWNER = "writer"


class LockRequests:
    """The locks that a session's statements take: the writer's, and those of tables when readers do not read snapshots."""

    def __init__(
        self, locks: LockTable, session_id: int, cancellation: Cancellation, rows_to_undo: Callable[[], int]
    ) -> None:
        """Hold none. `rows_to_undo`: how many rows a rollback would undo now."""
        self._locks = locks
        self._session_id = session_id
        self._cancellation = cancellation
        self._rows_to_undo = rows_to_undo
        self._shared: list[int] = []
        self._exclusive: list[int] = []
        self.timeout_ms = -1
        self.deadlock_priority = 0

    def worth(self) -> Worth:
        """Return what a deadlock's victims are chosen by."""
        return self.deadlock_priority, self._rows_to_undo()

    def become_writer(self, *, no_wait: bool) -> None:
        """Take the writer's lock. Raises SqlError 1222 or 1205, or CancelledError."""
        self._acquire(WRITER, EXCLUSIVE, 0 if no_wait else self.timeout_ms)

    def stop_writing(self) -> None:
        """Give back the writer's lock and the tables that readers were kept off."""
        while self._exclusive:
            self._locks.release(self._session_id, _table(self._exclusive.pop()), _OWNER)
        self._locks.release(self._session_id, WRITER, _OWNER)

    def share(self, tables: frozenset[int]) -> None:
        """Keep tables from being changed. Raises as `become_writer` does."""
        for number in sorted(tables):
            self._acquire(_table(number), "Shared", self.timeout_ms)
            self._shared.append(number)

    def stop_sharing(self) -> None:
        """Let tables be changed again."""
        while self._shared:
            self._locks.release(self._session_id, _table(self._shared.pop()), _OWNER)

    def keep_readers_off(self, table: int) -> None:
        """Keep a table from being read until the writer stops. Raises as `become_writer` does."""
        self._acquire(_table(table), EXCLUSIVE, self.timeout_ms)
        self._exclusive.append(table)

    def _acquire(self, resource: Hashable, mode: str, timeout_ms: int) -> None:
        outcome = self._locks.acquire(
            self._session_id, resource, mode, _OWNER, timeout_ms, self._cancellation, self.worth()
        )
        if outcome is Outcome.TIMEOUT:
            raise SqlError(1222, "Lock request time out period exceeded.", 16, 51)
        if outcome is Outcome.DEADLOCK:
            raise SqlError(1205, f"Transaction (Process ID {self._session_id}) was deadlocked on lock resources with another process and "
                                 "has been chosen as the deadlock victim. Rerun the transaction.", 13, 51)  # fmt: skip
        if outcome is Outcome.CANCELLED:
            raise CancelledError


def _table(number: int) -> Hashable:
    return ("table", number)
