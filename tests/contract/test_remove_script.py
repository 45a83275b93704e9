"""docs/sql/remove.sql, on a database of its own: nothing of relay and SQL trigger is left, everything else is."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyodbc
import pytest

from adapters.sql_server.connection_string import find_driver, to_odbc
from adapters.sql_server.enable import enable
from adapters.sql_server.rights import rights
from mssql_standin.testing.stand_in import StandIn
from relay.config.values import Relay
from relay.identifiers import TableName
from tests.sql_client import SqlServer

TEXT = (Path(__file__).parents[2] / "docs" / "sql" / "remove.sql").read_text(encoding="utf-8")
RELAY = Relay(name="orders", table=TableName("dbo", "Orders"), endpoint="http://127.0.0.1:1")
LEFT = """
SELECT COUNT(*)
FROM (
    SELECT [name] FROM sys.schemas WHERE [name] IN (N'relay', N'az_func')
    UNION ALL
    SELECT [name] FROM sys.database_principals WHERE [name] = N'relay_app'
) AS ours
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SqlServer]:
    with (
        StandIn(tmp_path) as stand_in,
        closing(SqlServer(to_odbc(stand_in.ado_net, find_driver(pyodbc.drivers())))) as server,
    ):
        server.run("CREATE TABLE dbo.Orders (OrderId int NOT NULL PRIMARY KEY); INSERT dbo.Orders VALUES (1)")
        yield server


def left(server: SqlServer) -> int:
    """How many of the two schemas and the role there are."""
    [found] = server.ask(LEFT)
    count: int = found.value()
    return count


def test_it_removes_schemas_tables_and_role_with_its_members_and_may_be_repeated(server: SqlServer) -> None:
    list(enable(server, "shop", [RELAY]))
    server.run(rights([RELAY.table]))
    server.run("CREATE TABLE az_func.Leases_shop (OrderId int NOT NULL PRIMARY KEY)")
    server.run(
        "CREATE LOGIN guest_of_relay WITH PASSWORD = 'Local-Only-1'; CREATE USER guest_of_relay FOR LOGIN guest_of_relay"
    )
    server.run("ALTER ROLE relay_app ADD MEMBER guest_of_relay")
    assert left(server) == 3

    server.run(TEXT)
    assert left(server) == 0
    [orders] = server.ask("SELECT COUNT(*) FROM dbo.Orders")
    assert orders.value() == 1

    server.run(TEXT)
    list(enable(server, "shop", [RELAY]))
