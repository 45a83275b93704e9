"""A small part of `./dev prove`: crashes of every kind while changes flow and the API lets only some of them through."""

from pathlib import Path

import pytest

from devstack.prove.scenarios import SCENARIOS

pytestmark = pytest.mark.timeout(420)
LEAST_KILLS = 5


@pytest.mark.parametrize("name", ["moment", "worker", "host", "database", "statement", "request", "storage"])
def test_nothing_is_lost_however_often_it_is_killed(name: str, tmp_path: Path) -> None:
    scenario = SCENARIOS[name]

    kills = max(scenario.kills // 40, LEAST_KILLS)

    result = scenario.run(tmp_path / name, kills, 0)

    assert result.kills >= kills // 2, "at least half of the kills struck where they were aimed"
    assert result.changes > 0
    assert result.verdict.holds, result.verdict
