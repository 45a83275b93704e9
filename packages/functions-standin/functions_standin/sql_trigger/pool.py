"""How many connections of one connection string a host may have open: SqlClient's pool, of which only the limit shows.

docs: "SQL Server connection pooling (ADO.NET)". Each listener keeps two connections for as long as it lives.
"""

import threading

from functions_standin.sql_trigger.connection_string import OdbcConnectionString

_EXHAUSTED = (
    "Timeout expired.  The timeout period elapsed prior to obtaining a connection from the pool.  This may have occurred "
    "because all pooled connections were in use and max pool size was reached."
)
_taken: dict[str, int] = {}
_changed = threading.Condition()


class PoolExhausted(Exception):
    """No connection became free in time."""


def take(to: OdbcConnectionString) -> None:
    """Count one connection more; raise PoolExhausted if there are too many for as long as a login may take."""
    if to.max_pool_size is None:
        return
    with _changed:
        if not _changed.wait_for(lambda: _taken.get(to.text, 0) < (to.max_pool_size or 0), to.login_timeout_seconds):
            raise PoolExhausted(_EXHAUSTED)
        _taken[to.text] = _taken.get(to.text, 0) + 1


def in_use(to: OdbcConnectionString) -> int:
    """Return how many connections are open."""
    with _changed:
        return _taken.get(to.text, 0)


def give_back(to: OdbcConnectionString) -> None:
    """Count one connection less."""
    if to.max_pool_size is None:
        return
    with _changed:
        _taken[to.text] -= 1
        _changed.notify()
