"""The app's own tables have a version: brought up to date by numbered scripts, and checked before anything works on them."""

import uuid
from collections.abc import Iterator

import pytest

from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.migrations import latest, migrate, migrations, refuse_other_versions, version
from adapters.sql_server.statements import statement
from relay.errors import ConfigError
from relay.guard.schema import schema_problem
from tests.sql_client import SqlServer

TABLES = (
    *("Ledger", "Recovery", "Backfill", "Position", "TriggerStart", "Hub", "Notice", "Replay", "Restart", "Schema"),
    *("Lock", "LockHolder", "LockWaiter", "LockForced", "Fence"),
    *("Mailing", "Mail", "Suppression", "MailAccount"),
    *("Aggregate", "AggregateGroup", "AggregateRow", "AggregateResult"),
    *("StreamShard", "StreamEvent", "StreamSeen", "StreamWindow"),
    "Workflow",
)


@pytest.fixture
def empty(server: SqlServer) -> Iterator[SqlServer]:
    """A database without the relay's tables; it is left with them, as other tests need it."""
    for table in TABLES:
        server.run(f"IF OBJECT_ID(N'[relay].[{table}]', N'U') IS NOT NULL DROP TABLE [relay].[{table}]")
    yield server
    migrate(server, "contract-app")


@pytest.fixture
def app() -> str:
    return "app-" + uuid.uuid4().hex[:8]


def test_an_empty_database_gets_everything_and_a_second_time_nothing(empty: SqlServer, app: str) -> None:
    assert version(empty.ask, app) == 0
    assert migrate(empty, app) == 0
    [rows] = empty.run("SELECT App, Version, MigratedAt FROM relay.[Schema]")

    assert migrate(empty, app) == latest()

    assert version(empty.ask, app) == latest()
    assert empty.run("SELECT App, Version, MigratedAt FROM relay.[Schema]") == [rows]


def test_the_tables_of_release_0_1_0_are_version_1_and_keep_their_rows(empty: SqlServer, app: str) -> None:
    empty.ask(statement(migrations()[0]))
    empty.run(
        "INSERT INTO relay.Ledger (App, Relay, KeyText, Version, State, Attempts, FirstFailedAt, LastTriedAt) "
        "VALUES (?, N'orders', N'[1]', 7, 'open', 1, SYSUTCDATETIME(), SYSUTCDATETIME())",
        app,
    )
    assert version(empty.ask, app) == 1

    assert migrate(empty, app) == 1

    assert version(empty.ask, app) == latest()
    assert empty.run("SELECT KeyText, Version FROM relay.Ledger WHERE App = ?", app) == [[["[1]", 7]]]


def a_row(server: SqlServer, app: str) -> None:
    server.run(
        "INSERT INTO relay.Ledger (App, Relay, KeyText, Version, State, Attempts, FirstFailedAt, LastTriedAt) "
        "VALUES (?, N'orders', N'[1]', 7, 'open', 1, SYSUTCDATETIME(), SYSUTCDATETIME())",
        app,
    )


def test_each_app_has_a_version_of_its_own(empty: SqlServer, app: str) -> None:
    migrate(empty, "another-app")
    a_row(empty, app)  # as release 0.1.0 leaves it

    assert (version(empty.ask, "another-app"), version(empty.ask, app)) == (latest(), 1)


def test_an_app_that_is_new_to_the_tables_finds_them_as_they_are_and_goes_on_when_it_has_rows(
    empty: SqlServer, app: str
) -> None:
    migrate(empty, "another-app")

    assert version(empty.ask, app) == latest()
    assert empty.run("SELECT App FROM relay.[Schema]") == [[["another-app"]]], "looking writes nothing"
    assert version(empty.ask, app, claim=True) == latest()
    a_row(empty, app)
    assert version(empty.ask, app) == latest()


def test_what_a_newer_release_has_made_is_refused_and_left_alone(empty: SqlServer, app: str) -> None:
    migrate(empty, app)
    empty.run("UPDATE relay.[Schema] SET Version = ? WHERE App = ?", latest() + 1, app)

    with pytest.raises(ConfigError, match="newer release"):
        migrate(empty, app)

    assert version(empty.ask, app) == latest() + 1


def test_the_app_works_only_on_tables_that_it_knows(empty: SqlServer, odbc: OdbcConnection, app: str) -> None:
    asked = SqlServer(odbc, on_connect=lambda ask: refuse_other_versions(ask, app))
    with pytest.raises(ConfigError, match=r"tables are missing.*\./dev sql enable.*docs/sql/tables\.sql"):
        asked.ask("SELECT 1 AS [one]")
    with pytest.raises(ConfigError, match="missing"):
        asked.ask("SELECT 1 AS [one]")
    migrate(empty, app)

    assert asked.ask("SELECT 1 AS [one]")[0].value() == 1

    asked.close()
    empty.run("UPDATE relay.[Schema] SET Version = ? WHERE App = ?", latest() + 1, app)
    with pytest.raises(ConfigError, match="newer release"):
        asked.ask("SELECT 1 AS [one]")
    asked.close()


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (0, "are missing, or the login may not see them, and this release needs 2"),
        (1, "version 1, and this release needs 2"),
        (3, "knows them up to 2"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_run(found: int, says: str) -> None:
    assert says in (schema_problem(found, 2) or "")


def test_the_version_that_a_release_knows_is_no_problem() -> None:
    assert schema_problem(2, 2) is None
