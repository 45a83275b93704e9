"""What the oracle excuses of what change tracking forgot: exactly that."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.simulation.gaps import Gaps
from tests.simulation.history import History, State
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Event, Plan, RelayPlan
from tests.simulation.tables import Table
from tests.simulation.test_verbs import RECOVERY

ORDERS = Table("Orders", "int")
ROW = {"Status": "new", "Region": "SE", "Total": 1, "Note": None, "Secret": "secret-1"}
TRUNCATED = 3600.0  # the moment


def judging(*states: State, trouble: bool = False, **options: Any) -> Oracle:
    """Return an oracle of one row, whose table was truncated at version 5."""
    relay = RelayPlan("r", ORDERS, options, RECOVERY)
    history = History()
    for state in states:
        history.add((7,), state)
    events = [Event(1800.0, "stop", {"lasts_seconds": 3600.0})] if trouble else []
    oracle = Oracle([relay], {"Orders": history})
    gaps = Gaps(Plan(1, [relay], 1, events, 7200.0), oracle)
    oracle.excuse = gaps.excuse
    gaps.forgets("Orders", 5, TRUNCATED)
    oracle.notices["r"].append((TRUNCATED + 60, "gap"))
    return oracle


def written(version: int, seconds: float, row: Mapping[str, Any] | None = ROW) -> State:
    return State(version, seconds, row, "insert" if row else "delete")


def found(oracle: Oracle) -> str:
    oracle.judge(100_000.0, [])
    return "\n".join(oracle.violations)


GONE = written(5, TRUNCATED, None)
JUST_BEFORE = written(4, TRUNCATED - 1)


def test_that_a_row_is_gone_by_a_truncation_need_not_come() -> None:
    assert found(judging(JUST_BEFORE, GONE)) == ""


def test_what_had_time_enough_before_the_truncation_is_lost() -> None:
    assert "lost" in found(judging(written(3, 60.0), GONE))
    assert found(judging(written(3, 60.0), GONE, trouble=True)) == ""


def test_what_was_written_later_is_lost() -> None:
    assert "version 6" in found(judging(JUST_BEFORE, GONE, written(6, TRUNCATED + 1)))
    assert "version 6" in found(judging(JUST_BEFORE, GONE, written(6, TRUNCATED + 1, None)))


def test_what_was_tried_before_stands_in_the_ledger_and_is_lost() -> None:
    oracle = judging(JUST_BEFORE, GONE)
    whole = {"id": "a", "relay": "r", "operation": "insert", "version": 4, "key": {"Id": 7}, "data": {"Id": 7, **ROW}}

    oracle.hears("r", TRUNCATED - 1, [whole], 500, kept=False)

    assert "version 4" in found(oracle)


@pytest.mark.parametrize(
    ("told_at", "unrepaired", "again_at", "is_broken"),
    [
        (TRUNCATED + 60, False, None, False),
        (TRUNCATED - 60, False, None, True),
        (TRUNCATED + 7200, False, None, True),
        (TRUNCATED + 60, False, TRUNCATED + 90, False),
        (TRUNCATED + 60, False, TRUNCATED + 86_400, True),
        (TRUNCATED + 60, True, TRUNCATED + 86_400, False),
    ],
)
def test_people_are_told_of_each_gap(told_at: float, unrepaired: bool, again_at: float | None, is_broken: bool) -> None:
    options = {"backfill_after_gap": False} if unrepaired else {}
    relay = RelayPlan("r", ORDERS, options, RECOVERY)
    oracle = Oracle([relay], {"Orders": History()})
    gaps = Gaps(Plan(1, [relay], 1, [], 7200.0), oracle)
    gaps.forgets("Orders", 5, TRUNCATED)
    if again_at is not None:
        gaps.forgets("Orders", 6, again_at)
    oracle.notices["r"].append((told_at, "gap"))

    gaps.judge(1_000_000.0)

    assert ("nobody was told" in "".join(oracle.violations)) == is_broken
