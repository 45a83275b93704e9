"""How many connections of one connection string a host may have open: SqlClient's pool, of which only the limit shows.

docs: "SQL Server connection pooling (ADO.NET)". Each listener keeps two connections for as long as it lives.
"""

import threading

from functions_standin.sql_trigger.connection_string import OdbcConnectionString

_EXHAUSTED = (
    "Timeout expired.  The timeout period elapsed prior to obtaining a connection from the pool.  This may have occurred "
    "because all pooled connections were in use and max pool size was reached."
)


class PoolExhausted(Exception):
    """No connection is free."""


class Pools:
    """The pools of one host, a count for each connection string; from any thread."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, to: OdbcConnectionString) -> None:
        """Count one connection more; raise PoolExhausted if there are as many as there may be."""
        with self._lock:
            taken = self._taken.get(to.text, 0)
            if to.max_pool_size is not None and taken >= to.max_pool_size:
                raise PoolExhausted(_EXHAUSTED)
            self._taken[to.text] = taken + 1

    def in_use(self, to: OdbcConnectionString) -> int:
        """Return how many connections are open."""
        with self._lock:
            return self._taken.get(to.text, 0)

    def give_back(self, to: OdbcConnectionString) -> None:
        """Count one connection less."""
        with self._lock:
            self._taken[to.text] -= 1


OF_THE_PROCESS = Pools()
