"""When the next lease of a SQL trigger runs out."""

from datetime import UTC, datetime
from typing import Any

from functions_standin.sql_trigger.connection import execute
from functions_standin.sql_trigger.timing import MAX_ATTEMPTS

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
    """Asks the database, over a connection of its own, whose clock is the simulation's in UTC."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def next(self) -> datetime | None:
        """Return the moment, None if nothing is leased."""
        [tables] = execute(self._connection, _TABLES)
        times: list[datetime] = []
        for (table,) in tables:
            [[[time]]] = execute(self._connection, _NEXT.format(table=table, max_attempts=MAX_ATTEMPTS))
            times += [] if time is None else [time.replace(tzinfo=UTC)]
        return min(times, default=None)
