"""A database to run the contract against: the stand-in, or a real server if TEST_SQL_CONNECTION_STRING names one."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pyodbc
import pytest

from adapters.connection_string import OdbcConnection, find_driver, to_odbc
from adapters.sql_server import SqlServer

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def sql_connection_string(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The ADO.NET connection string of a database that the tests may fill."""
    real = os.environ.get("TEST_SQL_CONNECTION_STRING")
    if real:
        yield real
        return
    command = [sys.executable, "-m", "devstack.sql_server", "--port", "0", "--database", "ContractTest"]
    with subprocess.Popen(
        [*command, "--data", str(tmp_path_factory.mktemp("sql"))],
        cwd=ROOT,
        env={**os.environ, "DEVSTACK_SQL_PASSWORD": "Contract-Test-1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert "listening on 127.0.0.1," in ready, ready
        port = ready.split("127.0.0.1,")[1].split()[0]
        try:
            yield (
                f"Server=tcp:127.0.0.1,{port};Database=ContractTest;User ID=sa;Password=Contract-Test-1;"
                "Encrypt=True;TrustServerCertificate=True"
            )
        finally:
            process.kill()


@pytest.fixture(scope="session")
def odbc(sql_connection_string: str) -> OdbcConnection:
    return to_odbc(sql_connection_string, find_driver(pyodbc.drivers()))


@pytest.fixture
def server(odbc: OdbcConnection) -> Iterator[SqlServer]:
    server = SqlServer(odbc)
    yield server
    server.close()


@pytest.fixture
def unique() -> str:
    """A name that no other test uses."""
    return "t" + uuid.uuid4().hex[:12]
