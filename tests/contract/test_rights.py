"""What `./dev sql rights` grants is enough for app and SQL trigger, and none of it too much: what is left out makes something fail that names it."""

import re
from collections.abc import Callable, Iterator

import pyodbc
import pytest

from adapters.sql_server import connection_string
from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.enable import enable
from adapters.sql_server.migrations import refuse_other_versions
from adapters.sql_server.recovery import SqlRecoveries
from adapters.sql_server.rights import rights
from adapters.sql_server.table import RelayTable
from adapters.sql_server.tables import SqlTables
from functions_standin.errors import FunctionInError
from functions_standin.sql_trigger import connection_string as trigger
from functions_standin.sql_trigger.connection import connect, find_driver
from functions_standin.sql_trigger.options import SqlTriggerOptions
from functions_standin.sql_trigger.watched_table import Identity, prepare
from functions_standin.testing.sql_trigger import LEASE_MS, Scene, scene_on
from mssql_standin.testing.stand_in import PASSWORD, StandIn
from relay.config.values import Relay
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome, RetryLater
from relay.errors import RelayError
from relay.identifiers import TableName
from relay.names import leases_table
from services.batch import relay_batch
from services.locks import acquire, force_release, release, renew
from services.outside import Outside
from services.redeliver import redeliver
from tests.contract.leases import APP
from tests.fakes import FakeEndpoint, an_outside
from tests.sql_client import SqlServer
from workflows.locks.values import Asker, Terms

LOGIN, LOGIN_PASSWORD = "relay_login", "Local-Only-1"
STARTS, POLLS, CHECKS, FAILS, RECOVERS, LOCKS = (
    "the trigger starts",
    "the trigger takes up a change",
    "the app checks its tables",
    "a batch fails",
    "a recovery ends",
    "a lock is taken and given back",
)
# What fails first without a right, and the words that name it there.
NEEDED = {
    "SELECT ON the table": (POLLS, "SELECT permission was denied"),
    "VIEW CHANGE TRACKING ON the table": (STARTS, "Could not find change tracking enabled"),
    "SELECT ON SCHEMA :: [relay]": (CHECKS, "SELECT permission was denied"),
    "INSERT ON SCHEMA :: [relay]": (POLLS, "INSERT permission was denied"),
    "UPDATE ON SCHEMA :: [relay]": (POLLS, "UPDATE permission was denied"),
    "DELETE ON SCHEMA :: [relay]": (FAILS, "DELETE permission was denied"),
    "SELECT ON SCHEMA :: [az_func]": (STARTS, "SELECT permission was denied"),
    "INSERT ON SCHEMA :: [az_func]": (STARTS, "INSERT permission was denied"),
    "UPDATE ON SCHEMA :: [az_func]": (POLLS, "UPDATE permission was denied"),
    "DELETE ON SCHEMA :: [az_func]": (STARTS, "DELETE permission was denied"),
    "CREATE TABLE": (STARTS, "CREATE TABLE permission denied"),
    "ALTER ON SCHEMA :: [az_func]": (STARTS, 'schema name "az_func"'),
}


class Tenant:
    """App and trigger of one table, whose login is a member of the role and no more."""

    def __init__(self, scene: Scene, admin: SqlServer, ado_net: str) -> None:
        self.scene = scene
        self._admin = admin
        self._to = trigger.to_odbc(ado_net, find_driver())
        self.server = SqlServer(connection_string.to_odbc(ado_net, connection_string.find_driver(pyodbc.drivers())))
        self.relay = Relay(
            name=scene.table.name, table=TableName("dbo", scene.table.name), endpoint="http://127.0.0.1:1"
        )
        list(enable(admin, APP, [self.relay]))
        admin.run(rights([self.relay.table]))
        self.outcome: Outcome = Delivered(200)
        self._worker = scene.worker(to=self._to)
        self._worker.function = self._called
        self._error = ""

    def granted(self) -> dict[str, str]:
        """Return the rights of the script, each with the words that take it back, by how `NEEDED` calls it."""
        found = {}
        for names, on in re.findall(
            r"^GRANT ([A-Z, ]+?)( ON .+?)? TO \[relay_app\];$", rights([self.relay.table]), re.M
        ):
            for name in names.split(", "):
                found[f"{name}{on}".replace(str(self.relay.table), "the table")] = f"{name}{on}"
        return found

    def first_failure(self) -> tuple[str, str]:
        """Do everything that an app does; return what failed first and how, or nothing."""
        steps: dict[str, Callable[[], None]] = {
            STARTS: self.start,
            CHECKS: lambda: refuse_other_versions(self.server.ask, APP),
            POLLS: self._poll,
            FAILS: self._fail,
            RECOVERS: self._recover,
            LOCKS: self._lock,
        }
        for name, step in steps.items():
            try:
                step()
            except (RelayError, FunctionInError, pyodbc.Error, AssertionError) as error:
                return name, str(error)
        return "", ""

    def start(self) -> None:
        """Do what the trigger does when the host starts; raise FunctionInError or pyodbc.Error."""
        connection = connect(self._to)
        name = self.relay.name
        try:
            identity = Identity(
                "s" + name[1:16].ljust(15, "0"), "t" + name[1:16].ljust(15, "0"), f"Leases_{name}_started"
            )
            prepare(connection, self.scene.table, identity, SqlTriggerOptions(), LEASE_MS)
        finally:
            connection.close()

    def _poll(self) -> None:
        self.scene.insert("A", "B")
        self._turn()

    def _fail(self) -> None:
        self.outcome = RetryLater(500, "the endpoint answered 500")
        self.scene.insert("C")
        for _ in range(5):
            self._turn()
            self.scene.time_passes()

    def _recover(self) -> None:
        self.outcome = Delivered(200)
        store = SqlRecoveries(RelayTable(self.server, APP, self.relay))
        assert store.take_stock().open == 1
        redeliver(store.list_ids(10), self._outside(store))
        store.reset()
        self.scene.insert("D", "E")
        self._turn()
        self.scene.insert("F")
        self._turn()
        store.close()

    def _lock(self) -> None:
        tables, name = SqlTables(self.server, APP), self.relay.name
        acquire(tables, name, Asker(owner="anna"), Terms())
        force_release(tables, name, "tried")
        token = acquire(tables, name, Asker(owner="ben"), Terms()).result.token
        assert renew(tables, name, token).result
        assert release(tables, name, token=token).result

    def _turn(self) -> None:
        self._worker.listener.turn(self._worker.link)
        assert not self._error, self._error
        assert "Failed to" not in self._worker.log, self._worker.log

    def _called(self, payload: str) -> bool:
        try:
            return (
                relay_batch(payload, self._outside(SqlRecoveries(RelayTable(self.server, APP, self.relay)))).error
                is None
            )
        except RelayError as error:
            self._error = str(error)
            return False

    def _outside(self, store: SqlRecoveries) -> Outside:
        changes = SqlChanges(RelayTable(self.server, APP, self.relay))
        return an_outside(self.relay, recoveries=store, changes=changes, endpoint=FakeEndpoint(self._answer))

    def _answer(self, _message: Message) -> Outcome:
        return self.outcome


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A server of this module's own: logins belong to it, and a real one may not let tests make them."""
    with StandIn(tmp_path_factory.mktemp("sql")) as server:
        yield server


@pytest.fixture
def server(stand_in: StandIn) -> Iterator[SqlServer]:
    """The administrator's connection."""
    odbc = connection_string.to_odbc(stand_in.ado_net, connection_string.find_driver(pyodbc.drivers()))
    server = SqlServer(odbc)
    server.run(
        f"IF SUSER_ID(N'{LOGIN}') IS NULL CREATE LOGIN {LOGIN} WITH PASSWORD = '{LOGIN_PASSWORD}'; "
        f"IF USER_ID(N'{LOGIN}') IS NULL CREATE USER {LOGIN} FOR LOGIN {LOGIN}"
    )
    yield server
    server.close()


@pytest.fixture
def tenant(stand_in: StandIn, server: SqlServer, unique: str) -> Iterator[Tenant]:
    ado_net = stand_in.ado_net.replace("User ID=sa", f"User ID={LOGIN}").replace(PASSWORD, LOGIN_PASSWORD)
    with scene_on(stand_in.ado_net, unique, leases_table_name=leases_table(APP, unique)) as scene:
        found = Tenant(scene, server, ado_net)
        server.run(f"ALTER ROLE relay_app ADD MEMBER {LOGIN}")
        yield found
        found.server.close()


def test_with_the_role_everything_works(tenant: Tenant) -> None:
    assert tenant.first_failure() == ("", "")


def test_what_only_the_first_start_needs_may_be_taken_back(tenant: Tenant, server: SqlServer) -> None:
    tenant.start()
    server.run("REVOKE CREATE TABLE TO relay_app; REVOKE ALTER ON SCHEMA :: [az_func] TO relay_app")
    try:
        assert tenant.first_failure() == ("", "")
    finally:
        server.run(rights([tenant.relay.table]))


def test_every_right_of_the_script_is_tried(tenant: Tenant) -> None:
    assert sorted(tenant.granted()) == sorted(NEEDED)


@pytest.mark.parametrize("right", NEEDED)
def test_a_right_that_is_left_out_is_named_by_what_fails(tenant: Tenant, server: SqlServer, right: str) -> None:
    words = tenant.granted()[right]
    server.run(f"REVOKE {words} TO relay_app")
    try:
        what, how = tenant.first_failure()
    finally:
        server.run(f"GRANT {words} TO relay_app")

    assert (what, NEEDED[right][1] in how) == (NEEDED[right][0], True), how
