"""Any SQL Server: the stand-in, or the one that TEST_SQL_CONNECTION_STRING names. The tests leave nothing behind there.

What is asserted is what the documentation of SQL Server says, so that a real one can be put to the same questions.
"""

import contextlib
import uuid
from collections.abc import Callable, Iterator

import pyodbc
import pytest

from mssql_standin.testing.microsoft_parser import syntax_errors, with_parameters
from mssql_standin.testing.stand_in import sql_server
from mssql_standin_tests.conformance.client import Client
from mssql_standin_tests.odbc import to_odbc

_LOGIN_TIMEOUT_SECONDS = 60
Connect = Callable[[], Client]
Make = Callable[[str], str]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with sql_server(tmp_path_factory.mktemp("conformance")) as connection_string:
        yield to_odbc(connection_string)


@pytest.fixture(scope="module")
def said() -> Iterator[list[str]]:
    """All SQL of a module; at its end Microsoft's own parser must accept it, wrong names and types and all."""
    statements: list[str] = []
    yield statements
    assert not syntax_errors(dict.fromkeys(map(with_parameters, statements)))


def open_connection(server: str) -> pyodbc.Connection:
    return pyodbc.connect(server, autocommit=True, timeout=_LOGIN_TIMEOUT_SECONDS)


@pytest.fixture
def client(connect: Connect) -> Client:
    """A connection in autocommit mode."""
    return connect()


@pytest.fixture(scope="session")
def schema(server: str) -> Iterator[str]:
    """A schema of this run's own."""
    name = "conformance_" + uuid.uuid4().hex[:8]
    with contextlib.closing(open_connection(server)) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield name
        connection.execute(f"DROP SCHEMA {name}")


@pytest.fixture
def names(server: str) -> Iterator[list[str]]:
    """Names of tables; what has such a name is dropped when the test is over and its connections are closed."""
    names: list[str] = []
    yield names
    with contextlib.closing(open_connection(server)) as connection:
        for name in reversed(names):
            connection.execute(f"DROP TABLE IF EXISTS {name}")


@pytest.fixture
def connect(server: str, said: list[str], names: list[str]) -> Iterator[Connect]:
    """A function that opens one more connection; they are closed when the test is over."""
    opened: list[pyodbc.Connection] = []

    def open_one() -> Client:
        opened.append(open_connection(server))
        return Client(opened[-1], said)

    yield open_one
    for connection in opened:
        with contextlib.suppress(pyodbc.ProgrammingError):  # the test has closed it
            connection.close()


@pytest.fixture
def unique(schema: str, names: list[str]) -> Callable[[], str]:
    """A function that invents the qualified name of a table."""

    def invent() -> str:
        names.append(f"{schema}.t{uuid.uuid4().hex[:10]}")
        return names[-1]

    return invent


@pytest.fixture
def table(client: Client, unique: Callable[[], str]) -> Make:
    """A function that creates a table with these columns and returns its qualified name."""

    def create(columns: str) -> str:
        name = unique()
        client.run(f"CREATE TABLE {name} ({columns})")
        return name

    return create
