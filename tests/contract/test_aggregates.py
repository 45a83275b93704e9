"""Aggregates against a database: at rest the endpoint's picture is what SELECT ... GROUP BY says."""

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from adapters.sql_server.statements import LIMITS
from relay.backfill.values import BackfillState
from relay.changes.conditions import Condition
from relay.config.values import Relay
from relay.delivery.outcomes import RetryLater
from relay.errors import ConfigError
from relay.identifiers import TableName
from tests.contract.aggregate_scene import AggregateScene
from tests.sql_client import SqlServer
from workflows.aggregates.values import Aggregate, Function, Measure

COLUMNS = "Id int NOT NULL PRIMARY KEY, Country nvarchar(20) NULL, Status varchar(10) NOT NULL, Total decimal(10, 2) NULL, Day date NULL"
MEASURES = {
    "orders": Measure(Function.COUNT),
    "priced": Measure(Function.COUNT, "Total"),
    "total": Measure(Function.SUM, "Total"),
    "least": Measure(Function.MIN, "Total"),
    "last": Measure(Function.MAX, "Day"),
    "mean": Measure(Function.AVG, "Total"),
    "days": Measure(Function.DISTINCT, "Day"),
}
ORACLE = """
SELECT UPPER(RTRIM(Country)), COUNT(*), COUNT(Total), SUM(Total), MIN(Total), CONVERT(varchar(10), MAX(Day), 126), AVG(Total), COUNT(DISTINCT Day)
FROM {t} WHERE Status = 'paid' GROUP BY UPPER(RTRIM(Country))
"""

Make = Callable[..., AggregateScene]


@pytest.fixture
def scene(server: SqlServer, app_server: SqlServer, unique: str) -> Make:
    def make(columns: str = COLUMNS, **differences: Any) -> AggregateScene:
        values: dict[str, Any] = {
            "name": unique,
            "table": TableName("dbo", f"Table ] {unique}"),
            "group_by": ("Country",),
            "measures": MEASURES,
            "condition": (Condition("Status", "equals", "paid"),),
            "settle_seconds": 0.0,
            **differences,
        }
        results = Relay(name=unique, table=values["table"], endpoint="http://127.0.0.1:1")
        return AggregateScene(server, app_server, Aggregate(results=results, **values), columns)

    return make


def pictured(scene: AggregateScene) -> set[tuple[Any, ...]]:
    """What the endpoint has, with groups as a collation without capitals and accents on them takes them."""
    return {
        (None if group is None else group.rstrip().upper(), *measures.values())
        for (group,), measures in scene.picture.groups().items()
    }


def told(scene: AggregateScene) -> set[tuple[Any, ...]]:
    [rows] = scene.run(ORACLE)
    return {tuple(row) for row in rows}


def test_a_groups_result_says_what_its_rows_come_to_with_a_revision_and_an_id_of_its_own(scene: Make) -> None:
    shop = scene()
    shop.run("INSERT INTO {t} VALUES (1, N'DE', 'paid', 10.50, '2026-01-02'), (2, N'DE', 'open', 99, NULL)")
    shop.rest()

    [body] = shop.picture.bodies
    assert body["aggregate"] == shop.aggregate.name
    assert body["group"] == {"Country": "DE"}
    assert body["measures"] == {
        "orders": 1,
        "priced": 1,
        "total": Decimal("10.50"),
        "least": Decimal("10.50"),
        "last": "2026-01-02",
        "mean": Decimal("10.500000"),
        "days": 1,
    }
    assert body["revision"] == 1
    assert body["version"] > 0
    assert body["id"] == body["key"]

    shop.run("UPDATE {t} SET Status = 'paid' WHERE Id = 2")
    shop.rest()

    assert [body["revision"] for body in shop.picture.bodies] == [1, 2]
    assert shop.picture.bodies[1]["measures"]["total"] == Decimal("109.50")
    assert len({body["id"] for body in shop.picture.bodies}) == 2


def test_a_group_without_rows_is_sent_as_empty_and_one_that_never_had_any_not_at_all(scene: Make) -> None:
    shop = scene()
    shop.run("INSERT INTO {t} VALUES (1, N'DE', 'paid', 10, NULL), (2, N'AT', 'open', 10, NULL)")
    shop.rest()
    shop.run("DELETE FROM {t} WHERE Id = 1")
    shop.rest()

    assert [(body["group"]["Country"], body.get("empty")) for body in shop.picture.bodies] == [
        ("DE", None),
        ("DE", True),
    ]
    assert shop.picture.bodies[1]["measures"] == {
        **dict.fromkeys(("orders", "priced", "days"), 0),
        **dict.fromkeys(("total", "least", "last", "mean")),
    }


def test_what_comes_to_the_same_is_not_sent_again(scene: Make) -> None:
    shop = scene()
    shop.run("INSERT INTO {t} VALUES (1, N'DE', 'paid', 10, NULL)")
    shop.rest()
    shop.run("UPDATE {t} SET Total = 11; UPDATE {t} SET Total = 10;")
    shop.rest()

    assert len(shop.picture.bodies) == 1


def test_groups_behind_the_first_are_computed_without_it(scene: Make) -> None:
    shop = scene()
    shop.rest()
    shop.run(
        "INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL), (2, N'B', 'paid', 2, NULL), (3, N'C', 'paid', 3, NULL)"
    )
    shop.take_up()
    assert shop.stands()["dirty"] == 3

    assert (shop.store.compute(1, 1), shop.store.compute(1, 1), shop.store.compute(1, 1)) == (1, 1, 0)

    assert shop.stands()["dirty"] == 1
    shop.rest()
    assert pictured(shop) == told(shop)


def test_a_row_that_was_counted_in_a_group_between_two_others_is_not_left_there(scene: Make) -> None:
    shop = scene()
    shop.run("INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL), (2, N'B', 'paid', 2, NULL)")
    shop.rest()
    shop.run("UPDATE {t} SET Total = 3 WHERE Id = 2")
    shop.take_up()
    shop.run("UPDATE {t} SET Country = N'B' WHERE Id = 1")
    shop.compute()
    shop.run("UPDATE {t} SET Country = N'C' WHERE Id = 1")
    shop.rest()

    assert pictured(shop) == told(shop)


def test_changes_that_come_while_a_group_is_computed_leave_it_dirty(
    scene: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = scene()
    shop.run("INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL)")
    shop.take_up()
    ask_plainly = shop.store._table.ask_plainly

    def late(name: str, **values: Any) -> Any:
        if name == "aggregate/write":
            monkeypatch.undo()
            shop.run("INSERT INTO {t} VALUES (2, N'A', 'paid', 2, NULL)")
            shop.take_up()
        return ask_plainly(name, **values)

    monkeypatch.setattr(shop.store._table, "ask_plainly", late)
    shop.store.compute(10)

    assert shop.stands()["dirty"] == 1
    shop.rest()
    assert pictured(shop) == told(shop)


def test_of_two_workers_that_compute_a_group_the_slower_writes_nothing(
    scene: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = scene()
    shop.run("INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL)")
    shop.take_up()
    ask_plainly = shop.store._table.ask_plainly

    def slow(name: str, **values: Any) -> Any:
        if name == "aggregate/write":
            monkeypatch.undo()
            shop.run("UPDATE {t} SET Total = 5")
            shop.rest()
        return ask_plainly(name, **values)

    monkeypatch.setattr(shop.store._table, "ask_plainly", slow)
    shop.store.compute(10)
    shop.deliver()

    assert pictured(shop) == told(shop)


def test_a_result_that_does_not_come_through_is_in_the_ledger_of_the_aggregates_own_relay(scene: Make) -> None:
    shop = scene()
    shop.picture.answer = RetryLater(503, "the endpoint answered 503")
    shop.run("INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL)")
    shop.rest()

    assert {
        key: shop.stands()[key] for key in ("groups", "dirty", "results", "failing", "dead_letters", "untaken")
    } == {
        "groups": 1,
        "dirty": 0,
        "results": 1,
        "failing": 1,
        "dead_letters": 0,
        "untaken": 0,
    }


def test_rows_that_vanished_without_a_change_are_found_when_all_are_looked_through(scene: Make) -> None:
    shop = scene()
    shop.run("INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL), (2, N'B', 'paid', 2, NULL)")
    shop.rest()
    shop.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")
    shop.run("DELETE FROM {t} WHERE Id = 1; INSERT INTO {t} VALUES (3, N'C', 'paid', 3, NULL)")
    shop.run("ALTER TABLE {t} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")
    assert shop.begin_backfill()
    assert shop.compute() == {"groups": 0}
    shop.look_through()
    while "wait_seconds" in shop.compute():
        pass
    shop.deliver()

    assert pictured(shop) == told(shop)
    assert shop.stands()["all_are_dirty"] == 0


def test_nothing_is_computed_before_all_rows_were_looked_through_for_the_definition(scene: Make) -> None:
    shop = scene()
    shop.run("INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL)")
    shop.rest()
    shop.define(replace(shop.aggregate, condition=()))
    shop.run("INSERT INTO {t} VALUES (2, N'A', 'paid', 1, NULL)")
    shop.take_up()

    assert shop.compute() == {"groups": 0}
    assert shop.stands()["dirty"] == 1


def test_nothing_is_computed_if_the_look_at_all_rows_was_cancelled(scene: Make) -> None:
    shop = scene()
    shop.run("INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL)")
    shop.take_up()
    assert shop.begin_backfill()
    shop.of_rows.backfills.command(BackfillState.CANCELLED)
    assert shop.compute() == {"groups": 0}

    assert shop.begin_backfill()
    shop.look_through()
    shop.rest()
    assert pictured(shop) == told(shop)


def test_other_columns_to_group_by_need_another_name(scene: Make, app_server: SqlServer) -> None:
    shop = scene()
    shop.run("INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL)")
    shop.rest()
    shop.server.run("UPDATE relay.Aggregate SET GroupBy = N'[]' WHERE Aggregate = ?", shop.aggregate.name)
    shop.run("UPDATE {t} SET Total = 2")

    assert shop.take_up() == 0
    [[[error]]] = shop.server.run("SELECT LastError FROM relay.Ledger WHERE Relay = ?", shop.rows.name)
    assert "give it another name" in error


def test_what_cannot_be_measured_is_told_with_its_key(scene: Make) -> None:
    shop = scene(measures={"total": Measure(Function.SUM, "Country")})
    shop.run("INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL)")

    with pytest.raises(ConfigError, match=r"measures\.total: 'Country' is nvarchar, which is no number"):
        shop.store.mark([{"key": {"Id": 1}, "version": 1}])


def test_a_deletion_is_answered_for_though_no_row_is_remembered(scene: Make) -> None:
    shop = scene(moves=False)
    shop.run(
        "INSERT INTO {t} VALUES (1, N'A', 'paid', 1, NULL), (2, N'B', 'paid', 2, NULL), (3, N'B', 'paid', 2, NULL)"
    )
    shop.rest()
    shop.run("DELETE FROM {t} WHERE Id = 2")
    shop.rest()

    assert pictured(shop) == told(shop)
    assert shop.server.run("SELECT COUNT(*) FROM relay.AggregateRow WHERE Aggregate = ?", shop.aggregate.name) == [
        [[0]]
    ]


def test_a_key_that_holds_the_group_tells_of_deletions(scene: Make) -> None:
    shop = scene(
        columns="Country nvarchar(20) NOT NULL, Id int NOT NULL, Price money NULL, PRIMARY KEY (Country, Id)",
        measures={
            "n": Measure(Function.COUNT),
            "sum": Measure(Function.SUM, "Price"),
            "ids": Measure(Function.SUM, "Id"),
        },
        condition=(),
    )
    shop.run("INSERT INTO {t} VALUES (N'A', 1, 1.5), (N'A', 2147483647, 2), (N'B', 2147483647, 3)")
    shop.rest()
    shop.run("DELETE FROM {t} WHERE Country = N'B'")
    shop.rest()

    assert {group: list(measures.values()) for group, measures in shop.picture.groups().items()} == {
        ("A",): [2, Decimal("3.5000"), 2147483648]
    }


def test_groups_of_several_columns_with_nulls_and_moments(scene: Make) -> None:
    shop = scene(group_by=("Day", "Country"), measures={"n": Measure(Function.COUNT)}, condition=())
    shop.run(
        "INSERT INTO {t} VALUES (1, NULL, 'x', 1, NULL), (2, N'null', 'x', 1, NULL), (3, N'\"', 'x', 1, '2026-01-02'), "
        "(4, N'', 'x', 1, NULL), (5, NULL, 'x', 1, NULL)"
    )
    shop.rest()

    assert {group: measures["n"] for group, measures in shop.picture.groups().items()} == {
        (None, None): 2,
        (None, "null"): 1,
        (None, ""): 1,
        ("2026-01-02", '"'): 1,
    }


@pytest.mark.parametrize("seed", range(4))
def test_at_rest_the_picture_is_what_group_by_says_whatever_was_written_in_between(scene: Make, seed: int) -> None:
    chance = random.Random(seed)
    shop = scene()
    countries = ["DE", "de", "De ", "AT", "at", "CH", "", "Österreich", None]
    for _ in range(60):
        key = chance.randrange(12)
        values = (
            chance.choice(countries),
            chance.choice(["paid", "paid", "open"]),
            chance.choice([None, Decimal(chance.randrange(10_000)) / 100]),
            chance.choice([None, "2026-01-02", "2026-01-03"]),
        )
        match chance.randrange(9):
            case 0 | 1 | 2:
                shop.run("DELETE FROM {t} WHERE Id = ?; INSERT INTO {t} VALUES (?, ?, ?, ?, ?)", key, key, *values)
            case 3 | 4:
                shop.run("UPDATE {t} SET Country = ?, Status = ?, Total = ?, Day = ? WHERE Id = ?", *values, key)
            case 5:
                shop.run("DELETE FROM {t} WHERE Id = ?", key)
            case 6:
                shop.take_up()
            case 7:
                shop.compute()
            case 8:
                shop.deliver()
    shop.rest()

    assert pictured(shop) == told(shop)


def test_a_look_counts_so_many_groups_and_no_more(scene: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = scene()
    shop.run(
        "INSERT INTO {t} VALUES (1, N'DE', 'paid', 1, NULL), (2, N'AT', 'paid', 1, NULL), (3, N'CH', 'paid', 1, NULL)"
    )
    shop.take_up()
    monkeypatch.setitem(LIMITS, "most_counted", "2")
    assert (shop.stands()["groups"], shop.stands()["dirty"], shop.stands()["results"]) == (2, 2, 0)
    shop.rest()

    assert (shop.stands()["groups"], shop.stands()["dirty"], shop.stands()["results"]) == (2, 0, 2)
