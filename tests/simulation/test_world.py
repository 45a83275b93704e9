"""The app lives in the simulation: deliveries, an outage, deaths, all in virtual time."""

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
        self.requests = 0
        self._world = world
        world.network.servers["api"] = self

    def __call__(self, request: Request) -> Reply:
        self.requests += 1
        told = request.json()
        if self.status == 200:
            self.taken.append((self._world.seconds, told["data"]["Id"], request.idempotency_key))
        return Reply.of(self.status)


@pytest.fixture
def world() -> Iterator[World]:
    with prepared(1) as found:
        yield found


@contextmanager
def prepared(seed: int) -> Iterator[World]:
    with World(seed, TOML) as world:
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
