"""An aggregate's worker: slice after slice while something has settled; and the watchdog, who sees that there is one."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from relay.backfill.values import BackfillOrder
from relay.config.values import Relay
from relay.errors import ConfigError, DatabaseError, RelayError
from relay.identifiers import TableName
from services.aggregates import recompute
from services.look_after_aggregates import look_after_aggregates, start_aggregate
from tests.fake_tables import FakeTables
from tests.fakes import FakeClock, FakeDurableClient, an_app_outside, an_outside
from workflows.aggregates.decisions import WORK_SECONDS, Taken
from workflows.aggregates.values import Aggregate, Function, Measure

INSTANCE = "aggregate-shop-sales"
TABLE = TableName("dbo", "Orders")
SALES = Aggregate(
    name="sales",
    table=TABLE,
    group_by=("Country",),
    measures={"orders": Measure(Function.COUNT)},
    results=Relay(name="sales", table=TABLE, endpoint="https://h"),
)


class FakeStore:
    """So many dirty groups, of which a slice takes three, and each slice some time."""

    def __init__(self, dirty: int, clock: FakeClock, *, slice_seconds: float = 0.0, settles_in: float = 0.0) -> None:
        self.dirty = dirty
        self.clock = clock
        self.slice_seconds = slice_seconds
        self.settles_in = settles_in
        self.ready = True
        self.wrong: RelayError | None = None
        self.poison = 0  # groups at the front of which nothing can be computed
        self.problem = ""
        self.due: list[float] = []

    def mark(self, changes: Any) -> None:
        raise AssertionError("the worker marks nothing")

    def take(self, due_in_seconds: float) -> Taken:
        self.due.append(due_in_seconds)
        return Taken(ready=self.ready, due_in_seconds=self.settles_in if self.dirty else None)

    def compute(self, limit: int, skip: int = 0) -> int:
        if self.wrong:
            raise self.wrong
        if skip < self.poison:
            raise DatabaseError("SQL Server: arithmetic overflow", 8115)
        done = min(3, limit, self.dirty - skip)
        self.dirty -= done
        self.clock.sleep(self.slice_seconds)
        return done

    def failed(self, problem: str) -> None:
        self.problem = problem


def test_all_that_is_dirty_is_recomputed_slice_by_slice() -> None:
    assert recompute(FakeStore(7, clock := FakeClock()), clock) == {"groups": 7}


def test_an_activity_ends_after_some_seconds_and_is_called_again() -> None:
    store = FakeStore(30, clock := FakeClock(), slice_seconds=WORK_SECONDS)

    assert recompute(store, clock) == {"groups": 3, "wait_seconds": 0.0}


def test_what_has_not_settled_is_waited_for_and_the_next_sign_of_life_is_due_after_that() -> None:
    store = FakeStore(1, clock := FakeClock(), settles_in=400.0)

    assert recompute(store, clock) == {"groups": 0, "wait_seconds": 400.0}
    assert store.due[-1] > 400


def test_nothing_is_computed_before_all_rows_were_looked_through() -> None:
    store = FakeStore(1, clock := FakeClock())
    store.ready = False

    assert recompute(store, clock) == {"groups": 0}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (ConfigError(["take another column"]), "take another column"),
        (DatabaseError("SQL Server: arithmetic overflow", 8115), "SQL Server: arithmetic overflow"),
        (DatabaseError("SQL Server: nobody is there"), ""),
    ],
)
def test_why_it_cannot_be_computed_is_written_down_where_that_can_be(wrong: RelayError, problem: str) -> None:
    store = FakeStore(1, clock := FakeClock())
    store.wrong = wrong

    with pytest.raises(type(wrong)):
        recompute(store, clock)
    assert store.problem == problem


def test_a_group_of_which_nothing_can_be_computed_holds_up_no_other() -> None:
    store = FakeStore(7, clock := FakeClock())
    store.poison = 2

    with pytest.raises(DatabaseError, match="overflow"):
        recompute(store, clock)

    assert (store.dirty, store.problem) == (2, "SQL Server: arithmetic overflow")


class FakeBackfills:
    def __init__(self, *, under_way: bool = False) -> None:
        self.under_way = under_way
        self.begun: list[BackfillOrder] = []

    def begin(self, order: BackfillOrder) -> bool:
        if not self.under_way:
            self.begun.append(order)
        return not self.under_way


def row(**differences: Any) -> dict[str, Any]:
    return {
        "name": "sales",
        "fingerprint": SALES.fingerprint,
        "group_by": SALES.group_text,
        "has_started": 1,
        "backfill_state": "done",
        "all_are_dirty": 0,
        "slices": 4,
        "late_ms": -1000,
        "dirty_ms": 6000,
        "dirty": 1,
        **differences,
    }


def look(client: FakeDurableClient, found: dict[str, Any], backfills: FakeBackfills | None = None) -> FakeTables:
    tables = FakeTables()
    tables.answers |= {"aggregate/look": [[found]], "aggregate/defined": []}
    app = an_app_outside(client, tables)
    asyncio.run(look_after_aggregates(app, [SALES], lambda _: an_outside(SALES.relays("shop")[0], backfills=backfills)))
    return tables


def test_what_is_dirty_has_somebody_who_recomputes_it() -> None:
    client = FakeDurableClient()

    tables = look(client, row())

    assert client.started == [("aggregate", INSTANCE, {"aggregate": "sales"})]
    assert tables.restarts[INSTANCE]["mark"] == "4"


@pytest.mark.parametrize(
    "quiet",
    [
        {"dirty": 0},
        {"backfill_state": "running"},
        {"backfill_state": "paused"},
        {"backfill_state": "cancelled"},
        {"fingerprint": "", "has_started": 0},
    ],
)
def test_nobody_is_started_if_there_is_nothing_to_do_yet(quiet: dict[str, Any]) -> None:
    client = FakeDurableClient()

    look(client, row(**quiet))

    assert client.started == []


def test_a_worker_that_gives_no_sign_of_life_is_replaced_and_one_that_was_idle_is_not() -> None:
    days, hour = 86_400_000 * 9, 3_600_000
    client = FakeDurableClient(**{INSTANCE: "Running"})

    look(client, row(late_ms=days))
    assert client.terminated == []
    look(client, row(late_ms=hour, dirty_ms=days))
    assert client.terminated == [INSTANCE]


def test_for_a_new_definition_all_rows_are_looked_through() -> None:
    client, backfills = FakeDurableClient(), FakeBackfills()

    tables = look(client, row(fingerprint="another"), backfills)

    assert backfills.begun == [BackfillOrder()]
    assert "aggregate/defined" in tables.asked
    assert client.started == [("backfill", "backfill-shop-sales_rows", {"relay": "sales_rows"})]


def test_other_groups_under_the_same_name_are_nothing_to_look_through_for() -> None:
    tables = look(
        FakeDurableClient(), row(fingerprint="another", group_by='["[dbo].[Orders]","City"]'), FakeBackfills()
    )

    assert "aggregate/defined" not in tables.asked


def test_one_that_cannot_be_looked_after_keeps_no_other_waiting() -> None:
    client = FakeDurableClient()
    tables = FakeTables()
    tables.answers["aggregate/look"] = [[row(), row(name="others")]]

    def outside(name: str) -> Any:
        raise ConfigError([f"{name} does not fit"])

    others = replace(SALES, name="others", moves=False)
    asyncio.run(look_after_aggregates(an_app_outside(client, tables), [others, SALES], outside))

    assert [instance for _, instance, _ in client.started] == [INSTANCE]


def test_a_backfill_that_was_begun_under_another_definition_does_not_count() -> None:
    tables = look(FakeDurableClient(), row(fingerprint="another"), FakeBackfills(under_way=True))

    assert "aggregate/defined" not in tables.asked


def test_a_worker_that_runs_is_left_alone_by_who_marks_groups() -> None:
    client = FakeDurableClient(**{INSTANCE: "Running"})

    asyncio.run(start_aggregate("sales", an_app_outside(client)))

    assert client.started == []
