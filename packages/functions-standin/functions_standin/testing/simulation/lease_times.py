"""When the next lease of a SQL trigger runs out."""

from collections.abc import Callable
from datetime import UTC, datetime
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
WHERE _az_func_AttemptCount < {max_attempts}
"""


class LeaseTimes:
    """Asks the database, over a connection of its own, whose clock is the simulation's in UTC, when something was committed."""

    def __init__(self, connection: Any, changes: Changes) -> None:
        self._connection = connection
        self._changes = changes
        self._seen: tuple[object, object] = (None, None)
        self._tables: list[str] = []
        self._next: datetime | None = None

    def next(self) -> datetime | None:
        """Return the moment, None if nothing is leased."""
        changes = self._changes()
        if changes != self._seen:
            if changes[0] != self._seen[0]:
                [tables] = execute(self._connection, _TABLES)
                self._tables = [table for (table,) in tables]
            self._next, self._seen = self._ask(), changes
        return self._next

    def _ask(self) -> datetime | None:
        times: list[datetime] = []
        for table in self._tables:
            [[[time]]] = execute(self._connection, _NEXT.format(table=table, max_attempts=MAX_ATTEMPTS))
            times += [] if time is None else [time.replace(tzinfo=UTC)]
        return min(times, default=None)
