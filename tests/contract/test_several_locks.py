"""The locks of an orchestration against a server: in order, up to the first that is not to be had, and asked for again."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.sql_server.migrations import migrate
from adapters.sql_server.tables import SqlTables
from services.several_locks import acquire_all, release_all, renew_all
from tests.contract.lock_scene import LockScene
from tests.sql_client import SqlServer
from workflows.locks.order import Grant, Order


@pytest.fixture
def order(server: SqlServer, unique: str) -> Iterator[Order]:
    migrate(server, "shop")
    yield Order(names=[f"{unique}-b", f"{unique}-a"], instance=unique, execution="1")
    for table in ("LockHolder", "LockWaiter", "Lock"):
        server.run(f"DELETE FROM relay.{table} WHERE Name LIKE ?", f"{unique}-%")


@pytest.fixture
def tables(app_server: SqlServer) -> SqlTables:
    return SqlTables(app_server, "shop")


def test_all_are_taken_and_an_activity_that_runs_twice_finds_them_again(tables: SqlTables, order: Order) -> None:
    b, a = order.names
    granted = acquire_all(tables, order).result

    assert granted == Grant(tokens={a: 1, b: 1})
    assert acquire_all(tables, Order.from_dict(order.to_dict())).result == granted
    assert renew_all(tables, granted.tokens).result == []
    assert release_all(tables, granted.tokens, {}).result == 2
    assert release_all(tables, granted.tokens, {}).result == 0
    assert sorted(renew_all(tables, granted.tokens).result) == [a, b]


def test_the_first_that_is_not_to_be_had_is_named_with_the_event_that_tells_of_its_offer(
    server: SqlServer, app_server: SqlServer, tables: SqlTables, order: Order
) -> None:
    b, a = order.names
    another = LockScene(server, app_server, b)
    token = another.held("anna")

    grant = acquire_all(tables, order).result
    assert (grant.tokens, grant.lacks, grant.reason) == ({a: 1}, b, "waits")
    another.release(token)
    [told] = another.hints

    assert (told.instance, told.event) == (order.instance, grant.event)
    assert acquire_all(tables, order).result == Grant(tokens={a: 1, b: token + 1})


def test_who_gives_up_leaves_the_line(
    server: SqlServer, app_server: SqlServer, tables: SqlTables, order: Order
) -> None:
    b, a = order.names
    another = LockScene(server, app_server, b)
    another.held("anna")
    grant = acquire_all(tables, order).result

    assert release_all(tables, grant.tokens, {grant.lacks: grant.ticket}).result == 2
    assert another.ask("ben").position == 1
    assert acquire_all(tables, replace(order, names=[a])).result.tokens == {a: 2}


def test_an_instance_that_was_started_anew_takes_all_over_under_new_tokens(tables: SqlTables, order: Order) -> None:
    b, a = order.names
    first = acquire_all(tables, order).result

    again = acquire_all(tables, replace(order, execution="2")).result

    assert again.tokens == {a: 2, b: 2}
    assert sorted(renew_all(tables, first.tokens).result) == [a, b]
