"""Two ways to one engine: Microsoft's driver over a socket, and the client in this process."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyodbc
import pytest

from mssql_standin.admission import Administrator
from mssql_standin.faults import Faults
from mssql_standin.server import running_server
from mssql_standin.session import Database
from mssql_standin.testing.in_process import Driver
from mssql_standin_tests.in_process.transcript import Connect
from mssql_standin_tests.odbc import find_driver

SA = Administrator("sa", "p}w;d")
LOGIN = "Database=Demo;UID=sa;PWD={p}}w;d};APP=scenes"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificate")


@pytest.fixture
def database() -> Iterator[Database]:
    """The database of the client in this process."""
    database = Database.in_memory("Demo")
    database.faults = Faults()
    yield database
    database.close()


@pytest.fixture
def driver(database: Database) -> Driver:
    return Driver(database, SA.password, classes=pyodbc)


@pytest.fixture
def in_process(driver: Driver) -> Connect:
    return partial(driver.connect, LOGIN)


@pytest.fixture
def served(certificate: Path) -> Iterator[tuple[Connect, Faults]]:
    """Microsoft's driver with a database of its own, and the errors that may come to it."""
    database = Database.in_memory("Demo")
    database.faults = Faults()
    with running_server(database, SA.user, SA.password, certificate) as (host, port):
        text = f"Driver={{{find_driver()}}};Server={host},{port};{LOGIN};Encrypt=no;TrustServerCertificate=yes"
        yield partial(pyodbc.connect, text), database.faults
    database.close()


@pytest.fixture
def over_a_socket(served: tuple[Connect, Faults]) -> Connect:
    return served[0]
