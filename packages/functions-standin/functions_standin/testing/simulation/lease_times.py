"""When the next lease of a SQL trigger runs out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from functions_standin.sql_trigger.connection import execute
from functions_standin.sql_trigger.timing import MAX_ATTEMPTS

# Returns what differs as soon as definitions have been changed, and rows, by what was committed.
Changes = Callable[[], tuple[object, object]]
_TABLES = """
SELECT QUOTENAME(SCHEMA_NAME(t.schema_id)) + N'.' + QUOTENAME(t.name)
FROM sys.tables AS t
INNER JOIN sys.columns AS c ON c.object_id = t.object_id
WHERE c.name = N'_az_func_LeaseExpirationTime'
"""
_NEXT = """
SELECT MIN(_az_func_LeaseExpirationTime)
FROM {table}
WHERE _az_func_AttemptCount < {max_attempts} AND _az_func_LeaseExpirationTime > ?
"""
# So long after a lease ran out triggers have looked. If they have not taken it, they cannot: nothing is tracked of its row any more.
_LOOKED_AT = timedelta(seconds=5)


class LeaseTimes:
    """Asks the database, over a connection of its own, when something was committed, or a lease has run out.

    Its clock is `ahead` of the simulation's, which is UTC.
    """

    def __init__(
        self, connection: Any, changes: Changes, now: Callable[[], datetime], ahead: Callable[[], timedelta]
    ) -> None:
        self._connection = connection
        self._changes = changes
        self._now = now
        self._ahead = ahead
        self._seen: tuple[object, ...] = (None, None, None)
        self._tables: list[str] = []
        self._next: datetime | None = None

    def next(self) -> datetime | None:
        """Return the moment, None if nothing is leased."""
        changes, ahead = (*self._changes(), self._ahead()), self._ahead()
        if changes != self._seen or (self._next is not None and self._next + _LOOKED_AT < self._now() + ahead):
            if changes[0] != self._seen[0]:
                [tables] = execute(self._connection, _TABLES)
                self._tables = [table for (table,) in tables]
            self._next, self._seen = self._ask(self._now() + ahead - _LOOKED_AT), changes
        return None if self._next is None else self._next - ahead

    def _ask(self, after: datetime) -> datetime | None:
        times: list[datetime] = []
        for table in self._tables:
            [[[time]]] = execute(
                self._connection, _NEXT.format(table=table, max_attempts=MAX_ATTEMPTS), after.replace(tzinfo=None)
            )
            times += [] if time is None else [time.replace(tzinfo=UTC)]
        return min(times, default=None)
