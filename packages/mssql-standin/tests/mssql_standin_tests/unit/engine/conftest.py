"""A database in a temporary folder, clients of it, and a check that the tests' SQL is what SQL Server would parse."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mssql_standin.session import Database
from mssql_standin.testing.microsoft_parser import syntax_errors
from mssql_standin_tests.unit.engine.client import Client


@pytest.fixture(scope="module", autouse=True)
def ran() -> Iterator[list[str]]:
    """Collect the SQL of a test module; at its end Microsoft's own parser must accept all of it."""
    statements: list[str] = []
    yield statements
    assert not syntax_errors(dict.fromkeys(statements))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    database = Database.open(tmp_path / "test.sqlite3", "TestDb")
    yield database
    database.close()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, ran: list[str]) -> Iterator[Client]:
    """One client for all tests of a module that only ask for values."""
    database = Database.open(tmp_path_factory.mktemp("reader") / "test.sqlite3", "TestDb")
    yield Client(database, ran)
    database.close()


@pytest.fixture
def connect(database: Database, ran: list[str]) -> Callable[[], Client]:
    """A function that opens one more client."""
    return lambda: Client(database, ran)


@pytest.fixture
def client(connect: Callable[[], Client]) -> Client:
    """A client."""
    return connect()
