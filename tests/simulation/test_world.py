"""The app lives in the simulation: deliveries, an outage, deaths, all in virtual time."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from functions_standin.testing.simulation import SimulatedHost
from tests.simulation.network import Reply, Request
from tests.simulation.world import World

TOML = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "http://api/orders"
"""
DAY_SECONDS = 86_400.0


class Api:
    """Answers with `status`; notes what it took and when."""

    def __init__(self, world: World) -> None:
        self.status = 200
        self.taken: list[tuple[float, int, str]] = []
        self.ids: dict[int, set[str]] = defaultdict(set)  # by row, of every try
        self.requests = 0
        self._world = world
        world.network.servers["api"] = self

    def __call__(self, request: Request) -> Reply:
        self.requests += 1
        told = request.json()
        self.ids[told["data"]["Id"]].add(request.idempotency_key)
        if self.status == 200:
            self.taken.append((self._world.seconds, told["data"]["Id"], request.idempotency_key))
        return Reply.of(self.status)


@pytest.fixture
def world() -> Iterator[World]:
    with prepared(1) as found:
        yield found


@pytest.fixture
def unrepaired() -> Iterator[World]:
    """Without the backfill after a gap, which sends everything under another version."""
    with prepared(1, "backfill_after_gap = false") as found:
        yield found


@contextmanager
def prepared(seed: int, option: str = "") -> Iterator[World]:
    with World(seed, TOML + option) as world:
        world.sql.run("CREATE TABLE dbo.Orders (Id int NOT NULL PRIMARY KEY, Status nvarchar(20) NULL)")
        world.prepare()
        yield world


def insert(world: World, *ids: int) -> None:
    for each in ids:
        world.sql.run("INSERT INTO dbo.Orders VALUES (?, N'new')", each)


def test_changes_are_delivered_within_a_poll(world: World) -> None:
    api = Api(world)
    world.run(world.start())
    world.simulation.let_pass(10)

    insert(world, 1, 2)
    world.simulation.let_pass(3)

    assert sorted(each for _, each, _ in api.taken) == [1, 2]
    assert all(10 < at < 13 for at, _, _ in api.taken)


def test_an_outage_of_a_day_is_recovered_and_leaves_nothing_behind(world: World) -> None:
    api = Api(world)
    api.status = 503
    world.run(world.start())
    insert(world, 1, 2)
    world.simulation.let_pass(DAY_SECONDS)

    api.status = 200
    world.simulation.let_pass(DAY_SECONDS)

    assert sorted(each for _, each, _ in api.taken) == [1, 2]
    assert api.requests < 50
    assert world.sql.look("SELECT 1 FROM relay.Ledger") == []


def test_two_idle_weeks_ask_the_database_next_to_nothing(world: World) -> None:
    Api(world)
    world.run(world.start())
    insert(world, 1)
    world.simulation.let_pass(3600)
    seen: list[str] = []
    world.fate = lambda _host, moment: seen.append(moment)

    world.simulation.let_pass(14 * DAY_SECONDS)

    assert len(seen) < 14 * 4 * 150  # moments of a look: requests to storage and statements, there and back


def forget_everything(world: World) -> None:
    """Let the retention end, as cleaning up does."""
    world.sql.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING (CHANGE_RETENTION = 1 MINUTES)")
    world.simulation.let_pass(120)
    world.sql.run("EXEC sys.sp_flush_CT_internal_table_on_demand")
    assert world.sql.look("SELECT 1 FROM CHANGETABLE(CHANGES dbo.Orders, NULL) AS change") == []


def test_what_retention_has_forgotten_goes_out_under_its_own_version_and_id_however_often(unrepaired: World) -> None:
    world = unrepaired
    api = Api(world)
    api.status = 422
    host = world.run(world.start())
    assert host is not None
    insert(world, 1)
    world.simulation.let_pass(60)

    for number in (2, 3):
        insert(world, number)
        forget_everything(world)
        world.run(host.request("POST", "/api/relays/orders/dead-letters/replay", body=b"{}"))
        world.simulation.let_pass(600)

    assert api.requests >= 1 + 2 + 1 + 3
    assert len(api.ids[1]) == 1


def test_a_row_of_a_backfill_keeps_its_version_and_id_however_much_retention_forgets(unrepaired: World) -> None:
    world = unrepaired
    api = Api(world)
    host = world.run(world.start())
    assert host is not None
    insert(world, 1, 2)
    world.simulation.let_pass(60)
    api.status = 503
    world.run(host.request("POST", "/api/relays/orders/backfill", body=b"{}"))
    world.simulation.let_pass(60)

    for number in (3, 4):
        insert(world, number)
        forget_everything(world)
    world.simulation.let_pass(DAY_SECONDS / 4)
    api.status = 200
    world.simulation.let_pass(DAY_SECONDS)

    assert [len(api.ids[number]) for number in (1, 2, 3, 4)] == [2, 1, 1, 1], (
        "the first has changed before the beginning"
    )


def test_nothing_is_lost_whenever_the_host_dies() -> None:
    moments = _moments_of_a_batch(0)[0]

    assert any(moment.startswith("app request") for moment in moments)
    assert any(moment.startswith("app sql before: COMMIT") for moment in moments)
    for number in range(1, len(moments) + 1, 4):
        assert _moments_of_a_batch(number)[1] == {1, 2, 3}, moments[number - 1]


def test_nothing_is_lost_whenever_the_worker_dies() -> None:
    moments = _moments_of_a_batch(0)[0]

    for number in range(2, len(moments) + 1, 4):
        assert _moments_of_a_batch(number, worker_only=True)[1] == {1, 2, 3}, moments[number - 1]


def _moments_of_a_batch(fatal: int, *, worker_only: bool = False) -> tuple[list[str], set[int]]:
    """Let a host or its worker die at its moment of that number after rows have come; return the moments and what was taken."""
    seen: list[str] = []
    with prepared(1) as world:
        api = Api(world)
        world.run(world.start("first"))
        world.simulation.let_pass(200)

        def fate(host: SimulatedHost, moment: str) -> None:
            if host.name == "first":
                seen.append(moment)
                if len(seen) == fatal:
                    (world.crash if worker_only else world.kill)(host)

        world.fate = fate
        insert(world, 1, 2, 3)
        world.simulation.let_pass(2.5)
        if not fatal:
            return seen, set()
        world.run(world.start("second"))
        world.simulation.let_pass(900)
        return seen, {each for _, each, _ in api.taken}
