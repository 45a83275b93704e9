"""Clients of other makers, each with a program of its own, fetched and built when TEST_SQL_CLIENTS asks for them.

They are left out otherwise: to fetch and build all of them takes minutes.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mssql_standin.testing.stand_in import DATABASE, PASSWORD, USER
from mssql_standin_tests.clients.toolchains import python_with_clients, run
from mssql_standin_tests.odbc import find_driver
from mssql_standin_tests.stand_in import StandIn

ASKED_FOR = "TEST_SQL_CLIENTS"
Play = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session", autouse=True)
def asked_for() -> None:
    """Leave the clients out unless they are asked for."""
    if not os.environ.get(ASKED_FOR):
        pytest.skip(f"clients of other makers are left out; they are played if {ASKED_FOR} is set")


@pytest.fixture(scope="session")
def cache(pytestconfig: pytest.Config) -> Path:
    """The folder in which clients are kept."""
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("clients")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A running stand-in with an empty database; at its end it must not have complained of a bug of its own."""
    server = StandIn(tmp_path_factory.mktemp("clients"))
    server.start()
    yield server
    server.kill()
    assert "Traceback" not in server.errors.read_text()


@pytest.fixture
def play(server: StandIn) -> Play:
    """A function that runs a client's program and returns what it found: name of a step -> answer."""

    def play(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> dict[str, Any]:
        address = {
            "SQL_PORT": str(server.port), "SQL_USER": USER, "SQL_PASSWORD": PASSWORD, "SQL_DATABASE": DATABASE, **(environment or {}),
        }  # fmt: skip
        found: dict[str, Any] = json.loads(run(command, folder, address).splitlines()[-1])
        return found

    return play


@pytest.fixture
def play_python(play: Play, cache: Path, tmp_path: Path) -> Play:
    """A function that runs one of the programs in Python."""

    def play_python(program: str, *arguments: str) -> dict[str, Any]:
        python, folder = python_with_clients(cache)
        (tmp_path / "odbcinst.ini").write_text(f"[ODBC Driver 18 for SQL Server]\nDriver={find_driver()}\n")
        return play([python, program, *arguments], folder, {"ODBCSYSINI": str(tmp_path)})

    return play_python
