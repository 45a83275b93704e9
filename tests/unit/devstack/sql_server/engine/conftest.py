"""A database in a temporary folder, clients of it, and a check that the tests' SQL is what SQL Server would parse."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devstack.sql_server.session import Database
from tests.unit.devstack.sql_server.engine.client import Client

_PARSER = Path(sys.executable).with_name("maxdop")


@pytest.fixture(scope="module", autouse=True)
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Collect the SQL of a test module; at its end Microsoft's own parser must accept all of it."""
    statements: list[str] = []
    yield statements
    if not statements:
        return
    path = tmp_path_factory.mktemp("sql") / "ran.sql"
    path.write_text("\nGO\n".join(dict.fromkeys(statements)) + "\nGO\n", encoding="utf-8")
    command = [str(_PARSER), "--parser-version", "2019", str(path)]
    check = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    assert check.returncode == 0, check.stderr


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    database = Database.open(tmp_path / "test.sqlite3", "TestDb")
    yield database
    database.close()


@pytest.fixture
def connect(database: Database, ran: list[str]) -> Callable[[], Client]:
    """A function that opens one more client."""
    return lambda: Client(database, ran)


@pytest.fixture
def client(connect: Callable[[], Client]) -> Client:
    """A client."""
    return connect()
