"""What the guard's look passes, what it waits for, when a trigger counts as silent, and that it costs by what is new."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from adapters.sql_server.connection import SqlServer as AppServer
from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.guard import SqlGuard
from adapters.sql_server.statements import LIMITS
from adapters.sql_server.table import RelayTable
from relay.changes.entry import EntryState
from relay.guard.outlook import Outlook, troubles
from relay.names import function_id, function_name
from relay.notification.words import Occasion
from tests.contract.leases import APP, leases_of
from tests.contract.relay_scene import Scene
from tests.fakes import a_failure
from tests.sql_client import SqlServer

Make = Callable[..., Scene]
PASSWORD = "Two-words-and-7"


def look(scene: Scene, server: SqlServer | AppServer | None = None) -> Outlook:
    return SqlGuard(RelayTable(server or scene.app_server, APP, scene.relay), "host 1").take_stock()


def insert(made: Scene, *numbers: int) -> int:
    """Insert rows, each in a transaction of its own; return the last version."""
    for number in numbers:
        made.run("INSERT INTO {t} (Id) VALUES (?)", number)
    [[[version]]] = made.server.run("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
    return int(version)


def move_position(made: Scene, version: int) -> None:
    made.server.run(
        "UPDATE az_func.GlobalState SET LastSyncVersion = ? WHERE UserFunctionID = ?",
        version, function_id(APP, function_name(made.relay.name)),
    )  # fmt: skip


def set_leases(made: Scene, attempts: int, expire_in_seconds: int | None, where: str = "1 = 1") -> None:
    """Give every changed row that is meant a lease at its current version."""
    expires = "NULL" if expire_in_seconds is None else f"DATEADD(second, {expire_in_seconds}, SYSDATETIME())"
    made.server.run(f"DELETE FROM {leases_of(made.relay)} WHERE {where}")
    made.server.run(
        f"INSERT INTO {leases_of(made.relay)} SELECT Id, c.SYS_CHANGE_VERSION, {attempts}, {expires} "
        f"FROM CHANGETABLE(CHANGES {made.relay.table}, NULL) AS c WHERE {where}"
    )


def let_minutes_pass(made: Scene, minutes: int) -> None:
    for column in ("WorkSince", "CaughtUpAt", "MarkAt", "ReachedAt"):
        made.server.run(
            f"UPDATE relay.Position SET {column} = DATEADD(minute, ?, {column}) WHERE Relay = ?",
            -minutes, made.relay.name,
        )  # fmt: skip


def settled_up_to(made: Scene) -> int:
    [[[version]]] = made.server.run("SELECT CaughtUpTo FROM relay.Position WHERE Relay = ?", made.relay.name)
    return int(version)


def fail(made: Scene, *numbers: int, state: EntryState = EntryState.OPEN) -> None:
    """Enter what a batch of these keys leaves if it fails."""
    made.settle(failures=[
        a_failure(change.key_text, change.version, state) for change in made.enrich(*numbers)
    ])  # fmt: skip


# --- what it passes ---------------------------------------------------------------------------------------------------


def test_a_table_that_is_never_at_rest_is_settled_up_to_the_position(scene: Make) -> None:
    made = scene()
    look(made)
    for number in range(1, 5):
        version = insert(made, number)
        move_position(made, version - 1)

        found = look(made)

        assert (found.untaken, found.gap, found.caught_up) == (1, False, False)
        assert settled_up_to(made) == version - 1
        assert found.behind_seconds < 60


def test_leases_that_only_linger_hold_nothing_back(scene: Make) -> None:
    made = scene()
    look(made)
    version = insert(made, 1, 2, 3)
    set_leases(made, 5, -60, "Id = 1")
    set_leases(made, 0, None, "Id > 1")
    fail(made, 1)

    found = look(made)

    assert (found.untaken, found.caught_up, settled_up_to(made)) == (0, True, version)


def test_what_is_tried_again_holds_back_what_comes_after_it(scene: Make) -> None:
    made = scene()
    look(made)
    first = insert(made, 1)
    insert(made, 2)
    set_leases(made, 0, None, "Id = 1")
    set_leases(made, 3, 50, "Id = 2")

    found = look(made)

    assert (found.untaken, found.caught_up, settled_up_to(made)) == (0, False, first)


def test_the_oldest_change_in_the_ledger_counts_for_the_hours_that_are_left(scene: Make) -> None:
    made = scene()
    insert(made, 1)
    set_leases(made, 1, 50)
    fail(made, 1, state=EntryState.HELD)
    set_leases(made, 0, None)
    assert troubles(look(made), made.relay) == []
    made.let_time_pass(13 * 24 * 3600)

    found = look(made)

    assert found.caught_up
    assert troubles(found, made.relay) == [Occasion.RETENTION]


@pytest.fixture
def without_rights(odbc: OdbcConnection, server: SqlServer, unique: str) -> Iterator[AppServer]:
    """The app's client with a login that may not know when versions were committed."""
    server.run(f"CREATE LOGIN {unique} WITH PASSWORD = '{PASSWORD}'")
    server.run(f"CREATE USER {unique} FOR LOGIN {unique}")
    login = {"UID": unique, "PWD": PASSWORD}
    text = re.sub(r"\b(UID|PWD)=(?:\{(?:[^}]|\}\})*\}|[^;]*)", lambda found: f"{found[1]}={login[found[1]]}", odbc.text)
    client = AppServer(replace(odbc, text=text))
    yield client
    client.close()


def test_without_that_right_a_lag_is_known_from_the_looks(scene: Make, without_rights: AppServer, unique: str) -> None:
    made = scene()
    for schema, rights in {
        "dbo": "SELECT, VIEW CHANGE TRACKING",
        "az_func": "SELECT",
        "relay": "SELECT, INSERT, UPDATE",
    }.items():
        made.server.run(f"GRANT {rights} ON SCHEMA::{schema} TO {unique}")
    look(made, without_rights)
    version = insert(made, 1, 2)
    assert look(made, without_rights).untaken == 2  # its version is the mark
    let_minutes_pass(made, 30)
    assert look(made, without_rights).behind_seconds >= 1800
    let_minutes_pass(made, 30)
    insert(made, 3)
    move_position(made, version)

    found = look(made, without_rights)

    assert found.untaken == 1
    assert 3600 <= found.behind_seconds < 3660, "all that was committed before the look of an hour ago has been taken"
    move_position(made, version + 1)
    assert look(made, without_rights).behind_seconds == 0


# --- who is silent ----------------------------------------------------------------------------------------------------


def test_a_trigger_that_died_with_leases_that_ran_out_is_silent_and_its_entries_are_ours(scene: Make) -> None:
    made = scene()
    insert(made, 1, 2)
    set_leases(made, 2, 60)
    fail(made, 1, 2)
    made.let_time_pass(3600)
    look(made)
    assert made.store.list_ids(10) == []
    set_leases(made, 2, -1200)
    let_minutes_pass(made, 30)

    found = look(made)

    assert found.untaken == 2
    assert troubles(found, made.relay) == [Occasion.SILENT]
    assert len(made.store.list_ids(10)) == 2


def test_a_trigger_whose_long_batch_prolongs_its_leases_is_at_work(scene: Make) -> None:
    made = scene()
    insert(made, 1, 2, 3)
    set_leases(made, 2, 50, "Id = 1")
    set_leases(made, 2, -1200, "Id = 2")
    fail(made, 2)
    made.let_time_pass(3600)
    look(made)
    let_minutes_pass(made, 30)

    found = look(made)

    assert (found.untaken, troubles(found, made.relay)) == (2, [])
    assert found.silent_seconds < 60
    assert made.store.list_ids(10) == []


def test_a_position_that_moves_is_work(scene: Make) -> None:
    made = scene()
    version = insert(made, 1, 2)
    look(made)
    let_minutes_pass(made, 30)
    move_position(made, version - 1)

    assert look(made).silent_seconds == 0


def test_a_quiet_table_is_not_silent(scene: Make) -> None:
    made = scene()
    insert(made, 1)
    set_leases(made, 0, None)
    look(made)
    let_minutes_pass(made, 300)

    assert (look(made).silent_seconds, troubles(look(made), made.relay)) == (0, [])
    insert(made, 2)
    assert look(made).silent_seconds < 60


def test_what_came_a_moment_ago_has_not_waited_since_the_last_look(scene: Make) -> None:
    made = scene()
    insert(made, 1)
    set_leases(made, 0, None)
    look(made)
    let_minutes_pass(made, 60)  # as with a WATCHDOG_SCHEDULE of an hour
    insert(made, 2)

    assert troubles(look(made), made.relay) == []
    let_minutes_pass(made, 60)
    assert troubles(look(made), made.relay) == [Occasion.SILENT]


def test_changes_that_were_given_back_wait_for_the_trigger_though_the_guard_has_passed_them(scene: Make) -> None:
    made = scene()
    insert(made, 1, 2)
    set_leases(made, 5, -60)
    fail(made, 1, 2)
    assert look(made).caught_up
    assert made.store.reset() == 2
    made.let_time_pass(3600)

    found = look(made)
    let_minutes_pass(made, 30)

    assert (found.untaken, found.caught_up) == (2, True)
    assert look(made).silent_seconds >= 1800
    assert len(made.store.list_ids(10)) == 2


def test_what_change_tracking_has_forgotten_waits_for_nobody(scene: Make) -> None:
    made = scene()
    insert(made, 1)
    set_leases(made, 2, -60)
    fail(made, 1)
    made.let_time_pass(3600)
    made.run("TRUNCATE TABLE {t}")

    found = look(made)

    assert (found.untaken, found.silent_seconds) == (0, 0)


def test_a_lease_that_ran_out_in_its_first_attempt_and_was_never_taken_again_is_entered(scene: Make) -> None:
    made = scene()
    insert(made, 1, 2)
    set_leases(made, 1, -500, "Id = 1")
    set_leases(made, 1, -700, "Id = 2")

    made.store.take_stock()

    assert [(row[0], row[2], row[3]) for row in made.ledger()] == [("[2]", "open", 1)]


# --- what it costs ----------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(scene: Make, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A relay with more changes above its position than a look goes through."""
    monkeypatch.setitem(LIMITS, "most_looked_at", "3")
    made = scene()
    look(made)
    insert(made, 1, 2, 3, 4, 5, 6)
    found = look(made)
    assert (found.untaken, found.more_untaken) == (6, False), "it was not known to be one"
    return made


def test_of_a_crowd_only_the_newest_is_looked_at_again(crowd: Scene) -> None:
    first = look(crowd)
    insert(crowd, 7)

    found = look(crowd)

    assert (first.untaken, first.more_untaken) == (1, True)
    assert (found.untaken, found.more_untaken, found.caught_up) == (2, True, False)


def test_once_the_newest_is_taken_all_are(crowd: Scene) -> None:
    set_leases(crowd, 1, 50)

    found = look(crowd)

    assert (found.untaken, found.more_untaken, found.caught_up) == (0, False, True)


def test_a_crowd_is_passed_a_quarter_of_an_hour_after_it_was_taken(crowd: Scene) -> None:
    before = settled_up_to(crowd)
    set_leases(crowd, 5, -60)
    [[[version]]] = crowd.server.run("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
    look(crowd)
    let_minutes_pass(crowd, 14)
    look(crowd)
    assert settled_up_to(crowd) == before
    let_minutes_pass(crowd, 1)

    look(crowd)

    assert settled_up_to(crowd) == version
    insert(crowd, 7)
    found = look(crowd)
    assert (found.untaken, found.more_untaken) == (1, False), "it is one no more"


def test_a_crowd_that_the_position_has_passed_is_one_no_more(crowd: Scene) -> None:
    [[[version]]] = crowd.server.run("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
    insert(crowd, 7, 8)
    move_position(crowd, version)

    found = look(crowd)

    assert (found.untaken, found.more_untaken) == (2, False)


def test_a_crowd_that_nobody_takes_is_silent_and_one_that_fails_is_not(crowd: Scene) -> None:
    let_minutes_pass(crowd, 30)
    assert look(crowd).silent_seconds >= 1800

    set_leases(crowd, 1, 50, "Id = 1")
    fail(crowd, 1)
    set_leases(crowd, 5, -1, "Id = 1")

    assert look(crowd).silent_seconds < 60
