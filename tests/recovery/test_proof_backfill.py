"""A small part of `./dev prove`'s backfill: 8,000 old rows while 800 of them change, the host killed four times."""

from pathlib import Path

import pytest

from devstack.prove.scenarios import SCENARIOS


@pytest.mark.timeout(420)
def test_a_backfill_among_changes_and_kills_ends_with_the_tables_state_at_the_endpoint(tmp_path: Path) -> None:
    result = SCENARIOS["backfill"].run(tmp_path / "backfill", 4, 800)

    assert (result.changes, result.kills) == (800, 4)
    assert result.verdict.holds, result.verdict
