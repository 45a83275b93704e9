"""A database in memory, on a clock that moves only when it is told to; what the app asks of it comes as from two hosts."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyodbc

from adapters.sql_server.connection import in_order
from adapters.sql_server.migrations import migrations
from adapters.sql_server.statements import LIMITS, render
from adapters.sql_server.statements import statement as text_of
from mssql_standin.session import Database
from mssql_standin.testing.in_process import Driver
from mssql_standin.testing.simulated import Simulated

PASSWORD = "Local-Only-1"
FENCE = (Path(__file__).parents[2] / "docs" / "sql" / "fence.sql").read_text(encoding="utf-8")
REFUSED = 50409


class LockDatabase:
    """The app's own tables, and a table behind the fence."""

    def __init__(self, seed: int) -> None:
        self.clock = Simulated(seed)
        self._driver = Driver(Database.in_memory("Shop", outside=self.clock), PASSWORD, classes=pyodbc)
        self._writer = self.connect()
        for name in migrations():
            self._writer.execute(text_of(name))
        self._writer.execute(
            "CREATE TABLE dbo.Written ([Id] int IDENTITY PRIMARY KEY, [Resource] nvarchar(100), [Token] bigint)"
        )
        # The values as parameters, so that the text is parsed once.
        self._fence, count = re.subn(
            r"DECLARE @resource.*;", "DECLARE @resource nvarchar(200) = ?, @token bigint = ?;", FENCE.replace(
                "-- Here come your own statements.", "INSERT INTO dbo.Written ([Resource], [Token]) VALUES (@resource, @token);"
            )
        )  # fmt: skip
        assert count == 1

    def connect(self) -> Any:
        """Connect one more client."""
        return self._driver.connect(f"UID=sa;PWD={PASSWORD};Database=Shop", autocommit=True)

    def write(self, resource: str, token: int) -> bool:
        """Write through the fence; tell whether it let the token pass."""
        try:
            self._writer.execute(self._fence, resource, token)
        except pyodbc.Error as error:
            if str(REFUSED) not in str(error):
                raise
            self._writer.execute("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION")
            return False
        return True

    def written(self) -> list[tuple[str, int]]:
        """Return what was written, in its order."""
        rows = self._writer.execute("SELECT [Resource], [Token] FROM dbo.Written ORDER BY [Id]").fetchall()
        return [(resource, token) for resource, token in rows]


class HostTables:
    """Satisfies relay.ports.Tables, for the app on one host."""

    def __init__(self, database: LockDatabase) -> None:
        self._connection = database.connect()
        self._connection.autocommit = False

    def ask(self, statement: str, **values: Any) -> Sequence[Sequence[Mapping[str, Any]]]:
        sql = render(statement, LIMITS)
        cursor = self._connection.execute(sql, *in_order(sql, {"app": "shop", **values}))
        found = []
        while True:
            if cursor.description is not None:
                columns = [column[0] for column in cursor.description]
                found.append([dict(zip(columns, row, strict=True)) for row in cursor.fetchall()])
            if not cursor.nextset():
                break
        self._connection.commit()
        return found
