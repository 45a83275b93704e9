"""A database to run the SQL trigger on, the stand-in or the server that TEST_SQL_CONNECTION_STRING names, and storage."""

import uuid
from collections.abc import Iterator

import pyodbc
import pytest

from functions_standin_tests.azurite import Azurite
from mssql_standin.testing.stand_in import sql_server

pyodbc.pooling = False  # a pooled connection outlives the server that it belongs to


@pytest.fixture(scope="session")
def sql_connection_string(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The ADO.NET connection string of a database that the tests may fill."""
    with sql_server(tmp_path_factory.mktemp("sql")) as connection_string:
        yield connection_string


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of an Azurite that all tests share; each has names of its own in it."""
    with Azurite(tmp_path_factory.mktemp("azurite")) as azurite:
        azurite.start()
        yield azurite.connection_string


@pytest.fixture
def unique() -> str:
    """A name that no other test uses."""
    return "t" + uuid.uuid4().hex[:12]
