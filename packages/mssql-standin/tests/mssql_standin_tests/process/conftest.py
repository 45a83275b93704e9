"""The stand-in as a program: one that a test may kill, and one that a module's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mssql_standin_tests.stand_in import StandIn


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    """A running stand-in with an empty database."""
    with StandIn(tmp_path) as server:
        yield server


@pytest.fixture(scope="module")
def shared_stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A running stand-in for a whole module; at its end it must not have complained of a bug of its own."""
    with StandIn(tmp_path_factory.mktemp("sql")) as server:
        yield server
    assert "Traceback" not in server.errors.read_text()
