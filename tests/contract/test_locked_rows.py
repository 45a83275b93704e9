"""Rows that somebody's long transaction keeps locked: they alone fail, for a while, and nobody waits long for them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from adapters.sql_server.backfill import SqlBackfills
from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.connection import LOCK_TIMEOUT, ResultSet
from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.table import RelayTable
from relay import exact_json
from relay.backfill.values import BackfillOrder
from relay.delivery.news import EndpointNews
from relay.errors import DatabaseError
from services.backfill import send_pages
from services.batch import relay_batch
from services.outside import Outside
from services.redeliver import redeliver
from tests.contract.leases import APP, leases_of
from tests.contract.relay_scene import Scene
from tests.fakes import FakeEndpoint, an_outside
from tests.sql_client import SqlServer

Make = Callable[..., Scene]
HOUR = 3600  # longer than any change waits for its first tries


class Locked(SqlServer):
    """A server where reading some rows times out, as SET LOCK_TIMEOUT has it; the stand-in locks no single rows."""

    def __init__(self, odbc: OdbcConnection, *locked: int) -> None:
        super().__init__(odbc)
        self.locked = set(locked)
        self.waits = 0

    def execute(self, sql: str, parameters: Sequence[Any]) -> Sequence[ResultSet]:
        """Run a batch, unless it waits for a locked row."""
        if "SET LOCK_TIMEOUT 5000" in sql:
            named = {
                key["key1"] for each in parameters if str(each).startswith('[{"i"') for key in exact_json.loads(each)
            }
            if named & self.locked:
                self.waits += 1
                raise DatabaseError("SQL Server: Lock request time out period exceeded.", LOCK_TIMEOUT)
        return super().execute(sql, parameters)


@pytest.fixture
def made(scene: Make) -> Scene:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1), (2), (3), (4), (5), (6), (7), (8)")
    made.lease()
    return made


def outside_of(made: Scene, server: SqlServer) -> Outside:
    table = RelayTable(server, APP, made.relay)
    return an_outside(
        made.relay,
        changes=SqlChanges(table),
        recoveries=made.store,
        backfills=SqlBackfills(table),
        endpoint=FakeEndpoint(),
    )


def sent(outside: Outside) -> list[int]:
    assert isinstance(outside.endpoint, FakeEndpoint)
    return [exact_json.loads(message.body)["key"]["Id"] for message in outside.endpoint.messages]


def payload(*numbers: int) -> str:
    return exact_json.dumps([{"Operation": 0, "Item": {"Id": number}} for number in numbers])


def test_a_locked_row_is_left_for_later_and_its_neighbours_arrive(made: Scene, odbc: OdbcConnection) -> None:
    server = Locked(odbc, 2)
    outside = outside_of(made, server)

    result = relay_batch(payload(1, 2, 3), outside)

    assert sent(outside) == [1, 3]
    assert (result.error, server.waits) == (None, 2)
    [(key, version, state, _, status, error, _)] = made.ledger()
    assert (key, state, status, error) == ("[2]", "open", None, "not sent: another transaction keeps its row locked")
    assert version > 0


def test_a_row_that_is_free_again_is_delivered_by_the_recovery(made: Scene, odbc: OdbcConnection) -> None:
    server = Locked(odbc, 2)
    outside = outside_of(made, server)
    relay_batch(payload(2, 3), outside)
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")

    made.let_time_pass(HOUR)
    still_locked = redeliver(made.store.list_ids(9), outside)
    server.locked = set()
    made.let_time_pass(HOUR)
    free = redeliver(made.store.list_ids(9), outside)

    assert (still_locked.failed, free.delivered, sent(outside), made.ledger()) == (1, 1, [3, 2], [])


def test_nobody_waits_for_every_row_of_a_locked_table(made: Scene, odbc: OdbcConnection) -> None:
    server = Locked(odbc, *range(1, 9))
    outside = outside_of(made, server)

    result = relay_batch(payload(*range(1, 9)), outside)

    assert server.waits == 5, "once for all, then for four of them"
    assert "nothing of 8 changes got through (not sent: another transaction keeps its row locked)" in str(result.error)
    assert (sent(outside), result.delivery.settlement.news) == ([], EndpointNews()), "the endpoint is not to blame"


def test_a_backfill_leaves_out_no_row_because_it_is_locked(made: Scene, odbc: OdbcConnection) -> None:
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")
    server = Locked(odbc, 2)
    outside = outside_of(made, server)
    outside.backfills.begin(BackfillOrder())

    with pytest.raises(DatabaseError, match="keeps rows locked"):
        send_pages(outside)
    server.locked = set()
    ended = send_pages(outside)

    assert (ended.over, sent(outside)) == (True, list(range(1, 9)))
