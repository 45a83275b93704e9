from collections.abc import Iterator
from pathlib import Path

import pytest

from functions_standin_tests.contract.durable.hosts import Scene
from functions_standin_tests.contract.durable.hosts import scene as open_scene


@pytest.fixture
def scene(azurite: str, tmp_path: Path) -> Iterator[Scene]:
    with open_scene(tmp_path, azurite) as opened:
        yield opened
