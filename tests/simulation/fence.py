"""What locks protect: a resource behind the fence of docs/sql/fence.sql, which people's programs write to whatever else goes on."""

import re
from contextlib import closing
from pathlib import Path

import pyodbc

from tests.simulation.sql_server import SqlServer

FENCE = (Path(__file__).parents[2] / "docs" / "sql" / "fence.sql").read_text(encoding="utf-8")
REFUSED = "50409"
# The values as parameters, so that the text is parsed once.
_TEXT = re.sub(r"DECLARE @resource.*;", "DECLARE @resource nvarchar(200) = ?, @token bigint = ?;", FENCE)


class Fence:
    """The resources of all locks, each under its lock's name."""

    def __init__(self, sql: SqlServer) -> None:
        self._sql = sql

    def lets(self, resource: str, token: int) -> bool:
        """Write, over a connection of its own: each writer may have to wait; tell whether the fence let the token pass."""
        with closing(self._sql.connect_beside()) as connection:
            try:
                connection.execute(_TEXT, resource, token)
            except pyodbc.Error as error:
                if REFUSED not in str(error):
                    raise
                return False
        return True
