"""How executions become dollars, by each plan's rules."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.cost import Count, dollars, looks, outage, table

PRICES: Any = {
    "milliseconds": {"watchdog": 70, "durable": 10, "batch": 5, "change": 1},
    "plan": [
        {"name": "by the 100 ms", "gb_second": 2.0, "million_executions": 1e6, "least_ms": 100, "memory_mb": 512},
        {"name": "by the second", "gb_second": 2.0, "million_executions": 0, "least_ms": 1000, "memory_mb": 1024, "shares_its_time": True},
    ],
    "storage": {"idle_requests_an_hour": 1000, "ten_thousand_requests": 0.5},
    "container": {"dollars_a_month": 36},
    "logic_apps": {"dollars_a_change": 0.0001},
}  # fmt: skip
HUNDREDS, SECONDS = PRICES["plan"]


@pytest.mark.parametrize(
    ("count", "plan", "gb_seconds", "cost"),
    [
        pytest.param(Count(Counter(durable=4)), HUNDREDS, 0.2, 4.4, id="each takes the least time at least, and has its price"),
        pytest.param(Count(Counter(durable=4)), SECONDS, 4.0, 8.0, id="of the plan"),
        pytest.param(Count(Counter(batch=1), changes=495), HUNDREDS, 0.25, 1.5, id="and longer if it works longer"),
        pytest.param(Count(), SECONDS, 0.0, 0.0, id="nothing costs nothing"),
    ],
)  # fmt: skip
def test_executions_are_billed(count: Count, plan: Any, gb_seconds: float, cost: float) -> None:
    assert list(dollars(count, PRICES, plan)) == pytest.approx([gb_seconds, cost])


def test_what_overlaps_may_be_billed_once() -> None:
    assert dollars(Count(Counter(durable=8), periods=2), PRICES, SECONDS, shared=True)[0] == pytest.approx(2.0)


def test_the_watchdog_looks_once_in_so_many_minutes() -> None:
    assert looks(hours=24, minutes_between=15).executions == {"watchdog": 96}


def test_the_table_has_each_workload_on_each_plan_and_both_readings_of_shared_time() -> None:
    lines = list(table({"a week": (Count(Counter(durable=8), periods=2), 168.0)}, PRICES, 1.0))

    assert [line.split("|")[2].strip() for line in lines if line.startswith("| a week")] == [
        "by the 100 ms",
        "by the second",
        "by the second, time shared",
    ]


def test_the_prices_name_their_sources() -> None:
    prices = tomllib.loads((Path(__file__).parents[3] / "bench" / "prices.toml").read_text(encoding="utf-8"))

    for each in (*prices["plan"], prices["milliseconds"], prices["storage"], prices["container"], prices["logic_apps"]):
        assert each["source"]
    assert {"watchdog", "durable", "batch", "change"} <= set(prices["milliseconds"])


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_week_of_recovery_is_counted_to_its_end() -> None:
    count, hours = outage(1)

    assert hours > 168
    assert count.executions["batch"] == 5, "the trigger's own attempts"
    assert count.executions["durable"] <= 300
    assert count.periods < count.executions.total() / 5, "a round is one period of activity"
