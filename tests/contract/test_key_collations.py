"""Text keys in databases that are case-sensitive or binary: 'a' and 'A' are two rows in everything that is done with a key."""

from collections.abc import Iterator

import pytest

from adapters.sql_server.connection_string import find_driver, to_odbc
from functions_standin.sql_trigger import connection_string
from mssql_standin.testing.stand_in import StandIn
from relay.delivery.outcomes import Delivered
from relay.errors import ConfigError
from tests.contract.keyed_scene import KeyedScene, Shape
from tests.contract.test_key_shapes import (  # noqa: F401 - they run here once more
    DOWN,
    REFUSED,
    rows,
    test_a_backfill_sends_each_row_once_in_the_keys_order,
    test_a_delete_that_nobody_could_take_is_delivered_by_the_recovery,
    test_a_reset_gives_the_trigger_its_rows_back,
    test_dead_letters_are_listed_and_replayed,
    test_inserts_updates_and_deletes_arrive_once_and_under_their_exact_keys,
    test_what_failed_beside_its_neighbours_is_parked_and_delivered,
    test_what_the_trigger_has_forgotten_is_delivered_by_the_recovery,
    test_what_was_given_up_is_superseded_by_the_rows_next_change,
)
from tests.sql_client import SqlServer

CASED = Shape(
    "cased",
    ["nvarchar(20)", "varchar(4)"],
    rows(("N'a' | 'x'", "a", "x"), ("N'A' | 'x'", "A", "x"), ("N'a' | 'X'", "a", "X"), ("N'É ' | ''", "É ", ""), ("N'é' | ''", "é", ""), ("N'_a' | 'x'", "_a", "x"), ("N'B' | 'x'", "B", "x")),
)  # fmt: skip


@pytest.fixture(scope="module", params=["Latin1_General_CS_AS", "Latin1_General_100_BIN2"])
def ado_net(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with StandIn(tmp_path_factory.mktemp("collation"), "--collation", request.param) as stand_in:
        yield stand_in.ado_net


@pytest.fixture
def server(ado_net: str) -> Iterator[SqlServer]:
    server = SqlServer(to_odbc(ado_net, find_driver([])))
    yield server
    server.close()


def made(server: SqlServer, ado_net: str, name: str, shape: Shape = CASED) -> KeyedScene:
    return KeyedScene(server, connection_string.to_odbc(ado_net, find_driver([])), shape, name)


@pytest.fixture
def scene(server: SqlServer, ado_net: str, unique: str) -> Iterator[KeyedScene]:
    scene = made(server, ado_net, unique)
    yield scene
    scene.close()


def test_a_delivery_closes_the_entry_of_its_own_key_and_not_of_one_in_other_capitals(scene: KeyedScene) -> None:
    scene.answer = lambda _: REFUSED
    scene.insert()
    scene.turn()
    assert len(scene.dead()) == len(CASED.rows)

    scene.answer = lambda _: Delivered(200)
    scene.run("UPDATE {t} SET [Sent [it]] 'x'] = N'newer' WHERE [select] = N'a' AND [Ke]]y 'two'?] = 'x'")
    assert scene.keys(scene.turn()) == ['["a","x"]']

    assert sorted(letter.key for letter in scene.dead()) == sorted(
        ['["A","x"]', '["a","X"]', '["É",""]', '["é",""]', '["_a","x"]', '["B","x"]']
    )


def test_a_case_insensitive_key_in_such_a_database_is_refused(server: SqlServer, ado_net: str, unique: str) -> None:
    key = Shape("insensitive", ["nvarchar(20) COLLATE Latin1_General_CI_AS"], rows(("N'a'", "a")))

    with pytest.raises(ConfigError, match="has the collation Latin1_General_CI_AS"):
        made(server, ado_net, unique, key)
