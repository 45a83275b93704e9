"""A database to run the contract against: the stand-in, or a real server if TEST_SQL_CONNECTION_STRING names one."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pyodbc
import pytest

from adapters.sql_server.connection_string import OdbcConnection, find_driver, to_odbc
from mssql_standin.testing.stand_in import sql_server
from relay.config.values import Relay
from relay.identifiers import TableName
from tests.contract.relay_scene import Scene
from tests.contract.rewording import RewordingSqlServer
from tests.sql_client import SqlServer


@pytest.fixture(scope="session")
def sql_connection_string(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The ADO.NET connection string of a database that the tests may fill."""
    with sql_server(tmp_path_factory.mktemp("sql")) as connection_string:
        yield connection_string


@pytest.fixture(scope="session")
def odbc(sql_connection_string: str) -> OdbcConnection:
    return to_odbc(sql_connection_string, find_driver(pyodbc.drivers()))


@pytest.fixture
def server(odbc: OdbcConnection) -> Iterator[SqlServer]:
    server = SqlServer(odbc)
    yield server
    server.close()


DROP_NAMED = """
DECLARE @name nvarchar(40) = ?, @drop nvarchar(max) = N'';
SELECT @drop = @drop + N'DROP TABLE ' + QUOTENAME(SCHEMA_NAME([schema_id])) + N'.' + QUOTENAME([name]) + N';'
FROM sys.tables
WHERE CHARINDEX(@name, [name]) > 0;
EXEC (@drop);
"""


@pytest.fixture
def unique(server: SqlServer) -> Iterator[str]:
    """A name that no other test uses; tables that have it in theirs go with the test, or thousands slow all others down."""
    name = "t" + uuid.uuid4().hex[:12]
    yield name
    server.run(DROP_NAMED, name)


def allow_snapshots(server: SqlServer, *, on: bool) -> None:
    """Say whether the database allows SNAPSHOT, as Azure SQL does and SQL Server does not unless it is told to."""
    server.run_outside_transaction(f"ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION {'ON' if on else 'OFF'}")


@pytest.fixture(params=[False, True], ids=["as written", "reworded, snapshots"])
def app_server(odbc: OdbcConnection, server: SqlServer, request: pytest.FixtureRequest) -> Iterator[SqlServer]:
    """The app's client of a database without snapshots; and one with them, to a client that says the same in other words.

    The meaning counts, not the text.
    """
    allow_snapshots(server, on=request.param)
    client = RewordingSqlServer(odbc) if request.param else SqlServer(odbc)
    yield client
    client.close()
    allow_snapshots(server, on=False)


@pytest.fixture
def scene(server: SqlServer, app_server: SqlServer, unique: str) -> Callable[..., Scene]:
    def make(
        columns: str = "Id int NOT NULL PRIMARY KEY, Name nvarchar(50) NULL, Note nvarchar(50) NULL", **differences: Any
    ) -> Scene:
        relay = Relay(
            name=unique, table=TableName("dbo", f"Table ] {unique}"), endpoint="http://127.0.0.1:1", **differences
        )
        return Scene(server, app_server, relay, columns)

    return make
