"""Two relays on one table, of one app or of two: each has its own trigger, ledger, dead letters, recovery and backfill."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.sql_server.connection_string import OdbcConnection
from functions_standin.sql_trigger.connection import find_driver
from functions_standin.sql_trigger.connection_string import to_odbc
from relay.backfill.values import BackfillOrder
from relay.dead_letters.values import Selection
from relay.delivery.outcomes import Delivered, Rejected, RetryLater
from relay.recovery.situation import Command
from tests.contract.keyed_scene import WATCHED, KeyedScene, Row, Shape
from tests.contract.leases import APP, lease_rows
from tests.sql_client import SqlServer

DOWN = RetryLater(503, "the endpoint answered 503")
REFUSED = Rejected(422, "the endpoint answered 422", "no")
ROWS = (Row(["1"], [1]), Row(["2"], [2]), Row(["3"], [3]))
KEYS = ["[1]", "[2]", "[3]"]


@pytest.fixture(params=["two relays of one app", "relays of one name in two apps"])
def pair(
    request: pytest.FixtureRequest, sql_connection_string: str, odbc: OdbcConnection, unique: str
) -> Iterator[tuple[KeyedScene, KeyedScene]]:
    """The first one's endpoint will have trouble, the second one's never has."""
    server = SqlServer(odbc)
    shape, to = Shape("int", ["int"], ROWS), to_odbc(sql_connection_string, find_driver())
    second: dict[str, Any] = {"relay": f"{unique}_b"} if request.param.startswith("two") else {"app": f"{APP}-2"}
    made = KeyedScene(server, to, shape, unique), KeyedScene(server, to, shape, unique, **second)
    yield made
    for scene in made:
        scene.close()
    server.close()


def test_one_endpoint_that_is_down_does_not_hold_up_the_other(pair: tuple[KeyedScene, KeyedScene]) -> None:
    down, up = pair
    down.answer = lambda _: DOWN
    up.insert()

    down.exhaust()
    assert up.keys(up.turn()) == KEYS

    assert down.store.take_stock().exhausted == 3
    assert up.store.take_stock().over
    assert (up.store.list_ids(100, for_probe=True), up.store.reset()) == ([], 0)
    assert not up.store.command(Command.RETRY_NOW), "there is no recovery of the healthy one"
    assert down.store.command(Command.RETRY_NOW)

    down.answer = lambda _: Delivered(200)
    assert down.store.reset() == 3
    assert down.keys(down.turn()) == KEYS
    assert down.store.take_stock().over


def test_what_one_gives_up_or_discards_is_no_matter_of_the_others(pair: tuple[KeyedScene, KeyedScene]) -> None:
    down, up = pair
    for scene in pair:
        scene.answer = lambda _: REFUSED
    up.insert()
    for scene in pair:
        scene.turn()
    assert [len(scene.dead()) for scene in pair] == [3, 3]

    assert down.letters.discard(Selection()) == 3
    assert [len(scene.dead()) for scene in pair] == [0, 3]

    up.answer = lambda _: Delivered(200)
    assert up.keys(up.replay()) == KEYS
    assert [len(scene.dead()) for scene in pair] == [0, 0]
    assert down.arrived == []


def test_a_newer_change_closes_only_the_entry_of_the_relay_that_delivered_it(
    pair: tuple[KeyedScene, KeyedScene],
) -> None:
    down, up = pair
    for scene in pair:
        scene.answer = lambda _: DOWN
    up.insert()
    for scene in pair:
        scene.exhaust()
    assert [scene.store.take_stock().exhausted for scene in pair] == [3, 3]

    up.answer = lambda _: Delivered(200)
    up.update(WATCHED, "7")
    up.store.reset()
    assert up.keys(up.turn()) == KEYS

    assert up.store.take_stock().over
    situation = down.store.take_stock()
    assert (situation.exhausted, situation.last_error) == (3, "the endpoint answered 503"), (
        "its own entries, not new ones"
    )
    assert [attempts for _, attempts, _ in lease_rows(down.server, down.relay)] == [5, 5, 5]


def test_a_backfill_of_one_sends_nothing_for_the_other(pair: tuple[KeyedScene, KeyedScene]) -> None:
    filled, other = pair
    other.insert()
    for scene in pair:
        scene.turn()
        scene.arrived.clear()

    assert filled.fillings.begin(BackfillOrder(page_rows=2))
    assert other.fillings.state() is None
    assert not filled.fillings.begin(BackfillOrder(page_rows=2)), "one is under way"
    assert other.keys(other.backfill(page_rows=1)) == KEYS

    assert filled.arrived == []
    state = filled.fillings.state()
    assert state is not None
    assert (state.done, state.under_way) == (0, True)
