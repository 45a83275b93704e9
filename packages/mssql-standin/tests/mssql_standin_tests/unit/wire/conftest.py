"""The whole stand-in in this process, and clients of bytes."""

from collections.abc import Iterator

import pytest

from mssql_standin.server import running_server
from mssql_standin.session import Database
from mssql_standin.testing.stand_in import DATABASE, PASSWORD, USER
from mssql_standin_tests.unit.wire.tds_client import TdsClient


@pytest.fixture(scope="package")
def stand_in_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a stand-in with an empty database."""
    folder = tmp_path_factory.mktemp("tds")
    database = Database.open(folder / "test.sqlite3", DATABASE)
    with running_server(database, USER, PASSWORD, folder) as (_, port):
        yield port
    database.close()


@pytest.fixture
def client(stand_in_port: int) -> Iterator[TdsClient]:
    """A client of it."""
    client = TdsClient(stand_in_port)
    yield client
    client.close()


@pytest.fixture
def other_client(stand_in_port: int) -> Iterator[TdsClient]:
    """One more client of it."""
    client = TdsClient(stand_in_port)
    yield client
    client.close()
