from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.command.processes import Stack
from tests.contract.durable.hosts import Scene
from tests.contract.durable.hosts import scene as open_scene


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of an Azurite that all tests share; each has a task hub of its own."""
    with Stack(tmp_path_factory.mktemp("durable")) as stack:
        stack.start("azurite")
        yield stack.storage_connection_string


@pytest.fixture
def scene(azurite: str, tmp_path: Path) -> Iterator[Scene]:
    with open_scene(tmp_path, azurite) as opened:
        yield opened
