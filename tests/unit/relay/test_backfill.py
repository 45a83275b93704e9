from decimal import Decimal
from typing import Any

import pytest

from relay.backfill.request import parse_backfill
from relay.backfill.values import (
    Backfill,
    BackfillOrder,
    BackfillState,
    conditions_from_dicts,
    conditions_to_dicts,
)
from relay.changes.conditions import Condition
from relay.errors import InputError
from tests.fakes import a_relay


def backfill(**differences: Any) -> Backfill:
    half = {
        "number": 1, "state": BackfillState.RUNNING, "order": BackfillOrder(), "base_version": 5, "cursor": "", "total": 1000,
        "done": 250, "delivered": 250, "filtered": 0, "rejected": 0, "failed": 0, "started_at": "", "elapsed_seconds": 10.0,
    }  # fmt: skip
    return Backfill(**{**half, **differences})


def test_the_time_left_is_estimated_from_the_time_it_took() -> None:
    assert backfill().seconds_left == 30.0
    assert backfill(done=0).seconds_left is None
    assert backfill(done=1100).seconds_left == 0.0
    assert backfill(state=BackfillState.PAUSED).seconds_left is None


def test_an_order_may_say_nothing_or_everything() -> None:
    body = {"condition": {"column": "Total", "at_least": Decimal("10.5")}, "page_rows": 50, "rows_per_second": 20}

    assert parse_backfill({}, a_relay()) == BackfillOrder()
    assert parse_backfill(body, a_relay()) == BackfillOrder(
        condition=(Condition("Total", "at_least", Decimal("10.5")),), page_rows=50, rows_per_second=20.0
    )


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ([], "must be a JSON object"),
        ({"page_rows": 0}, "page_rows: 0 must be a whole number from 1 to 1000"),
        ({"rows_per_second": "fast"}, "rows_per_second: 'fast' must be a number"),
        ({"where": "1 = 1"}, "where: there is no such key"),
        ({"condition": {"column": "Total", "like": "x"}}, "condition.Total.like: this is no test"),
    ],
)
def test_a_mistake_is_told_with_its_key_and_the_remedy(body: Any, problem: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_backfill(body, a_relay())

    assert problem in str(raised.value)


def test_all_mistakes_are_told_together() -> None:
    with pytest.raises(InputError) as raised:
        parse_backfill({"page_rows": 0, "rows_per_second": -1, "x": 1}, a_relay())

    assert len(raised.value.problems) == 3


def test_conditions_survive_storing() -> None:
    conditions = (Condition("A", "in", ("x", "y")), Condition("B", "is_null", True))

    stored = conditions_to_dicts(conditions)

    assert conditions_to_dicts(conditions_from_dicts(stored)) == stored
