"""A stream's worker: slice after slice while events wait, then what is due; and who sees that there is one."""

import asyncio
from typing import Any

import pytest

from relay import exact_json
from relay.config.values import RESULTS, Relay
from relay.errors import ConfigError, DatabaseError
from services.look_after_streams import look_after_streams, start_shards
from services.streams import work
from tests.fake_tables import FakeTables
from tests.fakes import FakeClock, FakeDurableClient, an_app_outside
from workflows.streams.decisions import WORK_SECONDS
from workflows.streams.values import Function, Measure, Stream, Windows

INSTANCE = "stream-shop-clicks.1"
CLICKS = Stream(
    name="clicks",
    group_by=("page",),
    measures={"views": Measure(Function.COUNT)},
    results=Relay(name="clicks", table=RESULTS, endpoint="https://h"),
    window=Windows.TUMBLING,
    shards=2,
)


class Shard:
    """Satisfies relay.ports.Tables: a shard with so many events waiting, and a window that is due in so many milliseconds."""

    def __init__(self, waiting: int = 0, due_ms: int | None = None, kept_ms: int | None = None) -> None:
        self.waiting = waiting
        self.due_ms = due_ms
        self.kept_ms = kept_ms
        self.slice = 2
        self.fits = 1
        self.clock = FakeClock()
        self.slice_seconds = 0.0
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.error: Exception | None = None

    def ask(self, statement: str, **values: Any) -> Any:
        self.asked.append((statement, values))
        return getattr(self, statement.replace("/", "_"))()

    def stream_take(self) -> Any:
        body = exact_json.dumps(['["home"]', 1000, "x", [None]])
        rows = [{"number": n, "accepted_ms": 0, "body": body} for n in range(min(self.slice, self.waiting))]
        return [{"slices": 4, "fits": self.fits, "due_ms": self.due_ms, "kept_ms": self.kept_ms}], rows

    def stream_read(self) -> Any:
        if self.error:
            raise self.error
        return [[]]

    def stream_write(self) -> Any:
        done = min(self.slice, self.waiting)
        self.waiting -= done
        self.clock.seconds += self.slice_seconds
        return [[{"applied": done}]]

    def stream_tell(self) -> Any:
        self.due_ms = None
        return [[{"told": 1}]]

    def stream_forget(self) -> Any:
        self.kept_ms = None
        return [[{"forgotten": 1}]]

    def stream_failed(self) -> Any:
        return []

    def work(self) -> dict[str, Any]:
        return work(CLICKS, 1, self, self.clock)

    def statements(self) -> list[str]:
        return [statement for statement, _ in self.asked]


def test_all_that_waits_is_applied_slice_by_slice() -> None:
    shard = Shard(waiting=5)

    assert shard.work() == {"events": 5}
    assert shard.statements().count("stream/write") == 3


def test_what_is_due_is_told_and_what_is_over_forgotten_before_it_sleeps() -> None:
    shard = Shard(due_ms=-1, kept_ms=0)

    assert shard.work() == {"events": 0}
    assert shard.statements() == ["stream/take", "stream/tell", "stream/forget", "stream/take"]


def test_it_sleeps_until_a_window_is_due_and_says_until_when_no_sign_of_life_is_to_be_expected() -> None:
    shard = Shard(due_ms=90_000, kept_ms=500_000)

    assert shard.work() == {"events": 0, "wait_seconds": 90.0}
    assert [values["due_in_ms"] for _, values in shard.asked] == [300_000, 390_000]


def test_it_stops_after_a_while_though_more_waits() -> None:
    shard = Shard(waiting=100)
    shard.slice_seconds = WORK_SECONDS

    assert shard.work() == {"events": 2, "wait_seconds": 0.0}


def test_a_shard_at_which_nothing_has_ever_come_has_nothing_to_do() -> None:
    shard = Shard()
    shard.stream_take = lambda: ([], [])  # type: ignore[method-assign]

    assert shard.work() == {"events": 0}


def test_why_nothing_can_be_applied_is_written_down() -> None:
    shard = Shard(waiting=1)
    shard.error = DatabaseError("8152: too long", number=8152)
    with pytest.raises(DatabaseError):
        shard.work()
    assert shard.asked[-1] == ("stream/failed", {"stream": "clicks", "shard": 1, "problem": "8152: too long"})

    shard = Shard(waiting=1)
    shard.fits = 0
    with pytest.raises(ConfigError, match="give it another name"):
        shard.work()
    assert shard.statements()[-1] == "stream/failed"


def row(**differences: Any) -> dict[str, Any]:
    quiet = {"late_ms": -300_000, "waiting_ms": None, "overdue_ms": None, "waiting": 0, "has_windows": 0, "slices": 4}
    return {"name": "clicks", "shard": 1, "problem": "", **quiet, **differences}


def look(client: FakeDurableClient, *rows: dict[str, Any]) -> FakeTables:
    tables = FakeTables()
    tables.answers["stream/look"] = [list(rows)]
    asyncio.run(look_after_streams(an_app_outside(client, tables), [CLICKS]))
    return tables


@pytest.mark.parametrize("something", [{"waiting": 1, "waiting_ms": 5}, {"has_windows": 1}])
def test_a_shard_with_events_or_windows_has_a_worker(something: dict[str, Any]) -> None:
    client = FakeDurableClient()

    tables = look(client, row(**something))

    assert client.started == [("stream", INSTANCE, {"aggregate": "clicks", "shard": 1})]
    assert tables.restarts[INSTANCE]["mark"] == "4"


def test_a_shard_without_needs_none() -> None:
    client = FakeDurableClient()
    look(client, row())

    assert client.started == []


@pytest.mark.parametrize(
    ("found", "raised", "terminated"),
    [
        ({"waiting": 1, "waiting_ms": 5}, [], []),
        ({"waiting": 1, "waiting_ms": 40_000}, [(INSTANCE, "wake")], []),
        ({"has_windows": 1, "overdue_ms": -40_000, "late_ms": -3_600_000}, [], []),
        ({"has_windows": 1, "overdue_ms": 40_000}, [(INSTANCE, "wake")], []),
        # It sleeps for an hour more, as it says, and does not hear.
        ({"waiting": 1, "waiting_ms": 1_900_000, "late_ms": -3_600_000}, [], [INSTANCE]),
        # It works, behind a long queue.
        ({"waiting": 1, "waiting_ms": 1_900_000, "late_ms": -299_000}, [(INSTANCE, "wake")], []),
    ],
)
def test_a_worker_that_has_not_heard_of_something_is_woken_and_one_that_never_hears_replaced(
    found: dict[str, Any], raised: list[Any], terminated: list[str]
) -> None:
    client = FakeDurableClient()
    client.statuses[INSTANCE] = "Running"
    look(client, row(**found))

    assert (client.raised, client.terminated, client.started) == (raised, terminated, [])


def test_who_puts_events_starts_workers_and_wakes_those_that_had_nothing_to_do() -> None:
    client = FakeDurableClient()
    client.statuses[INSTANCE] = "Running"
    app = an_app_outside(client, FakeTables())
    asyncio.run(start_shards(CLICKS, [0, 1], [1], app))

    assert [instance for _, instance, _ in client.started] == ["stream-shop-clicks.0"]
    assert client.raised == [(INSTANCE, "wake")]


def test_who_puts_events_wakes_nobody_who_is_at_work() -> None:
    client = FakeDurableClient()
    client.statuses[INSTANCE] = "Running"
    asyncio.run(start_shards(CLICKS, [1], [], an_app_outside(client, FakeTables())))

    assert (client.started, client.raised) == ([], [])
