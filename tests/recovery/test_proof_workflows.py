"""A fraction of `./dev prove workflows`: kills of every kind and a lost task hub while changes start workflows."""

from pathlib import Path

import pytest

from devstack.prove.scenarios import SCENARIOS

pytestmark = pytest.mark.timeout(600)


def test_no_workflow_is_missing_and_none_runs_twice(tmp_path: Path) -> None:
    result = SCENARIOS["workflows"].run(tmp_path / "workflows", 6, 200)

    assert result.kills >= 4, "most of the kills struck where they were aimed"
    assert result.verdict.holds, result.verdict
