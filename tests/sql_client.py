"""The app's connection to SQL Server, for tests that set a scene: any statement, its parameters by position."""

from typing import Any

from adapters.sql_server import connection


class SqlServer(connection.SqlServer):
    """As the app's, and more at ease."""

    def run(self, sql: str, *parameters: Any) -> list[list[Any]]:
        """Run a batch; return the rows of each result set."""
        return [list(found.rows) for found in self.execute(sql, parameters)]

    def run_outside_transaction(self, sql: str) -> None:
        """Run a statement that may not be part of a transaction."""
        self.execute_outside_transaction(sql)
