"""Every shape of primary key, in a table whose names all need quoting, through everything that is done with a key."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from adapters.sql_server.connection_string import OdbcConnection
from functions_standin.sql_trigger.connection import find_driver
from functions_standin.sql_trigger.connection_string import to_odbc
from relay.backfill.cursor import Cursor
from relay.backfill.values import Reason
from relay.changes.change import Operation
from relay.delivery.outcomes import Delivered, Rejected, RetryLater
from relay.errors import ConfigError, DatabaseError
from relay.ports import PageRow
from tests.contract.keyed_scene import (
    SENT,
    TESTED,
    UNWATCHED,
    WATCHED,
    KeyedScene,
    Row,
    Shape,
    as_text,
    ledger_keys,
)
from tests.contract.leases import leases_of
from tests.sql_client import SqlServer

DOWN = RetryLater(503, "the endpoint answered 503")
REFUSED = Rejected(422, "the endpoint answered 422", "no")


def rows(*pairs: tuple[Any, ...]) -> tuple[Row, ...]:
    return tuple(Row(literals.split(" | "), key) for literals, *key in pairs)


SHAPES = (
    Shape("int", ["int"], rows(("-1", -1), ("0", 0), ("2147483647", 2147483647))),
    Shape("bigint", ["bigint"], rows(("-9223372036854775808", -(2**63)), ("9007199254740993", 9007199254740993), ("9007199254740992", 9007199254740992))),
    Shape("tinyint and bit", ["tinyint", "bit"], rows(("255 | 1", 255, True), ("255 | 0", 255, False), ("0 | 1", 0, True))),
    Shape("decimal", ["decimal(28, 10)"], rows(
        ("123456789012345678.0123456789", Decimal("123456789012345678.0123456789")),
        ("123456789012345678.0123456788", Decimal("123456789012345678.0123456788")),
        ("-0.5", Decimal("-0.5000000000")), ("2", Decimal("2.0000000000")))),
    Shape("money", ["money"], rows(("922337203685477.5807", Decimal("922337203685477.5807")), ("922337203685477.5806", Decimal("922337203685477.5806")), ("-1.5", Decimal("-1.5000")))),
    Shape("float", ["float"], rows(("0.1E0", 0.1), ("-1.7976931348623157E308", -1.7976931348623157e308), ("123456789.12345678E0", 123456789.12345678))),
    Shape("uniqueidentifier", ["uniqueidentifier"], rows(*((f"'{text.upper()}'", text) for text in (
        "6f9619ff-8b86-d011-b42d-00c04fc964ff", "00000000-0000-0000-0000-000000000001", "01000000-0000-0000-0000-000000000000",
        "00000000-0000-0000-0100-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")))),
    Shape("datetime2", ["datetime2(3)"], rows(*((f"'{text}'", text) for text in ("2026-01-02T03:04:05.120", "2026-01-02T03:04:05.121", "0001-01-01T00:00:00", "9999-12-31T23:59:59.999")))),
    Shape("datetime2(7)", ["datetime2(7)"], rows(*((f"'{text}'", text) for text in ("2026-01-02T03:04:05.1234567", "2026-01-02T03:04:05.1234568")))),
    Shape("datetime", ["datetime"], rows(*((f"'{text}'", text) for text in ("2026-01-02T03:04:05.123", "2026-01-02T03:04:05.127", "1753-01-01T00:00:00")))),
    Shape("date and time", ["date", "time(5)"], rows(("'2026-01-02' | '23:59:59.99999'", "2026-01-02", "23:59:59.99999"), ("'2026-01-02' | '00:00:00'", "2026-01-02", "00:00:00.00000"), ("'2026-01-01' | '23:59:59.99999'", "2026-01-01", "23:59:59.99999"))),
    Shape("datetimeoffset", ["datetimeoffset(2)"], rows(("'2026-01-02T03:04:05.12+05:30'", "2026-01-02T03:04:05.12+05:30"), ("'2026-01-02T03:04:05.12-01:00'", "2026-01-02T03:04:05.12-01:00"))),
    Shape("binary", ["binary(4)"], rows(("0x00000000", "AAAAAA=="), ("0x00FF00FF", "AP8A/w=="), ("0xFFFFFFFF", "/////w=="))),
    Shape("varbinary", ["varbinary(8)"], rows(("0x01", "AQ=="), ("0xFF02", "/wI="), ("0x0000000000000001", "AAAAAAAAAAE="))),
    Shape("nvarchar", ["nvarchar(60)"], rows(
        ("N'a'", "a"), ("N'é'", "é"), ("N'e'", "e"), ("N'trailing  '", "trailing  "), ("N''", ""), ("N'😀'", "😀"), ("N'😀😀'", "😀😀"),
        ("N'it''s \"quoted\" \\ / [x], {y} ? %'", 'it\'s "quoted" \\ / [x], {y} ? %'), ("N'[\"a\"]'", '["a"]'), ("N'表'", "表"), ("N'null'", "null"),
        ("N'2026-01-02T03:04:05.000Z'", "2026-01-02T03:04:05.000Z"), ("N'/Date(1234567890000)/'", "/Date(1234567890000)/"), ("N'ﬁ_-'", "ﬁ_-"),
        ("N'tab' + NCHAR(9) + N'line' + NCHAR(10)", "tab\tline\n"))),
    Shape("varchar", ["varchar(20)"], rows(("'a'", "a"), ("'é '", "é "), ("'B''\"'", "B'\""), ("'€'", "€"))),
    Shape("char", ["char(6)"], rows(("'ab'", "ab    "), ("'abcdef'", "abcdef"), ("'a b'", "a b   "))),
    Shape("nchar", ["nchar(6)"], rows(("N'ab'", "ab    "), ("N'😀'", "😀    "), ("N'éèê'", "éèê   "))),
    Shape("two: text and number", ["nvarchar(20)", "int"], rows(("N'a' | 2", "a", 2), ("N'a' | 1", "a", 1), ("N'B' | 1", "B", 1), ("N'a\",\"' | 1", 'a","', 1))),
    Shape("three: guid, moment, bytes", ["uniqueidentifier", "datetime2(0)", "varbinary(4)"], rows(
        ("'6f9619ff-8b86-d011-b42d-00c04fc964ff' | '2026-01-02' | 0x01", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "2026-01-02T00:00:00", "AQ=="),
        ("'6f9619ff-8b86-d011-b42d-00c04fc964ff' | '2026-01-02' | 0x02", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "2026-01-02T00:00:00", "Ag=="),
        ("'6f9619ff-8b86-d011-b42d-00c04fc964ff' | '2026-01-01' | 0x02", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "2026-01-01T00:00:00", "Ag=="))),
    Shape("four: text, decimal, bit, date", ["char(2)", "decimal(9, 2)", "bit", "date"], rows(
        ("'x' | 1.5 | 0 | '2026-01-02'", "x ", Decimal("1.50"), False, "2026-01-02"), ("'x' | 1.5 | 1 | '2026-01-02'", "x ", Decimal("1.50"), True, "2026-01-02"),
        ("'X2' | -1.5 | 1 | '2026-01-02'", "X2", Decimal("-1.50"), True, "2026-01-02"), ("'x' | 1.5 | 1 | '2025-12-31'", "x ", Decimal("1.50"), True, "2025-12-31"))),
)  # fmt: skip
Make = Callable[..., KeyedScene]


@pytest.fixture
def make(sql_connection_string: str, odbc: OdbcConnection, unique: str) -> Iterator[Make]:
    server = SqlServer(odbc)
    made: list[KeyedScene] = []

    def make(shape: Shape, **options: Any) -> KeyedScene:
        scene = KeyedScene(server, to_odbc(sql_connection_string, find_driver()), shape, unique, **options)
        made.append(scene)
        return scene

    yield make
    for scene in made:
        scene.close()
    server.close()


@pytest.fixture(params=SHAPES, ids=lambda shape: shape.name)
def scene(make: Make, request: pytest.FixtureRequest) -> KeyedScene:
    return make(request.param)


def test_inserts_updates_and_deletes_arrive_once_and_under_their_exact_keys(scene: KeyedScene) -> None:
    scene.insert()
    assert sorted(scene.keys(scene.turn(), Operation.INSERT)) == scene.shape.keys

    scene.update(UNWATCHED, "1")
    assert scene.turn() == []

    scene.update(WATCHED, "7")
    changed = scene.turn()
    assert sorted(scene.keys(changed)) == scene.shape.keys
    assert [change["data"] for change in changed] == [{SENT: "s", WATCHED: 7}] * len(changed)

    scene.run("DELETE FROM {t}")
    deleted = scene.turn()
    assert sorted(scene.keys(deleted, Operation.DELETE)) == scene.shape.keys
    assert scene.turn() == []
    assert scene.store.take_stock().over


def test_a_row_that_does_not_pass_the_condition_is_not_sent(scene: KeyedScene) -> None:
    scene.insert()
    scene.update(TESTED, "0")

    assert scene.turn() == []


def test_what_the_trigger_has_forgotten_is_delivered_by_the_recovery(scene: KeyedScene) -> None:
    scene.answer = lambda _: DOWN
    scene.insert()
    scene.exhaust()
    scene.sweep()
    situation = scene.store.take_stock()
    assert (situation.orphaned, situation.exhausted, situation.parked) == (len(scene.shape.rows), 0, 0)

    scene.answer = lambda _: Delivered(200)
    assert sorted(scene.keys(scene.redeliver())) == scene.shape.keys
    assert scene.store.take_stock().over


def test_what_failed_beside_its_neighbours_is_parked_and_delivered(scene: KeyedScene) -> None:
    first, *others = scene.shape.rows
    healthy = as_text(first.key)
    scene.answer = lambda change: Delivered(200) if scene.keys([change]) == [healthy] else DOWN
    scene.insert(first)
    scene.insert(*others)  # in a transaction of its own, whose version the trigger's position does not reach yet
    assert scene.keys(scene.turn()) == [healthy]
    situation = scene.store.take_stock()
    assert (situation.parked, situation.orphaned, situation.retrying) == (len(others), 0, 0)

    scene.answer = lambda _: Delivered(200)
    assert sorted(scene.keys(scene.redeliver())) == sorted(as_text(row.key) for row in others)
    assert scene.store.take_stock().over


def test_a_reset_gives_the_trigger_its_rows_back(scene: KeyedScene) -> None:
    scene.answer = lambda _: DOWN
    scene.insert()
    scene.exhaust()
    assert scene.store.take_stock().exhausted == len(scene.shape.rows)

    scene.answer = lambda _: Delivered(200)
    assert scene.store.reset() == len(scene.shape.rows)
    assert sorted(scene.keys(scene.turn())) == scene.shape.keys
    assert scene.store.take_stock().over


def test_a_delete_that_nobody_could_take_is_delivered_by_the_recovery(scene: KeyedScene) -> None:
    scene.insert()
    scene.turn()
    scene.answer = lambda _: DOWN
    scene.run("DELETE FROM {t}")
    scene.exhaust()
    scene.sweep()
    assert scene.store.take_stock().orphaned == len(scene.shape.rows)

    scene.answer = lambda _: Delivered(200)
    assert sorted(scene.keys(scene.redeliver(), Operation.DELETE)) == scene.shape.keys
    assert scene.store.take_stock().over


def test_dead_letters_are_listed_and_replayed(scene: KeyedScene) -> None:
    scene.answer = lambda _: REFUSED
    scene.insert()
    scene.turn()
    assert len(ledger_keys(scene.dead())) == len(scene.shape.rows)

    scene.answer = lambda _: Delivered(200)
    assert sorted(scene.keys(scene.replay())) == scene.shape.keys
    assert scene.dead() == []


def test_what_was_given_up_is_superseded_by_the_rows_next_change(scene: KeyedScene) -> None:
    scene.answer = lambda _: DOWN
    scene.insert()
    scene.exhaust()
    assert scene.store.give_up(everything=True, reason="enough") == len(scene.shape.rows)
    assert len(scene.dead()) == len(scene.shape.rows)

    scene.answer = lambda _: Delivered(200)
    scene.update(SENT, "N'newer'")
    assert sorted(scene.keys(scene.turn())) == scene.shape.keys
    assert scene.dead() == []


@pytest.mark.parametrize("page_rows", [1, 2])
def test_a_backfill_sends_each_row_once_in_the_keys_order(scene: KeyedScene, page_rows: int) -> None:
    scene.insert()
    scene.turn()

    sent = scene.keys(scene.backfill(page_rows=page_rows))

    assert sorted(sent) == scene.shape.keys
    assert page(scene, "", 1000) == [row for cursor in cursors(scene) for row in page(scene, cursor, 1)]


def page(scene: KeyedScene, cursor: str, limit: int) -> list[PageRow]:
    """Return the next rows of a backfill of everything."""
    return list(scene.fillings.page(cursor, limit, ()))


def cursors(scene: KeyedScene) -> list[str]:
    """Return the cursor before each row."""
    return ["", *(Cursor().after(row.key).key for row in page(scene, "", 1000)[:-1])]


def test_after_a_gap_forgotten_deletions_come_once_each_page_by_page(scene: KeyedScene) -> None:
    scene.answer = lambda _: DOWN
    scene.insert()
    scene.exhaust()
    scene.run("DELETE FROM {t}")

    scene.answer = lambda _: Delivered(200)
    sent = scene.keys(scene.backfill(page_rows=1, reason=Reason.GAP), Operation.DELETE)

    assert sorted(sent) == scene.shape.keys
    assert scene.store.take_stock().over


TEXT = Shape("text", ["nvarchar(20)"], rows(("N'a'", "a"), ("N'b'", "b")))


@pytest.mark.parametrize("spelling", ["A", "a ", "A  "])
def test_a_row_whose_key_is_spelt_anew_is_the_same_row(make: Make, spelling: str) -> None:
    scene = make(TEXT)
    scene.answer = lambda change: REFUSED if scene.keys([change]) == [as_text(["a"])] else DOWN
    scene.insert()
    scene.turn()
    scene.time_passes()
    assert (len(scene.dead()), scene.store.take_stock().retrying + scene.store.take_stock().orphaned) == (1, 1)

    scene.answer = lambda _: Delivered(200)
    scene.run(f"UPDATE {{t}} SET [select] = N'{spelling}' WHERE [select] = N'a'")
    assert scene.keys(scene.turn()) == [as_text([spelling])]
    assert scene.dead() == []


@pytest.mark.parametrize("collation", ["Latin1_General_BIN2", "Latin1_General_CS_AS"])
def test_a_key_under_another_collation_than_the_databases_is_refused_because_the_trigger_cannot_compare_it(
    make: Make, collation: str
) -> None:
    foreign = Shape("foreign", ["int", f"nvarchar(20) COLLATE {collation}"], rows(("1 | N'a'", 1, "a")))

    with pytest.raises(ConfigError, match=f"Ke\\]y 'two'.*has the collation {collation}.*error 468"):
        make(foreign)


def test_the_trigger_fails_at_every_poll_of_such_a_table(make: Make) -> None:
    """Why it is refused: the leases are under the database's collation, and so are the keys that the trigger passes as JSON."""
    scene = make(TEXT)
    scene.run("CREATE TABLE [az_func].[other] ([select] nvarchar(20) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY)")
    watched = "SELECT 1 FROM [az_func].[other] AS c INNER JOIN {} AS l ON c.[select] = l.[select]"

    for other in (leases_of(scene.relay), "OPENJSON(N'[]') WITH ([select] nvarchar(40))"):
        with pytest.raises(DatabaseError) as caught:
            scene.run(watched.format(other))
        assert caught.value.number == 468
    scene.run("DROP TABLE [az_func].[other]")
