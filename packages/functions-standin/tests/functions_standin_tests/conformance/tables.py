"""The table that the conformance app watches, and what the SQL trigger remembers of it."""

from typing import Any

import pyodbc

NAME = "dbo.ConformanceRows"


class Tables:
    """The database, over one connection."""

    def __init__(self, connection: pyodbc.Connection) -> None:
        """Ask nothing yet."""
        self._connection = connection
        self._last = 0

    def create(self) -> None:
        """Make the table unless it is there, and switch change tracking on."""
        self.run(
            "IF NOT EXISTS (SELECT 1 FROM sys.change_tracking_databases WHERE database_id = DB_ID()) "
            "ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 14 DAYS, AUTO_CLEANUP = ON)"
        )
        if not self.run("SELECT 1 WHERE OBJECT_ID(?) IS NOT NULL", NAME):
            self.run(
                f"CREATE TABLE {NAME} (Id int NOT NULL PRIMARY KEY, Name nvarchar(50) NULL, Amount decimal(10, 2) NULL, "
                "At datetime2 NULL, Raw varbinary(10) NULL, Flag bit NULL, Ratio float NULL, Big decimal(38, 10) NULL)"
            )
            self.run(f"ALTER TABLE {NAME} ENABLE CHANGE_TRACKING")

    def run(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement; return the rows of its result."""
        cursor = self._connection.execute(sql, *parameters)
        return [tuple(row) for row in cursor] if cursor.description else []

    def new_ids(self, count: int = 1) -> list[int]:
        """Return keys that no row had."""
        [(highest,)] = self.run(f"SELECT MAX(Id) FROM {NAME}")
        first = max(self._last, highest or 0) + 1
        self._last = first + count - 1
        return list(range(first, first + count))

    @property
    def leases(self) -> str:
        """The quoted name of the trigger's leases table."""
        [(function, table)] = self.run(
            "SELECT TOP (1) UserFunctionID, UserTableID FROM az_func.GlobalState "
            "WHERE UserTableID = OBJECT_ID(?) ORDER BY LastAccessTime DESC",
            NAME,
        )
        return f"[az_func].[Leases_{function}_{table}]"

    def lease(self, key: int) -> tuple[int, bool] | None:
        """Return the attempts of a row's lease, and whether it has an expiration; None: there is no lease row."""
        found = self.run(
            "SELECT _az_func_AttemptCount, CASE WHEN _az_func_LeaseExpirationTime IS NULL THEN 0 ELSE 1 END "
            f"FROM {self.leases} WHERE Id = ?",
            key,
        )
        return (found[0][0], bool(found[0][1])) if found else None

    def columns(self, schema: str, table: str) -> list[tuple[Any, ...]]:
        """Return name, type and nullability of each column of a table."""
        return self.run(
            "SELECT COLUMN_NAME, DATA_TYPE, IS_NULLABLE FROM INFORMATION_SCHEMA.COLUMNS "
            "WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
            schema,
            table,
        )
