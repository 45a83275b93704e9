"""Aggregates in short stories of their own, and what their judge finds."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.simulation.generating.aggregates import _unmoved
from tests.simulation.grouped import Grouped, measured
from tests.simulation.history import History, State
from tests.simulation.network import Request
from tests.simulation.oracle import Oracle
from tests.simulation.plan import AggregatePlan, Event, Plan, RelayPlan
from tests.simulation.story import play
from tests.simulation.tables import Table

HOUR = 3600.0
ORDERS = Table("Orders", "int")
RECOVERY = {
    "first_interval_seconds": 60,
    "coefficient": 2,
    "max_interval_seconds": 300,
    "window_hours": 24,
    "notify_after_rounds": 3,
    "dead_letters_every_minutes": 60,
}
MEASURES = {
    "rows": "count",
    "total": "sum:Total",
    "mean": "avg:Total",
    "least": "min:Total",
    "states": "distinct:Status",
}
SALES = AggregatePlan("sales", ORDERS, ["Region"], MEASURES, {"moves": True, "settle_seconds": 5})


def at(seconds: float, verb: str, **arguments: Any) -> Event:
    return Event(
        seconds, verb, {"table": "Orders", **arguments} if verb in {"set", "delete", "truncate"} else arguments
    )


def test_at_rest_the_endpoint_has_what_the_rows_come_to() -> None:
    told = play(Plan(
        1, [RelayPlan("r0", ORDERS, {}, RECOVERY)], 1,
        [
            at(10, "set", key=1, values={"Region": "SE", "Total": 1}),
            at(11, "set", key=2, values={"Region": "SE", "Total": 2}),
            at(12, "set", key=3, values={"Region": "NO"}),
            at(1500, "set", key=1, values={"Region": "NO", "Total": None}),
            at(1600, "delete", key=3),
            at(1700, "recompute", aggregate="sales"),
            at(HOUR, "truncate"),
            at(HOUR + 10, "set", key=4, values={"Region": "NO", "Total": 5}),
        ],
        2 * HOUR, aggregates=[SALES],
    ))  # fmt: skip

    assert list(told.violations) == []
    assert told.hits["recompute 202"] == 1
    assert told.hits["aggregate's results"] >= 6


def test_rows_are_measured_by_groups_that_are_the_same_to_the_database() -> None:
    rows: list[Mapping[str, Any]] = [
        {"Region": "SE  ", "Total": 1, "Status": None},
        {"Region": "se", "Total": 2, "Status": "new"},
        {"Region": None, "Total": None, "Status": "NEW"},
    ]

    assert measured(SALES, rows) == {
        ("se",): {"rows": 2, "total": 3, "mean": 1.5, "least": 1, "states": 1},
        (None,): {"rows": 1, "total": None, "mean": None, "least": None, "states": 1},
    }


class NoRows:
    """A ledger without entries."""

    seconds = 0.0

    def look(self, _sql: str, *_: Any) -> list[Any]:
        return []


def judging() -> tuple[Grouped, Oracle]:
    history = History()
    history.add((1,), State(1, 0.0, {"Region": "SE  ", "Total": 3, "Status": None, "Note": None}, "insert"))
    oracle = Oracle([], {})
    return Grouped(SALES, history, oracle, NoRows()), oracle  # type: ignore[arg-type]


def tell(judge: Grouped, revision: int = 1, name: str = "a", **measures: Any) -> None:
    whole = {"rows": 1, "total": 3, "mean": 3.0, "least": 3, "states": 0} | measures
    content = {
        "id": name, "aggregate": "sales", "group": {"Region": "SE  "}, "revision": revision, "version": 1, "measures": whole,
    }  # fmt: skip
    judge.hears(Request("sales", "/in", {"idempotency-key": name}, str(content).encode()), [content], 200, True, None)


def test_the_judge_is_content_with_what_the_rows_come_to() -> None:
    judge, oracle = judging()
    tell(judge, total=2)
    tell(judge, 2, "b")

    judge.judge(1.0)

    assert oracle.violations == []


@pytest.mark.parametrize(
    "told",
    [
        [],
        [{"total": 4}],
        [{}, {"revision": 2, "name": "b", "rows": 2}],
        [{}, {"revision": 2, "name": "b"}],
        [{}, {"total": 4}],
        [{}, {"name": "b"}],
    ],
    ids=["nothing", "another sum", "a later one", "the same again", "another body", "another id"],
)
def test_the_judge_finds_what_is_not_so(told: list[Mapping[str, Any]]) -> None:
    judge, oracle = judging()
    for each in told:
        tell(judge, **each)

    judge.judge(1.0)

    assert oracle.violations


def test_where_no_row_moves_its_number_says_in_which_group_it_is() -> None:
    assert _unmoved(at(1, "set", key=4, values={"Total": 1})).arguments["values"] == {"Total": 1, "Region": "NO"}
    assert _unmoved(at(1, "rekey", key=4, to=9)).arguments["to"] == 10
    assert _unmoved(at(1, "rekey", key=5, to=39)).arguments["to"] == 38
    assert _unmoved(at(1, "set_many", keys=[1, 2, 4], values={})).arguments["keys"] == [1, 4]
