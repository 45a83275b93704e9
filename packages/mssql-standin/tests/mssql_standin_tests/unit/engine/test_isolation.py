"""SNAPSHOT isolation and READ_COMMITTED_SNAPSHOT: what a transaction sees, whom it waits for, when changes conflict."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mssql_standin.results import NewTransaction
from mssql_standin.session import Database
from mssql_standin_tests.unit.engine.client import Client

Connect = Callable[[], Client]
STATES = "SELECT snapshot_isolation_state, snapshot_isolation_state_desc, is_read_committed_snapshot_on FROM sys.databases WHERE name = DB_NAME()"
ALLOW = "ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON"


@pytest.fixture
def other(client: Client) -> Client:
    """A session that changes what the one under SNAPSHOT sees."""
    client.run(ALLOW)
    client.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON")
    client.run("CREATE TABLE t (Id int NOT NULL PRIMARY KEY, V int NULL); CREATE TABLE u (Id int NOT NULL PRIMARY KEY)")
    client.run("ALTER TABLE t ENABLE CHANGE_TRACKING; INSERT t VALUES (1, 1), (2, 2)")
    return client


@pytest.fixture
def mine(other: Client, connect: Connect) -> Client:
    """A session under SNAPSHOT, in a transaction that has read."""
    del other
    mine = connect()
    mine.run("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT V FROM t WHERE Id = 1")
    return mine


def test_a_transaction_sees_the_state_of_its_first_access_to_its_end(other: Client, mine: Client) -> None:
    seen = "SELECT V FROM t; SELECT Id, SYS_CHANGE_OPERATION FROM CHANGETABLE(CHANGES t, 1) AS c; SELECT CHANGE_TRACKING_CURRENT_VERSION()"
    before = mine.run(seen).sets
    other.run("UPDATE t SET V = 10; DELETE t WHERE Id = 2")

    assert mine.run(seen).sets == before == [[(1,), (2,)], [], [(1,)]]

    mine.run("COMMIT")
    assert mine.run(seen).sets == [[(10,)], [(1, "U"), (2, "D")], [(3,)]]


def test_the_state_is_taken_at_the_first_access_not_at_the_beginning(other: Client, connect: Connect) -> None:
    mine = connect()
    mine.run("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT 1")
    other.run("UPDATE t SET V = 10 WHERE Id = 1")

    assert mine.value("SELECT V FROM t WHERE Id = 1") == 10


def test_it_sees_its_own_changes(mine: Client, other: Client) -> None:
    mine.run("UPDATE t SET V = 5 WHERE Id = 1")

    assert mine.value("SELECT V FROM t WHERE Id = 1") == 5
    assert other.value("SELECT V FROM t WHERE Id = 1") == 1
    mine.run("COMMIT")
    assert other.value("SELECT V FROM t WHERE Id = 1") == 5


def test_a_change_of_what_somebody_else_changed_meanwhile_is_a_conflict_that_ends_the_transaction(
    other: Client, mine: Client
) -> None:
    mine.run("INSERT u VALUES (7)")
    mine.run("ROLLBACK; BEGIN TRAN; SELECT V FROM t")
    other.run("UPDATE t SET V = 10 WHERE Id = 1")

    answer = mine.answer("UPDATE t SET V = 20 WHERE Id = 1; SELECT 'never'")

    [error] = answer.errors
    assert (error.number, error.severity) == (3960, 16)
    assert error.text == (
        "Snapshot isolation transaction aborted due to update conflict. You cannot use snapshot isolation to access table 'dbo.t' "
        "directly or indirectly in database 'TestDb' to update, delete, or insert the row that has been modified or deleted by "
        "another transaction. Retry the transaction or change the isolation level for the update/delete statement."
    )
    assert (answer.changes, answer.sets) == (["rollback"], [])
    assert mine.rows("SELECT @@TRANCOUNT, V FROM t WHERE Id = 1") == [(0, 10)]
    mine.run("BEGIN TRAN; UPDATE t SET V = 20 WHERE Id = 1; COMMIT")


def test_who_waits_for_the_other_conflicts_if_that_one_commits(other: Client, mine: Client) -> None:
    other.run("BEGIN TRAN; UPDATE t SET V = 10 WHERE Id = 1")
    waiting = mine.begin("UPDATE t SET V = 20 WHERE Id = 1")
    assert waiting.waits

    other.run("COMMIT")

    assert [error.number for error in waiting.end().errors] == [3960]


def test_who_waits_for_the_other_goes_on_if_that_one_rolls_back(other: Client, mine: Client) -> None:
    other.run("BEGIN TRAN; UPDATE t SET V = 10 WHERE Id = 1")
    waiting = mine.begin("UPDATE t SET V = 20 WHERE Id = 1; COMMIT")

    other.run("ROLLBACK")

    assert waiting.end().errors == []
    assert other.value("SELECT V FROM t WHERE Id = 1") == 20


def test_a_single_statement_conflicts_too(other: Client, connect: Connect) -> None:
    mine = connect()
    mine.run("SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
    other.run("BEGIN TRAN; UPDATE t SET V = 10 WHERE Id = 1")
    waiting = mine.begin("UPDATE t SET V = 20 WHERE Id = 1")

    other.run("COMMIT")

    assert [error.number for error in waiting.end().errors] == [3960]
    assert mine.run("UPDATE t SET V = 20 WHERE Id = 1").counts == [1]


def test_changes_of_other_tables_are_no_conflict(other: Client, mine: Client) -> None:
    other.run("UPDATE t SET V = 10 WHERE Id = 1")

    mine.run("INSERT u VALUES (1)")

    assert mine.answer("SELECT V FROM t").errors[0].number == 3960  # stricter than SQL Server: see the README
    assert other.rows("SELECT * FROM u") == []


def test_a_conflict_dooms_the_transaction_inside_try(other: Client, mine: Client) -> None:
    other.run("UPDATE t SET V = 10 WHERE Id = 1")

    rows = mine.rows(
        "BEGIN TRY; DELETE t; END TRY BEGIN CATCH; SELECT ERROR_NUMBER(), XACT_STATE(); ROLLBACK; END CATCH"
    )

    assert rows == [(3960, -1)]


def test_what_others_defined_anew_cannot_be_accessed(other: Client, mine: Client) -> None:
    other.run("ALTER TABLE t ADD W int NULL")

    assert mine.number("SELECT V FROM t") == 3961
    assert mine.value("SELECT @@TRANCOUNT") == 0


def test_tables_cannot_be_altered_under_snapshot(mine: Client) -> None:
    assert mine.number("ALTER TABLE u ADD V int NULL") == 3964


def test_a_table_can_be_made_under_snapshot(other: Client, mine: Client) -> None:
    mine.run("CREATE TABLE v (Id int); INSERT v VALUES (1); COMMIT")

    assert other.rows("SELECT Id FROM v") == [(1,)]


def test_without_permission_of_the_database_there_is_no_snapshot(client: Client, connect: Connect) -> None:
    client.run("CREATE TABLE t (Id int)")
    mine = connect()

    assert client.rows(STATES) == [(0, "OFF", True)]
    error = mine.error("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; SELECT * FROM t")
    assert (error.number, error.text) == (
        3952,
        "Snapshot isolation transaction failed accessing database 'TestDb' because snapshot isolation is not allowed in this database. "
        "Use ALTER DATABASE to allow snapshot isolation.",
    )
    client.run(ALLOW)
    assert client.rows(STATES) == [(1, "ON", True)]
    assert mine.rows("SELECT * FROM t") == []


def test_a_transaction_that_began_otherwise_cannot_go_over_to_snapshot(other: Client, connect: Connect) -> None:
    mine = connect()
    mine.run("BEGIN TRAN; SELECT V FROM t")

    answer = mine.answer("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; SELECT V FROM t")

    assert [error.number for error in answer.errors] == [3951]
    assert answer.changes == ["rollback"]
    del other


def test_a_client_may_ask_for_snapshot_with_the_transaction(other: Client, connect: Connect) -> None:
    mine = connect()
    mine.session.begin(NewTransaction(5))
    mine.run("SELECT V FROM t")
    other.run("UPDATE t SET V = 10")

    assert mine.rows("SELECT V FROM t") == [(1,), (2,)]


def test_temporary_tables_and_variables_live_in_a_snapshot_too(other: Client, mine: Client) -> None:
    other.run("UPDATE t SET V = 10")

    rows = mine.rows("DECLARE @v TABLE (V int); INSERT @v SELECT V FROM t; SELECT V FROM @v")

    assert rows == [(1,), (2,)]


# --- READ_COMMITTED_SNAPSHOT ---------------------------------------------------------------------------------


@pytest.fixture
def locking(other: Client) -> Client:
    """A writer in a database whose readers wait for writers, with an open change."""
    other.run("ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT OFF WITH ROLLBACK IMMEDIATE")
    other.run("BEGIN TRAN; UPDATE t SET V = 10 WHERE Id = 1")
    return other


def test_without_read_committed_snapshot_a_reader_waits_for_the_writer(locking: Client, connect: Connect) -> None:
    assert locking.rows(STATES) == [(1, "ON", False)]
    waiting = connect().begin("SELECT V FROM t WHERE Id = 1")
    assert waiting.waits

    locking.run("COMMIT")

    assert waiting.end().sets == [[(10,)]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM u",
        "SELECT V FROM t WITH (NOLOCK)",
        "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; SELECT V FROM t",
        "SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT V FROM t; COMMIT",
    ],
)
def test_who_reads_something_else_or_asks_for_no_lock_does_not_wait(
    locking: Client, connect: Connect, sql: str
) -> None:
    del locking
    assert connect().answer("SET LOCK_TIMEOUT 0; " + sql).errors == []


def test_a_reader_that_waits_too_long_gets_an_error(locking: Client, connect: Connect) -> None:
    reader = connect()

    assert reader.number("SET LOCK_TIMEOUT 0; SELECT V FROM t") == 1222
    assert reader.number("SELECT Id INTO #x FROM t") == 1222

    locking.run("ROLLBACK")
    assert reader.rows("SELECT V FROM t") == [(1,), (2,)]


def test_a_reader_keeps_nobody_from_writing_once_it_has_read(locking: Client, connect: Connect) -> None:
    locking.run("COMMIT")
    reader = connect()
    reader.run("BEGIN TRAN; SELECT V FROM t")

    locking.run("SET LOCK_TIMEOUT 0; UPDATE t SET V = 11 WHERE Id = 1")

    assert reader.value("SELECT V FROM t WHERE Id = 1") == 11


def test_what_the_database_was_set_to_outlives_a_restart(tmp_path: Path, ran: list[str]) -> None:
    first = Database.open(tmp_path / "kept.sqlite3", "Kept")
    client = Client(first, ran)
    client.run(ALLOW)
    client.run("ALTER DATABASE Kept SET READ_COMMITTED_SNAPSHOT OFF")
    first.close()

    again = Database.open(tmp_path / "kept.sqlite3", "Kept")

    assert Client(again, ran).rows(STATES) == [(1, "ON", False)]
    again.close()
