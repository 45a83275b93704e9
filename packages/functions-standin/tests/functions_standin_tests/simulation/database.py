"""A SQL Server in memory, on the clock of a simulation."""

import itertools
from typing import Any

from functions_standin.testing.simulation import Simulation
from mssql_standin.session import Database
from mssql_standin.testing.in_process import Driver
from mssql_standin.testing.simulated import Simulated

PASSWORD = "Local-Only-1"
_NAMES = itertools.count()


class _Clock(Simulated):
    def __init__(self, simulation: Simulation) -> None:
        super().__init__(0, simulation.start, lambda happened, seconds: simulation.block(seconds, happened))
        self._simulation = simulation

    def utc_nanoseconds(self) -> int:
        seconds = self._simulation.loop.time()
        return round(self._simulation.start.timestamp()) * 1_000_000_000 + round(seconds * 1_000_000_000)

    def monotonic_seconds(self) -> float:
        return self._simulation.loop.time()


class Orders:
    """A database with a tracked table dbo.Orders (Id, Status), which a simulation's hosts can reach."""

    def __init__(self, simulation: Simulation) -> None:
        name = f"Demo{next(_NAMES)}"
        database = Database.in_memory(name, outside=_Clock(simulation))
        driver = Driver(database, PASSWORD)
        self.ado_net = (
            f"Server=tcp:simulated;Database={name};User ID=sa;Password={PASSWORD};TrustServerCertificate=True"
        )
        self._simulation = simulation
        self._connection = driver.connect(f"UID=sa;PWD={PASSWORD};Database={name}", autocommit=True)
        simulation.connect = lambda text: driver.connect(text, autocommit=True)
        self.run(f"ALTER DATABASE {name} SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 14 DAYS, AUTO_CLEANUP = ON)")
        self.run("CREATE TABLE dbo.Orders (Id int NOT NULL PRIMARY KEY, Status nvarchar(20) NULL)")
        self.run("ALTER TABLE dbo.Orders ENABLE CHANGE_TRACKING")
        simulation.know_leases(self._connection, lambda: database.changes)

    def run(self, sql: str, *parameters: Any) -> list[Any]:
        """Run a statement, of which the triggers hear; return the rows of its first result."""
        cursor = self._connection.execute(sql, *parameters)
        rows = cursor.fetchall() if cursor.description is not None else []
        self._simulation.database_changes.tell()
        return list(rows)

    def insert(self, *ids: int) -> None:
        """Insert rows, each in a transaction of its own."""
        for each in ids:
            self.run("INSERT INTO dbo.Orders VALUES (?, N'new')", each)

    @property
    def leased(self) -> int:
        """How many rows are leased now."""
        [[name]] = self.run("SELECT name FROM sys.tables WHERE name LIKE 'Leases[_]%'")
        [[count]] = self.run(f"SELECT COUNT(*) FROM az_func.[{name}] WHERE _az_func_LeaseExpirationTime IS NOT NULL")
        return int(count)

    @property
    def lag(self) -> int:
        """How many versions the trigger's position is behind the database's."""
        [[behind]] = self.run(
            "SELECT CHANGE_TRACKING_CURRENT_VERSION() - MIN(LastSyncVersion) FROM az_func.GlobalState"
        )
        return int(behind)
