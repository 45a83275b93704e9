"""A fraction of `./dev prove definitions`: kills and a lost task hub while executions of random definitions are under way."""

from pathlib import Path

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from devstack.prove.scenarios import SCENARIOS

pytestmark = pytest.mark.timeout(600)


def test_every_execution_comes_to_what_the_interpreter_says(tmp_path: Path) -> None:
    result = SCENARIOS["definitions"].run(tmp_path / "definitions", 3, 12)

    assert result.kills >= 2, "most of the kills struck where they were aimed"
    assert result.verdict.holds, result.verdict
