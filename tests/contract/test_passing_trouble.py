"""Trouble of Azure SQL's that passes, at every moment of a batch: it is delivered once, and nothing is left open."""

from collections.abc import Iterator

import pytest

from adapters.clock.threads import PoolThreads
from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.connection_string import find_driver, to_odbc
from adapters.sql_server.recovery import SqlRecoveries
from adapters.sql_server.retries import Retries
from adapters.sql_server.table import RelayTable
from mssql_standin.faults import CUT, Fault
from mssql_standin.testing.stand_in import CONTROL, StandIn
from relay.config.values import Relay
from relay.delivery.outcomes import Delivered, RetryLater
from relay.errors import DatabaseError
from relay.identifiers import TableName
from services.batch import relay_batch
from services.outside import Outside
from tests.contract.leases import APP
from tests.contract.relay_scene import Scene
from tests.fakes import FakeClock, FakeEndpoint, an_outside
from tests.sql_client import SqlServer

PAYLOAD = '[{"Operation":0,"Item":{"Id":1}},{"Operation":0,"Item":{"Id":2}}]'
MOMENTS = {
    "it is read": "OPENJSON(@keys)",
    "it is settled": "OPENJSON(@failures)",
    "the endpoint's standing is written": "UPDATE [relay].[Standing]",
}


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A server of these tests' own: they let it fail."""
    with StandIn(tmp_path_factory.mktemp("failing"), CONTROL) as made:
        yield made


class Throttled:
    """A relay of two rows, of which the endpoint takes the first and, for now, not the second."""

    def __init__(self, stand_in: StandIn, name: str) -> None:
        self.stand_in, self.clock = stand_in, FakeClock()
        odbc = to_odbc(stand_in.ado_net, find_driver([]))
        relay = Relay(name=name, table=TableName("dbo", name), endpoint="http://127.0.0.1:1", watch=("Name",))
        self.server = SqlServer(odbc, retries=Retries(self.clock))
        self.scene = Scene(self.server, self.server, relay, "Id int NOT NULL PRIMARY KEY, Name nvarchar(9) NULL")
        self.scene.run("INSERT INTO {t} (Id) VALUES (1), (2)")
        self.scene.lease()
        self.endpoint = FakeEndpoint(
            lambda message: Delivered(200) if b'"Id":1' in message.body else RetryLater(429, "later", 600.0)
        )

    @property
    def outside(self) -> Outside:
        table = RelayTable(self.server, APP, self.scene.relay)
        return an_outside(
            self.scene.relay, changes=SqlChanges(table), recoveries=SqlRecoveries(table), endpoint=self.endpoint,
            clock=self.clock, threads=PoolThreads(1, "each"),
        )  # fmt: skip

    def fail(self, number: int, moment: str, text: str, times: int = 1) -> None:
        self.stand_in.fail(Fault(number, moment, text=text, times=times))


@pytest.fixture
def throttled(stand_in: StandIn, unique: str) -> Iterator[Throttled]:
    made = Throttled(stand_in, unique)
    yield made
    stand_in.stop_failing()
    made.server.close()


@pytest.mark.parametrize("number", [1205, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920, CUT])
@pytest.mark.parametrize("when", MOMENTS)
def test_a_batch_is_delivered_once_whenever_the_trouble_comes(throttled: Throttled, when: str, number: int) -> None:
    throttled.fail(number, "before", MOMENTS[when])
    before = throttled.stand_in.failures()

    result = relay_batch(PAYLOAD, throttled.outside)

    assert throttled.stand_in.failures() == before + 1
    assert (result.error, len(throttled.endpoint.messages)) == (None, 2), (
        "it is not sent anew because SQL Server was away"
    )
    assert [(row[0], row[2]) for row in throttled.scene.ledger()] == [("[2]", "held")]


@pytest.mark.parametrize("moment", ["during", "after"])
def test_an_answer_that_is_lost_changes_nothing(throttled: Throttled, moment: str) -> None:
    throttled.fail(40197, moment, MOMENTS["it is settled"], times=2)

    relay_batch(PAYLOAD, throttled.outside)

    assert len(throttled.endpoint.messages) == 2
    assert [(row[0], row[2], row[3]) for row in throttled.scene.ledger()] == [("[2]", "held", 0)]
    assert sum(throttled.clock.slept) > 0


def test_a_database_that_fails_over_is_waited_for_at_the_login(throttled: Throttled) -> None:
    throttled.server.close()
    throttled.stand_in.fail(Fault(4060, "login", times=2))
    throttled.stand_in.fail(Fault(40613, "login", times=1))

    assert relay_batch(PAYLOAD, throttled.outside).error is None


def test_trouble_that_does_not_pass_ends_the_batch(throttled: Throttled) -> None:
    throttled.fail(40501, "before", MOMENTS["it is read"], times=-1)

    with pytest.raises(DatabaseError, match="currently busy"):
        relay_batch(PAYLOAD, throttled.outside)

    assert throttled.endpoint.messages == []
