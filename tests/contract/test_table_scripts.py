"""The scripts of the documents that make the app's own tables, and give them back to an older release, run on a database."""

import re
from pathlib import Path

import pytest

from adapters.sql_server.migrations import latest, migrate, refuse_other_versions, version
from adapters.sql_server.tables import SqlTables
from relay.errors import ConfigError
from relay.notification.notice import Telling
from tests.sql_client import SqlServer
from tests.unit.relay.test_notices import notice

SCRIPTS = Path(__file__).parents[2] / "docs" / "sql"


def run(server: SqlServer, name: str, app: str) -> None:
    """Run a script as sqlcmd does, filled in with the app's name as its sentence asks for."""
    text = (SCRIPTS / f"{name}.sql").read_text(encoding="utf-8")
    text, count = re.subn(r"(@app nvarchar\(60\) = )N'[^']*'", rf"\1N'{app}'", text)
    assert count == 1
    for batch in re.split(r"^GO$", text, flags=re.MULTILINE):
        if batch.strip():
            server.run(batch)


def test_tables_sql_brings_an_app_up_to_date_and_may_be_repeated(server: SqlServer, unique: str) -> None:
    run(server, "tables", unique)
    run(server, "tables", unique)

    refuse_other_versions(server.ask, unique)
    assert migrate(server, unique) == latest()


def test_newer_tables_are_refused_with_where_to_read(server: SqlServer, unique: str) -> None:
    migrate(server, unique)
    server.run("UPDATE [relay].[Schema] SET [Version] = ? WHERE [App] = ?", latest() + 1, unique)

    with pytest.raises(ConfigError, match=r"docs/upgrading\.md says how to go back"):
        refuse_other_versions(server.ask, unique)


def test_going_back_to_0_1_0_makes_the_next_upgrade_bring_the_tables_up_to_date_again(
    server: SqlServer, unique: str
) -> None:
    migrate(server, unique)
    migrate(server, f"{unique} stays")

    run(server, "back_to_0.1.0", unique)
    run(server, "back_to_0.1.0", unique)
    server.run(  # what 0.1.0 does then
        "INSERT INTO relay.Recovery (App, Relay, Since, Rounds, Step, NextDueAt, Told, CommandNumber) "
        "VALUES (?, N'orders', SYSUTCDATETIME(), 1, 1, SYSUTCDATETIME(), N'[]', 0)",
        unique,
    )

    with pytest.raises(ConfigError):
        refuse_other_versions(server.ask, unique)
    refuse_other_versions(server.ask, f"{unique} stays")
    assert migrate(server, unique) == 1
    assert version(server.ask, unique) == latest()


@pytest.mark.parametrize("release", ["0.1.0", "0.2.0"])
def test_what_goes_on_in_an_older_release_is_not_begun_again_by_the_next_one(
    server: SqlServer, unique: str, release: str
) -> None:
    migrate(server, unique)
    tables = SqlTables(server, unique)
    tables.ask("notification/enter", **Telling(notice(), "n1", ["log"]).values())
    relay = {"relay": "orders"}
    tables.ask("replay/begin", **relay, selection="{}", cursor=0, total=1)

    run(server, f"back_to_{release}", unique)

    assert tables.ask("notification/due", limit=10) == [[]]
    assert tables.ask("replay/state", **relay)[0][0]["state"] == "cancelled"


@pytest.mark.parametrize("release", ["0.1.0", "0.2.0", "0.3.0"])
def test_mailings_pause_while_a_release_that_has_none_is_in_place(server: SqlServer, unique: str, release: str) -> None:
    migrate(server, unique)
    tables = SqlTables(server, unique)
    order = {"account": "a", "content": "{}", "fingerprint": "f", "window_minutes": 9, "state": "loading"}
    tables.ask("mailing/create", mailing="spring", **order)
    tables.ask("mailing/loaded", mailing="spring", state="running", reason="")

    run(server, f"back_to_{release}", unique)

    assert tables.ask("mailing/running", limit=10) == [[]]


def test_going_back_to_0_3_0_leaves_what_it_knows_and_the_next_upgrade_brings_the_tables_up_to_date_again(
    server: SqlServer, unique: str
) -> None:
    migrate(server, unique)

    run(server, "back_to_0.3.0", unique)
    run(server, "back_to_0.3.0", unique)

    assert version(server.ask, unique) == 7
    assert migrate(server, unique) == 7
    assert version(server.ask, unique) == latest()


def test_going_back_to_0_2_0_leaves_what_it_knows_and_the_next_upgrade_brings_the_tables_up_to_date_again(
    server: SqlServer, unique: str
) -> None:
    migrate(server, unique)
    server.run(
        "INSERT INTO relay.Ledger (App, Relay, KeyText, Version, State, Attempts, FirstFailedAt, LastTriedAt) "
        "SELECT ?, N'orders', CONCAT(N'[', n, N']'), n, state, 0, SYSUTCDATETIME(), SYSUTCDATETIME() "
        "FROM (VALUES (1, 'in_flight'), (2, 'open'), (3, 'held'), (4, 'dead')) AS each (n, state)",
        unique,
    )

    run(server, "back_to_0.2.0", unique)
    run(server, "back_to_0.2.0", unique)

    [states] = server.run("SELECT State FROM relay.Ledger WHERE App = ? ORDER BY Version", unique)
    assert [state for [state] in states] == ["in_flight", "open", "open", "dead"]
    assert version(server.ask, unique) == 2
    assert migrate(server, unique) == 2
    assert version(server.ask, unique) == latest()
