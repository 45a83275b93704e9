"""The situations in which the SQL trigger alone loses changes, once more with the app in it: nothing is lost.

What the trigger alone does is in test_sql_trigger_golden_traces.py; here its function is the app's, and a recovery's
round follows.
"""

import json
from collections.abc import Callable, Iterator, Sequence

import pytest

from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.enable import enable
from adapters.sql_server.recovery import SqlRecoveries
from adapters.sql_server.table import RelayTable
from functions_standin.testing.sql_trigger import Scene, Worker, scene_on
from relay.changes.enriched import Enriched
from relay.changes.payload import Key
from relay.config.values import Relay
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome, RetryLater
from relay.errors import DatabaseError
from relay.identifiers import TableName
from relay.names import leases_table
from services.batch import relay_batch
from services.outside import Outside
from services.redeliver import probe, redeliver
from tests.contract.leases import APP
from tests.fakes import FakeEndpoint, an_outside
from tests.sql_client import SqlServer


class AwayAtTimes(SqlChanges):
    """Changes of a database that may be away."""

    def __init__(self, table: RelayTable, is_away: Callable[[], bool]) -> None:
        super().__init__(table)
        self._is_away = is_away

    def enrich(self, items: Sequence[Key]) -> Enriched:
        if self._is_away():
            raise DatabaseError("SQL Server: away")
        return super().enrich(items)


class Relayed:
    """A scene whose worker calls the app, before an endpoint that fails for some rows."""

    def __init__(self, scene: Scene, server: SqlServer, name: str) -> None:
        self.scene = scene
        self.relay = Relay(name=name, table=TableName("dbo", name), endpoint="http://127.0.0.1:1")
        list(enable(server, APP, [self.relay]))
        self.sick: set[str] = set()
        self.endpoint = FakeEndpoint(self._answer)
        self.arrived: list[tuple[str, int | None]] = []  # name, Note; in the order of arrival
        self._server = server
        self.dies = False  # the app, before it has read or written anything
        self.is_away = False  # the database, for what the app reads
        self.start_anew()
        self.worker = self._worker()

    def start_anew(self) -> None:
        """Begin another process of the app, which knows nothing of the one before."""
        self.store = SqlRecoveries(RelayTable(self._server, APP, self.relay))
        self.source = AwayAtTimes(RelayTable(self._server, APP, self.relay), lambda: self.is_away)

    def turn(self) -> bool:
        """Let the trigger make a turn; tell whether there was a batch."""
        before = len(self.worker.payloads)
        self.worker.listener.turn(self.worker.link)
        return len(self.worker.payloads) > before

    def exhaust(self) -> None:
        """Let the trigger use up its five attempts."""
        for _ in range(5):
            assert self.turn()
            self.scene.time_passes()
        assert not self.turn(), "the attempts are used up"

    def recover(self) -> None:
        """Do a recovery's round, and give the trigger its next turn."""
        assert probe(self._outside).delivered, "the endpoint is up"
        self.store.reset()
        redeliver(self.store.list_ids(1000), self._outside)
        self.turn()
        assert self.store.take_stock().over

    @property
    def _outside(self) -> Outside:
        return an_outside(self.relay, recoveries=self.store, changes=self.source, endpoint=self.endpoint)

    def _worker(self) -> Worker:
        worker = self.scene.worker()
        worker.function = self._called
        return worker

    def _called(self, payload: str) -> bool:
        """Do what the host does: a function that raises has failed, and so has one whose process died."""
        if self.dies:
            return False
        try:
            return relay_batch(payload, self._outside).error is None
        except DatabaseError:
            return False

    def _answer(self, message: Message) -> Outcome:
        change = json.loads(message.body)
        name = self.scene.name_of(change["key"]["Id"])
        if name in self.sick:
            return RetryLater(500, "the endpoint answered 500")
        self.arrived.append((name, change["data"]["Note"]))
        return Delivered(200)


@pytest.fixture
def relayed(sql_connection_string: str, odbc: OdbcConnection, unique: str) -> Iterator[Relayed]:
    server = SqlServer(odbc)
    with scene_on(sql_connection_string, unique, leases_table_name=leases_table(APP, unique)) as scene:
        yield Relayed(scene, server, unique)
    server.close()


def test_the_sweep_that_deletes_an_exhausted_row_loses_nothing(relayed: Relayed) -> None:
    relayed.sick = {"A"}
    relayed.scene.insert("A")
    relayed.exhaust()
    relayed.scene.insert("B")
    assert relayed.turn()
    assert relayed.scene.leases == {}, "the trigger has forgotten A"
    assert relayed.arrived == [("B", None)]

    relayed.sick = set()
    relayed.recover()

    assert relayed.arrived == [("B", None), ("A", None)]


def test_an_app_that_dies_five_times_at_once_when_it_starts_loses_nothing_once_it_lives(relayed: Relayed) -> None:
    relayed.dies = True
    relayed.scene.insert("A")
    relayed.exhaust()
    relayed.dies = False
    relayed.start_anew()

    relayed.scene.insert("B")
    assert relayed.turn()
    assert relayed.scene.leases == {}, "the trigger has forgotten A, which nobody had entered"
    assert relayed.arrived == [("B", None)]
    relayed.recover()

    assert relayed.arrived == [("B", None), ("A", None)]


def test_a_database_that_fails_every_batch_of_a_change_loses_nothing_once_it_answers(
    relayed: Relayed,
) -> None:
    relayed.scene.insert("C")
    assert relayed.turn()
    relayed.is_away = True
    relayed.scene.insert("A")
    relayed.exhaust()
    relayed.is_away = False

    relayed.scene.insert("B")
    assert relayed.turn()
    assert relayed.scene.leases == {}, "the trigger has forgotten A"
    relayed.recover()

    assert relayed.arrived == [("C", None), ("B", None), ("A", None)]


def test_a_failing_row_does_not_make_its_neighbours_fail(relayed: Relayed) -> None:
    relayed.sick = {"A"}
    relayed.scene.insert("A")
    relayed.scene.insert("B")

    assert relayed.turn()
    assert relayed.arrived == [("B", None)]
    assert not relayed.turn(), "the trigger is through with both"

    relayed.sick = set()
    relayed.recover()
    assert relayed.arrived == [("B", None), ("A", None)]


def test_a_failing_row_that_was_alone_holds_up_nobody_and_is_not_lost_when_the_position_passes_it(
    relayed: Relayed,
) -> None:
    relayed.sick = {"A"}
    relayed.scene.insert("A")
    relayed.turn()
    relayed.scene.insert("B")
    relayed.turn()
    for _ in range(4):
        relayed.scene.time_passes()
        assert relayed.turn()
    relayed.scene.time_passes()
    relayed.scene.insert("C")
    relayed.scene.insert("D")
    relayed.turn()
    assert "A" not in relayed.scene.leases, "the trigger has forgotten A"

    relayed.sick = set()
    relayed.recover()

    assert [name for name, _ in relayed.arrived] == ["B", "C", "D", "A"]


def test_a_newer_change_of_an_exhausted_row_arrives_although_the_trigger_ignores_it(relayed: Relayed) -> None:
    relayed.sick = {"A"}
    relayed.scene.insert("A")
    relayed.exhaust()
    relayed.scene.update("A")
    assert not relayed.turn(), "the trigger ignores it"
    relayed.scene.insert("B")
    relayed.turn()
    assert relayed.scene.leases == {}, "and forgets it"

    relayed.sick = set()
    relayed.recover()

    assert relayed.arrived[-1] == ("A", 1)
