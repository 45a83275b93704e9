"""Clients of other makers, each with a program of its own, fetched and built where their toolchains and registries are there.

Drivers are played in every run. The tools over them (asked_for) take as long again, and are played if TEST_SQL_CLIENTS is set.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mssql_standin.testing.stand_in import DATABASE, PASSWORD, USER
from mssql_standin_tests.clients.toolchains import python_with_tools, run
from mssql_standin_tests.odbc import find_driver
from mssql_standin_tests.stand_in import StandIn

ASKED_FOR = "TEST_SQL_CLIENTS"
Play = Callable[..., dict[str, Any]]


@pytest.fixture
def asked_for(request: pytest.FixtureRequest) -> None:
    """Leave a tool out unless it is asked for."""
    if not os.environ.get(ASKED_FOR):
        tool = request.path.stem.removeprefix("test_")
        pytest.skip(f"{tool} is left out: it is played if {ASKED_FOR} is set")


@pytest.fixture(scope="session")
def cache(pytestconfig: pytest.Config) -> Path:
    """The folder in which clients are kept."""
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("clients")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A running stand-in with an empty database; at its end it must not have complained of a bug of its own."""
    with StandIn(tmp_path_factory.mktemp("clients")) as server:
        yield server
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
def play_tool(asked_for: None, play: Play, cache: Path, tmp_path: Path) -> Play:
    """A function that runs one of the programs of Python's tools."""

    def play_tool(program: str, *arguments: str) -> dict[str, Any]:
        python, folder = python_with_tools(cache, program)
        (tmp_path / "odbcinst.ini").write_text(f"[ODBC Driver 18 for SQL Server]\nDriver={find_driver()}\n")
        return play([python, program, *arguments], folder, {"ODBCSYSINI": str(tmp_path)})

    return play_tool
