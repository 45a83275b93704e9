"""A watched table, SQL trigger listeners whose steps a test calls one by one, and a look at what they remember."""

import asyncio
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from functions_standin.console import Console, LogFilter
from functions_standin.sql_trigger.connection import Link, connect, execute, find_driver
from functions_standin.sql_trigger.connection_string import OdbcConnectionString, to_odbc
from functions_standin.sql_trigger.identifiers import TableName
from functions_standin.sql_trigger.listener import Listener
from functions_standin.sql_trigger.loops import Loops, Surroundings
from functions_standin.sql_trigger.options import SqlTriggerOptions
from functions_standin.sql_trigger.timing import Timing
from functions_standin.sql_trigger.watched_table import Identity, WatchedTable, prepare
from functions_standin.system import SYSTEM

LEASE_MS = 60_000


class Worker:
    """One host's listener on the scene's table; it fails for batches that hold a row named in `sick`."""

    def __init__(self, to: OdbcConnectionString, watched: WatchedTable, time_scale: float = 1.0) -> None:
        self.batches: list[list[tuple[str, int]]] = []
        self.payloads: list[list[dict[str, Any]]] = []
        self.sick: set[str] = set()
        self.during_call: Callable[[], None] = lambda: None
        self.function: Callable[[str], bool] = lambda _: not {name for name, _ in self.batches[-1]} & self.sick
        self._log = io.StringIO()
        self.link = Link(to)
        console = Console(LogFilter({"Host": "Debug"}, verbose=False), self._log)
        self.listener = Listener(
            watched=watched,
            to=to,
            call_function=self._called,
            console=console,
        )
        self._surroundings = Surroundings(
            to=to,
            timing=Timing(time_scale, 1.0),
            max_batch_size=watched.statements.max_batch_size,
            console=console,
            outside=SYSTEM,
            open_link=lambda: Link(to),
        )

    @property
    def log(self) -> str:
        """What the listener has logged."""
        return self._log.getvalue()

    def turn(self) -> list[tuple[str, int]]:
        """Let the change loop make one turn; return the (name, operation) of the rows it delivered."""
        before = len(self.batches)
        self.listener.turn(self.link)
        assert "Failed to" not in self.log, self.log
        return self.batches[-1] if len(self.batches) > before else []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let both loops run, in threads of their own."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="sql-trigger-loops", daemon=True)

        async def called(payload: str) -> bool:
            return await asyncio.to_thread(self._called, payload)

        async def start() -> Loops:
            loops = Loops(self.listener, called, self._surroundings)
            loops.start()
            return loops

        async def stop() -> None:
            loops.stop()
            await loops.ended()
            await loop.shutdown_default_executor()

        thread.start()
        loops = asyncio.run_coroutine_threadsafe(start(), loop).result()
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(stop(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _called(self, payload: str) -> bool:
        changes = json.loads(payload)
        self.payloads.append(changes)
        self.batches.append([(change["Item"].get("Name"), change["Operation"]) for change in changes])
        self.during_call()
        return self.function(payload)


class Scene:
    """A table (Id, Name) under change tracking. Versions are counted from the one at which it was set up."""

    def __init__(self, connection: Any, to: OdbcConnectionString, name: str, leases_table_name: str | None) -> None:
        self.table = TableName("dbo", name)
        self.to = to
        self._connection = connection
        self.run(
            "IF NOT EXISTS (SELECT 1 FROM sys.change_tracking_databases WHERE database_id = DB_ID()) "
            "ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 14 DAYS, AUTO_CLEANUP = ON)"
        )
        self.run(
            f"CREATE TABLE {self.table.quoted} (Id int NOT NULL PRIMARY KEY, Name nvarchar(50) NOT NULL, Note int NULL)"
        )
        self.run(f"ALTER TABLE {self.table.quoted} ENABLE CHANGE_TRACKING")
        self._ids: dict[str, int] = {}
        self._identity = Identity("f" + name[1:16].ljust(15, "0"), "h" + name[1:16].ljust(15, "0"), leases_table_name)
        self._start = self._current_version()
        self.watched = self.prepare()
        self._workers: list[Worker] = []

    def prepare(self, table: TableName | None = None) -> WatchedTable:
        """What a listener does first."""
        return prepare(self._connection, table or self.table, self._identity, SqlTriggerOptions(), LEASE_MS)

    def worker(self, *, sick: str = "", to: OdbcConnectionString | None = None, time_scale: float = 1.0) -> Worker:
        """Add a host that fails for the rows named by these letters."""
        worker = Worker(to or self.to, self.watched, time_scale)
        worker.sick = set(sick)
        self._workers.append(worker)
        return worker

    def reconnect(self) -> None:
        """Take a new connection for the scene itself."""
        self._connection.close()
        self._connection = connect(self.to)

    def run(self, sql: str, *parameters: object) -> list[list[Any]]:
        """Run a batch in a transaction of its own; return the rows of its results, one after the other."""
        return [list(row) for rows in execute(self._connection, sql, *parameters) for row in rows]

    def insert(self, *names: str) -> None:
        """Insert rows, all in one transaction."""
        for name in names:
            self._ids[name] = len(self._ids) + 1
        values = ", ".join(f"({self._ids[name]}, N'{name}')" for name in names)
        self.run(f"INSERT INTO {self.table.quoted} (Id, Name) VALUES {values}")

    def update(self, name: str) -> None:
        """Update a row."""
        self.run(f"UPDATE {self.table.quoted} SET Note = COALESCE(Note, 0) + 1 WHERE Id = {self._ids[name]}")

    def delete(self, name: str) -> None:
        """Delete a row."""
        self.run(f"DELETE FROM {self.table.quoted} WHERE Id = {self._ids[name]}")

    def time_passes(self, *, except_for: str = "") -> None:
        """Let every lease run out (but not those of the rows named)."""
        spared = ", ".join(str(self._ids[name]) for name in except_for) or "0"
        self.run(
            f"UPDATE {self.leases_table} SET _az_func_LeaseExpirationTime = DATEADD(second, -1, SYSDATETIME()) "
            f"WHERE _az_func_LeaseExpirationTime IS NOT NULL AND Id NOT IN ({spared})"
        )

    @property
    def leases_table(self) -> str:
        """The leases table, quoted."""
        return self.watched.statements.leases.quoted

    @property
    def position(self) -> int:
        """How far the trigger has synchronised."""
        [[version]] = self.run(
            "SELECT LastSyncVersion FROM az_func.GlobalState WHERE UserFunctionID = ? AND UserTableID = ?",
            self.watched.function_id,
            self.watched.table_id,
        )
        return int(version) - self._start

    @property
    def leases(self) -> dict[str, tuple[int, int, bool]]:
        """Row name -> (version, attempts, whether it has an expiration) of every lease row."""
        names = {identifier: name for name, identifier in self._ids.items()}
        rows = self.run(
            "SELECT Id, _az_func_ChangeVersion, _az_func_AttemptCount, "
            f"CASE WHEN _az_func_LeaseExpirationTime IS NULL THEN 0 ELSE 1 END FROM {self.leases_table}"
        )
        return {names[row[0]]: (row[1] - self._start, row[2], bool(row[3])) for row in rows}

    def exhaust(self, worker: Worker, names: str) -> None:
        """Let the worker fail five times for these rows, then let their leases run out."""
        for _ in range(5):
            assert [name for name, _ in worker.turn()] == list(names)
            self.time_passes()

    def id_of(self, name: str) -> int:
        """The key of a row."""
        return self._ids[name]

    def name_of(self, identifier: int) -> str:
        """The name of a row."""
        return next(name for name, found in self._ids.items() if found == identifier)

    def close(self) -> None:
        """Close every connection and remove what the scene has made."""
        for worker in self._workers:
            worker.link.close()
        self.run(f"DROP TABLE IF EXISTS {self.leases_table}")
        self.run("DELETE FROM az_func.GlobalState WHERE UserTableID = ?", self.watched.table_id)
        self.run(f"DROP TABLE {self.table.quoted}")
        self._connection.close()

    def _current_version(self) -> int:
        [[version]] = self.run("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
        return int(version)


@contextmanager
def scene_on(connection_string: str, name: str, *, leases_table_name: str | None = None) -> Iterator[Scene]:
    """Set a scene on the database."""
    to = to_odbc(connection_string, find_driver())
    scene = Scene(connect(to), to, name, leases_table_name)
    try:
        yield scene
    finally:
        scene.close()
