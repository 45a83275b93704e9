"""Open connections to one database: lent to one statement at a time, kept for the next one, closed when nobody wants them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pyodbc

from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.translation import took_too_long, translate

IDLE_SECONDS = 120.0  # more than the watchdog's minute
SLOW_SECONDS = 2.0  # of an attempt to connect: then nobody was there, and the next ones need not wait as long
HOPELESS_SECONDS = 5.0  # after such an attempt nobody tries

Look = Callable[[pyodbc.Connection], None]

_BOWS = "SET DEADLOCK_PRIORITY LOW"  # in a circle of waiting transactions the relay's is rolled back, never a user's

_UTF_16 = (pyodbc.SQL_WCHAR, pyodbc.SQL_WVARCHAR, pyodbc.SQL_WLONGVARCHAR)


class Connections:
    """As many as there are borrowers; the last one that came back goes out first, so that the others grow old."""

    def __init__(self, odbc: OdbcConnection, look_at: Look, *, idle_seconds: float = IDLE_SECONDS) -> None:
        """Open nothing yet. `look_at` may refuse a new connection by raising."""
        self._odbc = odbc
        self._look_at = look_at
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._idle: list[tuple[float, pyodbc.Connection]] = []  # since when, oldest first
        self._sweeper: threading.Timer | None = None
        self._hopeless: tuple[float, pyodbc.Error] | None = None  # until when, and why

    @contextmanager
    def lent(self) -> Iterator[tuple[pyodbc.Connection, bool]]:
        """Lend a connection, and tell whether it was open before. One that broke is closed, with all that are idle: they broke too.

        Raises pyodbc.Error, and what `look_at` raises.
        """
        kept = self._take()
        connection = kept or self._open()
        try:
            yield connection, kept is not None
        except pyodbc.Error as error:
            if took_too_long(error):
                _close(connection)  # which ends its transaction; to ask for that might take as long again
            elif translate(error).number is not None and _rolled_back(connection):
                self._keep(connection)
            else:
                _close(connection)
                self.close_idle()
            raise
        except BaseException:
            _close(connection)
            raise
        self._keep(connection)

    def close_idle(self, *, older_than_seconds: float = 0.0) -> None:
        """Close what is lent to nobody for so long."""
        with self._lock:
            latest = time.monotonic() - older_than_seconds
            old = [connection for since, connection in self._idle if since <= latest]
            self._idle = self._idle[len(old) :]
        for connection in old:
            _close(connection)

    def _take(self) -> pyodbc.Connection | None:
        with self._lock:
            return self._idle.pop()[1] if self._idle else None

    def _keep(self, connection: pyodbc.Connection) -> None:
        with self._lock:
            self._idle.append((time.monotonic(), connection))
            self._sweep_later()

    def _sweep_later(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Timer(self._idle_seconds, self._sweep)
            self._sweeper.daemon = True
            self._sweeper.start()

    def _sweep(self) -> None:
        self.close_idle(older_than_seconds=self._idle_seconds)
        with self._lock:
            self._sweeper = None
            if self._idle:
                self._sweep_later()

    def _open(self) -> pyodbc.Connection:
        began = time.monotonic()
        if self._hopeless and began < self._hopeless[0]:
            raise self._hopeless[1]
        pyodbc.pooling = False  # a pooled connection would hide that the server went away
        try:
            connection = pyodbc.connect(self._odbc.text, timeout=self._odbc.login_timeout_seconds, autocommit=False)
        except pyodbc.Error as error:
            now = time.monotonic()
            if now - began > SLOW_SECONDS and translate(error).number is None:
                self._hopeless = (now + HOPELESS_SECONDS, error)
            raise
        self._hopeless = None
        try:
            connection.timeout = self._odbc.command_timeout_seconds
            for kind in _UTF_16:
                connection.add_output_converter(kind, _characters)
            with connection.execute(_BOWS):
                connection.commit()
            self._look_at(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _characters(utf_16: bytes | None) -> str | None:
    """Return a text as SQL Server holds it, also one that was cut within a surrogate pair: pyodbc would fail for the whole result."""
    return None if utf_16 is None else utf_16.decode("utf-16-le", "surrogatepass")


def _rolled_back(connection: pyodbc.Connection) -> bool:
    try:
        connection.rollback()
    except pyodbc.Error:
        return False
    return True


def _close(connection: pyodbc.Connection) -> None:
    with suppress(pyodbc.Error):  # it was broken already
        connection.close()
