"""Long outages, as `./dev prove` has them but smaller: every change fails, host and database are killed, the task hub is lost."""

from pathlib import Path

import pytest

from devstack.demo.audit import Entry
from devstack.prove.scenarios import SCENARIOS, outage
from devstack.prove.world import Verdict, versions_with_two_ids

pytestmark = pytest.mark.timeout(420)


def test_an_outage_of_1000_changes_with_kills_ends_with_all_of_them_delivered(tmp_path: Path) -> None:
    result = SCENARIOS["outage"].run(tmp_path / "outage", 6, 1000)

    assert (result.changes, result.kills) == (1000, 7)
    assert result.verdict.holds, result.verdict


def test_after_the_loss_of_the_task_hub_rounds_and_notices_go_on_where_they_were(tmp_path: Path) -> None:
    result = outage(tmp_path / "wiped", 3, 1000, wiped=True)

    assert result.verdict.holds, result.verdict


@pytest.mark.parametrize(
    ("difference", "holds"),
    [({}, True), ({"duplicates": 5, "reordered": 1}, True), ({"lost": 1}, False), ({"two_ids": 1}, False), ({"leaked": 1}, False), ({"stuck": ["1 recoveries"]}, False)],
    ids=["all well", "at least once", "a lost row", "two keys for one version", "something forbidden", "something stuck"],
)  # fmt: skip
def test_what_breaks_a_promise(difference: dict[str, object], holds: bool) -> None:
    kept = {
        "lost": 0,
        "duplicates": 0,
        "reordered": 0,
        "two_ids": 0,
        "leaked": 0,
        "stuck": [],
        "seconds_to_recover": 1.0,
    }

    assert Verdict(**{**kept, **difference}).holds is holds  # type: ignore[arg-type]


def test_a_version_that_came_under_two_keys_is_found() -> None:
    def entry(version: int, identifier: str) -> Entry:
        return {"stream": "/orders", "key": {"order_id": 1}, "version": version, "id": identifier}

    assert versions_with_two_ids([entry(1, "a"), entry(1, "a"), entry(2, "b")]) == 0
    assert versions_with_two_ids([entry(1, "a"), entry(1, "b")]) == 1
