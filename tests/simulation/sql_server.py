"""The database of a simulation: in memory, on its clock, and sometimes away."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pyodbc

from functions_standin.testing.simulation import Simulation
from mssql_standin.faults import Faults
from mssql_standin.session import Database
from mssql_standin.testing.in_process import Driver
from mssql_standin.testing.simulated import Simulated
from tests.simulation.process import Process

PASSWORD = "Local-Only-1"
# Results of aggregates are relayed.
_ONLY_THE_APPS = "SELECT object_id FROM sys.tables WHERE SCHEMA_NAME(schema_id) = 'relay' AND name <> 'AggregateResult'"


class _Clock(Simulated):
    """The simulation's, in place of one of its own."""

    def __init__(self, simulation: Simulation, seed: int) -> None:
        super().__init__(seed, simulation.start, self._block)
        self._simulation = simulation
        self._start_nanoseconds = round(simulation.start.timestamp()) * 1_000_000_000
        self.ahead_seconds = 0.0  # of the simulation's clock

    def _block(self, happened: Callable[[], bool], seconds: float | None) -> None:
        # What is left of a wait may be less than what moves the clock's float; then nobody would ever get on.
        self._simulation.block(None if seconds is None else max(seconds, 0.001), happened)

    def utc_nanoseconds(self) -> int:
        return self._start_nanoseconds + round((self._simulation.loop.time() + self.ahead_seconds) * 1_000_000_000)

    def monotonic_seconds(self) -> float:
        return self._simulation.loop.time()


class SqlServer:
    """One database, whom its clients reach while it is not `away`; `told` hears of what people beside the app do to it."""

    def __init__(self, simulation: Simulation, seed: int, told: Callable[[], None]) -> None:
        name = "Shop"
        self._simulation = simulation
        self._told = told
        self._clock = _Clock(simulation, seed)
        self._database = Database.in_memory(name, outside=self._clock)
        self._drivers: list[Driver] = []
        self._is_away = False
        self.bars_triggers = False  # whether nobody lets them in
        self._told_at = 0  # commits
        self._only_the_apps: frozenset[int] = frozenset()  # tables that no trigger reads
        self.odbc = f"UID=sa;PWD={PASSWORD};Database={name}"
        self.ado_net = (
            f"Server=tcp:simulated;Database={name};User ID=sa;Password={PASSWORD};TrustServerCertificate=True"
        )
        self._looks = self._driver().connect(self.odbc, autocommit=True)  # of people beside the app, whom nothing stops
        self.writer = self._driver().connect(self.odbc, autocommit=False)  # of the transactions that the app relays
        self._triggers = self._driver()
        self._drivers.append(self._triggers)
        simulation.connect = lambda text: self._connect(self._triggers, text, autocommit=True)
        simulation.know_leases(
            self._looks, lambda: self._database.changes, lambda: timedelta(seconds=self._clock.ahead_seconds)
        )

    def _driver(self, process: Process | None = None) -> Driver:
        if process is None:
            return Driver(self._database, PASSWORD, classes=pyodbc)
        return Driver(self._database, PASSWORD, classes=pyodbc, hook=partial(process.request, self.committed))

    def let_in(self, process: Process) -> None:
        """Give a process a driver."""
        process.driver = self._driver(process)
        self._drivers.append(process.driver)

    def connect(self, process: Process, text: str, *, autocommit: bool) -> Any:
        """Connect a process. Raises pyodbc.OperationalError."""
        process.check()
        return self._connect(process.driver, text, autocommit=autocommit)

    def _connect(self, driver: Driver, text: str, *, autocommit: bool) -> Any:
        if self._is_away:
            raise pyodbc.OperationalError("08001", "[08001] TCP Provider: Error code 0x2749 (10061)")
        if self.bars_triggers and driver is self._triggers:
            raise pyodbc.InterfaceError("28000", "[28000] Login failed for user 'sa'. (18456)")
        return driver.connect(text, autocommit=autocommit)

    @property
    def is_away(self) -> bool:
        """Whether nobody is let in; may be set: then all connections break."""
        return self._is_away

    @is_away.setter
    def is_away(self, away: bool) -> None:
        self._is_away = away
        if away:
            for driver in self._drivers:
                driver.drop_all()
        self.tell()

    @property
    def seconds(self) -> float:
        """The virtual time, whatever the server's clock says."""
        return self._clock.monotonic_seconds()

    def set_clock(self, seconds: float) -> None:
        """Set the server's clock forward, or back by less than zero."""
        self._clock.ahead_seconds += seconds
        self.tell()

    def expose(self) -> Faults:
        """Let errors on demand strike whoever connects from now on; before the first host starts. Who beside the app works is spared."""
        self._database.faults = Faults()
        return self._database.faults

    def allow_snapshots(self) -> None:
        """Switch row versioning on, as it is by default in Azure SQL."""
        for option in ("ALLOW_SNAPSHOT_ISOLATION", "READ_COMMITTED_SNAPSHOT"):
            self._looks.execute(f"ALTER DATABASE CURRENT SET {option} ON")

    def connect_beside(self) -> Any:
        """Connect a program beside the app, whom nothing stops."""
        return self._driver().connect(self.odbc, autocommit=True)

    def kill_sessions(self) -> None:
        """End every session of the app and of the triggers, in whatever it is."""
        for driver in self._drivers:
            driver.drop_all()
        self.tell()

    def take_trigger_lock(self) -> Callable[[], None] | None:
        """Take the lock that all SQL triggers of a database share, as others' triggers do; return what lets it go, None: not to be had now."""
        # Trouble with the database is the others' too.
        with contextlib.suppress(pyodbc.Error), contextlib.ExitStack() as connected:
            other = self.connect_beside()
            connected.callback(other.close)
            [[granted]] = other.execute(
                "DECLARE @granted int; EXEC @granted = sp_getapplock @Resource = N'_az_func_Trigger', @LockMode = 'Exclusive', "
                "@LockOwner = 'Session', @LockTimeout = 0; SELECT @granted"
            ).fetchall()
            if granted >= 0:
                return connected.pop_all().close
        return None

    def run(self, sql: str, *parameters: Any) -> Sequence[Sequence[Any]]:
        """Run a statement as people beside the app do; return the rows of its first result."""
        rows = self.look(sql, *parameters)
        self.tell()
        return rows

    def look(self, sql: str, *parameters: Any) -> Sequence[Sequence[Any]]:
        """Run a statement that changes nothing."""
        cursor = self._looks.execute(sql, *parameters)
        return list(cursor.fetchall()) if cursor.description is not None else []

    def tell(self) -> None:
        """Let the triggers look, and what was left out go on."""
        self._told_at = self._database.changes[1]
        self._told()
        self._simulation.database_changes.tell()
        self._simulation.stir()

    def committed(self) -> None:
        """Let the triggers look if the app has changed what they read: it may have given them something back."""
        commits = self._database.changes[1]
        changed, self._told_at = self._database.changed_since(self._told_at), commits
        if not changed <= self._only_the_apps:
            self._only_the_apps = frozenset(number for (number,) in self.look(_ONLY_THE_APPS))
            if not changed <= self._only_the_apps:
                self._simulation.database_changes.tell()
