"""What `./dev sql rights` grants is enough for aggregates, mailings, locks and executions too."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import cast

import pyodbc
import pytest

from adapters.sql_server import connection_string
from adapters.sql_server.enable import enable
from adapters.sql_server.rights import rights
from adapters.sql_server.tables import SqlTables
from mssql_standin.testing.stand_in import PASSWORD, StandIn
from relay.config.values import Relay
from relay.errors import DatabaseError
from relay.identifiers import TableName
from services import mail_doubts
from services.locks import acquire, force_release, pass_on, release, renew
from tests.contract.aggregate_scene import AggregateScene
from tests.contract.execution_scene import Executions, does
from tests.contract.leases import APP
from tests.contract.mailing_scene import ACCOUNT, Mailings
from tests.contract.relay_scene import Scene
from tests.contract.test_rights import LOGIN, LOGIN_PASSWORD
from tests.sql_client import SqlServer
from workflows.aggregates.values import Aggregate, Function, Measure
from workflows.locks.values import Asker, Terms
from workflows.mailing.events import Event, Says

RESULTS = TableName("relay", "AggregateResult")


class Tenant:
    """An app whose login is a member of the role and no more; `admin` sets the scenes."""

    def __init__(self, ado_net: str, name: str) -> None:
        self.name = name
        self.admin = _client(ado_net)
        self.app_server = _client(ado_net.replace("User ID=sa", f"User ID={LOGIN}").replace(PASSWORD, LOGIN_PASSWORD))
        self.table = TableName("dbo", f"Table {name}")
        self.aggregates = AggregateScene(
            self.admin,
            self.admin,
            Aggregate(
                name=name,
                table=self.table,
                group_by=("Country",),
                measures={"orders": Measure(Function.COUNT)},
                condition=(),
                settle_seconds=0.0,
                results=Relay(name=name, table=self.table, endpoint="http://127.0.0.1:1"),
            ),
            "Id int NOT NULL PRIMARY KEY, Country nvarchar(20) NULL",
        )
        list(enable(self.admin, APP, [self.aggregates.rows, self.aggregates.results]))
        self.admin.run(rights([self.table, RESULTS]))
        self.admin.run(
            f"IF SUSER_ID(N'{LOGIN}') IS NULL CREATE LOGIN {LOGIN} WITH PASSWORD = '{LOGIN_PASSWORD}'; "
            f"IF USER_ID(N'{LOGIN}') IS NULL CREATE USER {LOGIN} FOR LOGIN {LOGIN}; "
            f"ALTER ROLE relay_app ADD MEMBER {LOGIN}"
        )
        self.aggregates.work_as(self.app_server)

    def close(self) -> None:
        self.admin.close()
        self.app_server.close()

    def computes(self) -> None:
        """Look all rows through, mark, compute, write, deliver, look."""
        scene = self.aggregates
        scene.run("INSERT INTO {t} VALUES (1, N'DE'), (2, N'AT')")
        assert scene.begin_backfill()
        scene.define(scene.aggregate)
        scene.look_through()
        scene.rest()
        scene.run("UPDATE {t} SET Country = N'AT' WHERE Id = 1")
        scene.rest()
        assert scene.picture.groups() == {("AT",): {"orders": 2}}
        scene.store.failed("tried")
        assert scene.stands()["problem"] == "tried"

    def sends(self) -> None:
        """Order, send, die, be told, give up, suppress."""
        mailings = Mailings(self.admin, self.app_server, self.name)
        mailings.order("a", "b", "c")
        mailings.die_in_send("a", accepted=True)
        mailings.let_time_pass(60)
        mailings.work()
        assert mailings.counts() == {"sent": 2, "in_doubt": 1}
        events = [Event(mailings.name_of("a"), Says.SENT, ""), Event(mailings.name_of("b"), Says.NO_MORE, "")]
        assert mail_doubts.take_events(events, ACCOUNT, mailings.outside)
        assert mailings.work() == {"over": "done"}
        assert mail_doubts.suppress("c@example.com", "asked", mailings.outside)
        tables = SqlTables(self.app_server, self.name)
        for statement in ("mailing/list", "mailing/running"):
            tables.ask(statement, limit=10)
        tables.ask("mailing/command", mailing="spring", state="cancelled", reason="")
        mailings.order("a", id="summer", paused=True)
        tables.ask("mailing/resolve", mailing="spring", key="a", sent=1, reason="")
        tables.ask("mailing/expire", mailing="summer")

    def locks(self) -> None:
        """Take, wait, renew, give back, pass on, force."""
        tables = SqlTables(self.app_server, APP)
        name = f"l{self.name.lower()}"
        token = acquire(tables, name, Asker(owner="anna"), Terms()).result.token
        acquire(tables, name, Asker(owner="ben"), Terms(wait_seconds=60))
        assert renew(tables, name, token).result
        assert release(tables, name, token=token).result
        pass_on(tables, name)
        force_release(tables, name, "tried")
        for statement in ("locks/over", "locks/offered"):
            tables.ask(statement, limit=10)

    def executes(self) -> None:
        """Register, start, begin, do steps, wait, take events, end, look after."""
        made = cast(Scene, SimpleNamespace(app_server=self.app_server, server=self.admin, relay=self.aggregates.rows))
        executions = Executions(made)
        assert executions.register("a", 1) == "ready"
        assert executions.register("b", 2, on_newer="replace") == "ready"
        executions.ready()
        executions.begin("b")
        assert "done" in executions.step("b", "reserve", does(1))
        executions.end("b")
        for statement in ("execution/not_begun", "execution/late"):
            executions.ask(statement, limit=10, again_in_seconds=60)
        executions.ask("execution/replaced", limit=10)
        assert executions.state("b") == "completed"


def _client(ado_net: str) -> SqlServer:
    return SqlServer(connection_string.to_odbc(ado_net, connection_string.find_driver(pyodbc.drivers())))


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A server of this module's own: logins belong to it."""
    with StandIn(tmp_path_factory.mktemp("sql")) as server:
        yield server


@pytest.fixture
def tenant(stand_in: StandIn, unique: str) -> Iterator[Tenant]:
    found = Tenant(stand_in.ado_net, unique)
    yield found
    found.close()


WORK: dict[str, Callable[[Tenant], None]] = {
    "aggregates": Tenant.computes,
    "mailings": Tenant.sends,
    "locks": Tenant.locks,
    "executions": Tenant.executes,
}


@pytest.mark.parametrize("what", WORK)
def test_with_the_role_everything_works(tenant: Tenant, what: str) -> None:
    WORK[what](tenant)


@pytest.mark.parametrize("what", WORK)
@pytest.mark.parametrize("right", ["INSERT", "UPDATE"])
def test_without_a_right_of_it_something_fails_that_names_it(tenant: Tenant, what: str, right: str) -> None:
    tenant.admin.run(f"REVOKE {right} ON SCHEMA :: [relay] TO relay_app")
    try:
        with pytest.raises(DatabaseError, match=f"{right} permission was denied"):
            WORK[what](tenant)
    finally:
        tenant.admin.run(f"GRANT {right} ON SCHEMA :: [relay] TO relay_app")
