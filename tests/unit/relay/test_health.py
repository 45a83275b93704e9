from typing import Any

import pytest

from relay.backfill.values import Backfill, BackfillState
from relay.guard.health import Health, broken, health_of, summary
from relay.guard.outlook import Outlook
from relay.recovery.situation import Situation
from tests.fakes import a_relay
from tests.unit.relay.test_backfill import backfill
from tests.unit.relay.test_guard import outlook


@pytest.mark.parametrize(
    ("situation", "found", "filling", "health"),
    [
        (Situation(), outlook(), None, Health.OK),
        (Situation(), None, None, Health.OK),
        (Situation(dead=3), outlook(), backfill(state=BackfillState.DONE), Health.OK),
        (Situation(), outlook(), backfill(), Health.BACKFILLING),
        (Situation(parked=1), outlook(), backfill(), Health.RECOVERING),
        (Situation(parked=1), outlook(gap=True), None, Health.BEHIND),
        (Situation(parked=1), outlook(gap=True, halted=("gone",)), None, Health.BROKEN),
    ],
    ids=["well", "never started", "only dead letters", "a backfill", "failures", "a gap", "its table has changed"],
)
def test_the_worst_counts(
    situation: Situation, found: Outlook | None, filling: Backfill | None, health: Health
) -> None:
    assert health_of(a_relay(), situation, found, filling) is health


def test_a_line_says_why() -> None:
    line: dict[str, Any] = summary(
        a_relay(), Situation(parked=2, exhausted=3, dead=4, rounds=5), outlook(untaken=6), None
    )

    assert (line["relay"], line["health"], line["open"], line["dead"], line["pending"]) == (
        "orders",
        "recovering",
        5,
        4,
        6,
    )


def test_a_relay_that_cannot_be_looked_at_says_why() -> None:
    assert broken(a_relay(), "no such column")["reason"] == "no such column"
