"""Many SQL triggers on one database, with the app behind them and the lock that they share on a stopwatch."""

import io
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.connection_string import OdbcConnection, find_driver, to_odbc
from adapters.sql_server.enable import enable
from adapters.sql_server.table import RelayTable
from functions_standin.console import Console, LogFilter
from functions_standin.sql_trigger import connection_string
from functions_standin.sql_trigger.connection import Link, Odbc, connect
from functions_standin.sql_trigger.identifiers import TableName as WatchedName
from functions_standin.sql_trigger.listener import Listener
from functions_standin.sql_trigger.options import SqlTriggerOptions
from functions_standin.sql_trigger.pool import Pools
from functions_standin.sql_trigger.timing import Timing
from functions_standin.sql_trigger.watched_table import Identity, prepare
from relay import exact_json
from relay.config.values import Relay
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome
from relay.identifiers import TableName
from relay.names import function_id, function_name, leases_table
from services.batch import relay_batch
from tests.fakes import an_outside
from tests.sql_client import SqlServer

_APP = "bench"
_LOCK = "_az_func_Trigger"


@dataclass(slots=True)
class LockTimes:
    """Of each transaction of a trigger: how long its first statement took, which waits for the lock, and how long it held it then."""

    waited_seconds: list[float] = field(default_factory=list)
    held_seconds: list[float] = field(default_factory=list)


class _Timed:
    """A connection that measures its transactions; one thread uses it."""

    def __init__(self, connection: Any, times: LockTimes) -> None:
        self.__dict__.update(_connection=connection, _times=times, _granted=None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._connection, name, value)

    def cursor(self) -> Any:
        return _TimedCursor(self._connection.cursor(), self)

    def commit(self) -> None:
        self._connection.commit()
        self.ended()

    def rollback(self) -> None:
        self._connection.rollback()
        self.ended()

    def granted(self, waited_seconds: float) -> None:
        if self._granted is None:
            self._times.waited_seconds.append(waited_seconds)
            self.__dict__["_granted"] = time.perf_counter()

    def ended(self) -> None:
        if self._granted is not None:
            self._times.held_seconds.append(time.perf_counter() - self._granted)
            self.__dict__["_granted"] = None


class _TimedCursor:
    def __init__(self, cursor: Any, connection: _Timed) -> None:
        self._cursor, self._connection = cursor, connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, sql: str, parameters: Sequence[Any]) -> None:
        begin = time.perf_counter()
        self._cursor.execute(sql, parameters)
        if _LOCK in sql:
            self._connection.granted(time.perf_counter() - begin)


class _TimedDriver(Odbc):
    def __init__(self, times: LockTimes) -> None:
        self._times = times

    def connect(self, to: connection_string.OdbcConnectionString) -> Any:
        return _Timed(super().connect(to), self._times)


class _TimedLink(Link):
    def __init__(self, to: connection_string.OdbcConnectionString, times: LockTimes) -> None:
        super().__init__(to, _TimedDriver(times), Pools())  # a pool of its own: what is measured is the lock


class _Turns:
    """A listener's turns on a thread of their own."""

    def __init__(self, listener: Listener, link: Link, interval_seconds: float) -> None:
        self._listener, self._link, self._interval_seconds = listener, link, interval_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self, timeout_seconds: float) -> None:
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._listener.turn(self._link)
            self._stopping.wait(self._interval_seconds)
        self._link.close()


class Endpoint:
    """Takes everything at once and notes when; `arrived` is (relay, Id, Number) -> moment."""

    def __init__(self) -> None:
        self.arrived: dict[tuple[str, int, int], float] = {}

    def send(self, message: Message, *, timeout_seconds: float) -> Outcome:  # noqa: ARG002 - as the app calls it
        """Note the first arrival of each change."""
        change = exact_json.loads(message.body)
        self.arrived.setdefault((change["relay"], change["key"]["Id"], change["data"]["Number"]), time.perf_counter())
        return Delivered(200)


class Triggers:
    """So many relays, a table each, all on one database; a context manager."""

    def __init__(self, ado_net: str, count: int, interval_seconds: float) -> None:
        self._odbc: OdbcConnection = to_odbc(ado_net, find_driver([]))
        self._to = connection_string.to_odbc(ado_net, find_driver([]))
        self._interval_seconds = interval_seconds
        self.relays = [
            Relay(name=f"r{count}_{n}", table=TableName("dbo", f"T{count}_{n}"), endpoint="http://127.0.0.1:1")
            for n in range(count)
        ]
        self.times = LockTimes()
        self.endpoint = Endpoint()
        self.log = io.StringIO()
        self._servers: list[SqlServer] = []
        self._listeners: list[_Turns] = []

    def __enter__(self) -> "Triggers":
        server = self.server()
        for relay in self.relays:
            server.run(f"CREATE TABLE {relay.table} (Id int NOT NULL PRIMARY KEY, Number int NOT NULL)")
        list(enable(server, _APP, self.relays))
        for relay in self.relays:
            self._listeners.append(self._turns(relay))
            threading.Event().wait(self._interval_seconds / len(self.relays))  # as hosts do not start at one moment
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._listeners:
            listener.stop()
        for listener in self._listeners:
            listener.join(30)
        for server in self._servers:
            server.close()

    def server(self) -> SqlServer:
        """Return a connection of one's own."""
        self._servers.append(SqlServer(self._odbc))
        return self._servers[-1]

    def _turns(self, relay: Relay) -> _Turns:
        identity = Identity(function_id(_APP, function_name(relay.name)), "0" * 16, leases_table(_APP, relay.name))
        timing = Timing(1.0, self._interval_seconds)
        connection = connect(self._to)
        watched = prepare(
            connection, WatchedName("dbo", relay.table.name), identity, SqlTriggerOptions(), timing.lease_ms
        )
        connection.close()
        changes = SqlChanges(RelayTable(self.server(), _APP, relay))
        outside = an_outside(relay, changes=changes, endpoint=self.endpoint)
        listener = Listener(
            watched=watched,
            to=self._to,
            call_function=lambda payload: relay_batch(payload, outside).error is None,
            console=Console(LogFilter({"default": "Error"}, verbose=False), self.log),
        )
        return _Turns(listener, _TimedLink(self._to, self.times), self._interval_seconds)
