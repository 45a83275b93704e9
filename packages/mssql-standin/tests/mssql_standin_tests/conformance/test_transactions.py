"""Transactions, what errors do to them, locks of writers and of applications, cancelling."""

import threading
from collections.abc import Callable

import pyodbc
import pytest

from mssql_standin_tests.conformance.client import Client, number
from mssql_standin_tests.conformance.conftest import Make

Connect = Callable[[], Client]


@pytest.fixture
def rows(table: Make, client: Client) -> str:
    name = table("Id int NOT NULL PRIMARY KEY, A int NOT NULL")
    client.run(f"INSERT INTO {name} VALUES (1, 1), (2, 2)")
    return name


def ids(client: Client, name: str) -> list[int]:
    return [row[0] for row in client.rows(f"SELECT Id FROM {name} ORDER BY Id")]


def test_a_transaction_counts_its_levels_and_only_the_last_commit_commits(connect: Connect, rows: str) -> None:
    client, other = connect(), connect()

    assert client.value(f"BEGIN TRAN; BEGIN TRAN; INSERT INTO {rows} VALUES (3, 3); COMMIT; SELECT @@TRANCOUNT") == 1
    client.run("ROLLBACK")
    assert ids(other, rows) == [1, 2]
    client.run(f"BEGIN TRAN; BEGIN TRAN; INSERT INTO {rows} VALUES (3, 3); COMMIT; COMMIT")
    assert ids(other, rows) == [1, 2, 3]
    assert client.value("BEGIN TRAN; BEGIN TRAN; ROLLBACK; SELECT @@TRANCOUNT") == 0


def test_commit_and_rollback_need_a_transaction(client: Client) -> None:
    assert client.error("COMMIT") == 3902
    assert client.error("ROLLBACK") == 3903
    assert client.error("SAVE TRANSACTION s") == 628


def test_a_savepoint_undoes_what_came_after_it(client: Client, rows: str) -> None:
    client.run(
        f"BEGIN TRAN; INSERT INTO {rows} VALUES (3, 3); SAVE TRANSACTION s; DELETE FROM {rows}; "
        f"ROLLBACK TRANSACTION s; INSERT INTO {rows} VALUES (4, 4); COMMIT"
    )

    assert ids(client, rows) == [1, 2, 3, 4]
    assert client.error("BEGIN TRAN; ROLLBACK TRANSACTION nothing") == 6401
    client.run("ROLLBACK")


def test_the_drivers_own_transactions(connect: Connect, rows: str) -> None:
    client, other = connect(), connect()
    client.connection.autocommit = False

    client.run(f"INSERT INTO {rows} VALUES (3, 3)")
    client.connection.rollback()
    client.run(f"INSERT INTO {rows} VALUES (4, 4)")
    client.connection.commit()

    assert ids(other, rows) == [1, 2, 4]


def test_an_error_leaves_the_transaction_open_and_the_batch_goes_on(client: Client, rows: str) -> None:
    client.outcome(f"SET NOCOUNT ON; BEGIN TRAN; INSERT INTO {rows} VALUES (3, 3)")
    assert client.error(f"INSERT INTO {rows} VALUES (1, 1)") == 2627
    assert client.value("SELECT @@TRANCOUNT") == 1
    client.run("COMMIT")

    assert ids(client, rows) == [1, 2, 3]


def test_with_xact_abort_an_error_rolls_back_and_ends_the_batch(client: Client, rows: str) -> None:
    sets, failed = client.outcome(
        f"SET XACT_ABORT ON; SET NOCOUNT ON; BEGIN TRAN; INSERT INTO {rows} VALUES (3, 3); INSERT INTO {rows} VALUES (1, 1); SELECT 'on'"
    )

    assert (sets, failed) == ([], 2627)
    assert client.value("SELECT @@TRANCOUNT") == 0
    assert ids(client, rows) == [1, 2]


def test_a_failed_conversion_ends_the_batch_without_xact_abort_too(client: Client, rows: str) -> None:
    sets, failed = client.outcome(
        f"SET NOCOUNT ON; BEGIN TRAN; DELETE FROM {rows}; SELECT CAST('x' AS int); COMMIT; SELECT 1"
    )

    assert (sets, failed) == ([], 245)
    assert client.value("SELECT @@TRANCOUNT") == 0
    assert ids(client, rows) == [1, 2]


def test_a_caught_error_may_doom_the_transaction(client: Client, rows: str) -> None:
    caught = (
        "SET NOCOUNT ON; SET XACT_ABORT {}; BEGIN TRY BEGIN TRAN; DELETE FROM {} WHERE Id = 2; INSERT INTO {} VALUES (1, 1); END TRY "
        "BEGIN CATCH SELECT XACT_STATE(), @@TRANCOUNT; ROLLBACK; END CATCH"
    )

    assert client.rows(caught.format("OFF", rows, rows)) == [(1, 1)]
    assert client.rows(caught.format("ON", rows, rows)) == [(-1, 1)]
    assert ids(client, rows) == [1, 2]


def test_a_doomed_transaction_can_only_be_rolled_back(client: Client, rows: str) -> None:
    doomed = "SET XACT_ABORT ON; BEGIN TRY BEGIN TRAN; SELECT CAST('x' AS int); END TRY BEGIN CATCH {} END CATCH"

    assert client.error(doomed.format("COMMIT;")) == 3930
    assert client.error(doomed.format(f"DELETE FROM {rows};")) == 3930
    assert client.error(doomed.format("SELECT 1;")) == 3998  # found at the end of the batch
    assert ids(client, rows) == [1, 2]


def test_who_waits_too_long_for_a_lock_gets_1222(connect: Connect, rows: str) -> None:
    one, other = connect(), connect()
    one.run(f"BEGIN TRAN; UPDATE {rows} SET A = 5 WHERE Id = 1")

    other.run("SET LOCK_TIMEOUT 50")
    assert other.value("SELECT @@LOCK_TIMEOUT") == 50
    assert other.error(f"UPDATE {rows} SET A = 6 WHERE Id = 1") == 1222
    one.run("COMMIT")
    other.run(f"UPDATE {rows} SET A = 6 WHERE Id = 1")

    assert one.value(f"SELECT A FROM {rows} WHERE Id = 1") == 6


def test_updlock_keeps_other_writers_away_until_the_end(connect: Connect, rows: str) -> None:
    one, other = connect(), connect()
    one.run(f"BEGIN TRAN; SELECT A FROM {rows} WITH (UPDLOCK, HOLDLOCK) WHERE Id = 1")

    assert other.error(f"SET LOCK_TIMEOUT 50; UPDATE {rows} SET A = 6 WHERE Id = 1") == 1222
    one.run("ROLLBACK")
    other.run(f"UPDATE {rows} SET A = 6 WHERE Id = 1")


def test_a_circle_of_waiting_writers_has_a_victim(connect: Connect, table: Make) -> None:
    first, second = (table("Id int NOT NULL PRIMARY KEY, A int NOT NULL") for _ in range(2))
    one, other = connect(), connect()
    one.run(f"INSERT INTO {first} VALUES (1, 0)")
    one.run(f"INSERT INTO {second} VALUES (1, 0)")
    lock = "EXEC sp_getapplock @Resource = N'conformance circle', @LockMode = 'Exclusive'"
    one.run(f"BEGIN TRAN; {lock}")
    other.run(f"BEGIN TRAN; UPDATE {second} SET A = 1")
    results: list[object] = []

    def wait() -> None:
        results.append(one.outcome(f"UPDATE {second} SET A = 2")[1])

    waiting = threading.Thread(target=wait)
    waiting.start()
    results.append(other.outcome(f"SET NOCOUNT ON; DECLARE @r int; {lock.replace('EXEC', 'EXEC @r =')}; SELECT @r")[0])
    other.outcome("IF @@TRANCOUNT > 0 ROLLBACK")
    waiting.join(timeout=60)

    victims = [found for found in results if found in (1205, [[(-3,)]])]
    assert len(victims) == 1, results


LOCK = "SET NOCOUNT ON; DECLARE @r int; EXEC @r = sp_getapplock @Resource = ?, @LockMode = ?, @LockOwner = ?, @LockTimeout = ?; SELECT @r"
UNLOCK = "SET NOCOUNT ON; DECLARE @r int; EXEC @r = sp_releaseapplock @Resource = ?, @LockOwner = 'Session'; SELECT @r"


def test_an_application_lock_is_granted_refused_and_given_back(connect: Connect, rows: str) -> None:
    one, other = connect(), connect()

    assert one.value(LOCK, rows, "Exclusive", "Session", 0) == 0
    assert other.value(LOCK, rows, "Shared", "Session", 0) == -1
    assert other.value(LOCK, rows, "Shared", "Session", 50) == -1
    assert other.value(LOCK, rows + "x", "Exclusive", "Session", 0) == 0
    assert one.value(f"SELECT APPLOCK_MODE('public', '{rows}', 'Session')") == "Exclusive"
    assert other.value(f"SELECT APPLOCK_TEST('public', '{rows}', 'Shared', 'Session')") == 0
    assert one.value(UNLOCK, rows) == 0
    assert other.value(f"SELECT APPLOCK_TEST('public', '{rows}', 'Shared', 'Session')") == 1
    assert other.value(LOCK, rows, "Shared", "Session", 0) == 0
    assert one.value(LOCK, rows, "Shared", "Session", 0) == 0
    assert one.value(LOCK, rows, "Update", "Session", 0) == 0
    assert one.value(LOCK, rows, "Exclusive", "Session", 0) == -1


def test_an_application_lock_counts_its_grants(connect: Connect, rows: str) -> None:
    one, other = connect(), connect()
    assert [one.value(LOCK, rows, "Exclusive", "Session", 0) for _ in range(2)] == [0, 0]

    assert one.value(UNLOCK, rows) == 0
    assert other.value(LOCK, rows, "Exclusive", "Session", 0) == -1
    assert one.value(UNLOCK, rows) == 0
    assert other.value(LOCK, rows, "Exclusive", "Session", 0) == 0


def test_who_releases_what_it_does_not_hold_hears_so(client: Client, rows: str) -> None:
    assert client.error("EXEC sp_releaseapplock @Resource = N'nobody has this', @LockOwner = 'Session'") == 1223


def test_a_transactions_application_lock_ends_with_it(connect: Connect, rows: str) -> None:
    one, other = connect(), connect()
    one.run("BEGIN TRAN")
    assert one.value(LOCK, rows, "Exclusive", "Transaction", 0) == 0
    assert other.value(LOCK, rows, "Exclusive", "Session", 0) == -1

    one.run("ROLLBACK")
    assert other.value(LOCK, rows, "Exclusive", "Session", 0) == 0


def test_a_sessions_application_lock_ends_with_its_connection(connect: Connect, rows: str) -> None:
    one, other = connect(), connect()
    assert one.value(LOCK, rows, "Exclusive", "Session", 0) == 0

    one.connection.close()
    assert other.value(LOCK, rows, "Exclusive", "Session", 30_000) in (0, 1)


def test_who_waits_for_an_application_lock_gets_it_when_it_is_free(connect: Connect, rows: str) -> None:
    one, other = connect(), connect()
    assert one.value(LOCK, rows, "Exclusive", "Session", 0) == 0
    found: list[int] = []
    waiting = threading.Thread(target=lambda: found.append(other.value(LOCK, rows, "Exclusive", "Session", 60_000)))
    waiting.start()

    assert one.value(UNLOCK, rows) == 0
    waiting.join(timeout=60)
    assert found in ([0], [1])  # 1 if it had to wait, 0 if it came late


def test_a_statement_that_takes_too_long_is_cancelled_and_the_connection_lives_on(client: Client, rows: str) -> None:
    client.run(f"BEGIN TRAN; INSERT INTO {rows} VALUES (3, 3)")
    client.connection.timeout = 1

    for _ in range(2):
        with pytest.raises(pyodbc.OperationalError, match="HYT00"):
            client.run("WAITFOR DELAY '00:01:00'")
        assert client.value("SELECT @@TRANCOUNT") == 1
    client.run("COMMIT")
    assert ids(client, rows) == [1, 2, 3]


def test_a_lock_timeout_is_an_error_of_the_driver_too(connect: Connect, rows: str) -> None:
    one, other = connect(), connect()
    one.run(f"BEGIN TRAN; DELETE FROM {rows}")

    with pytest.raises(pyodbc.Error) as caught:
        other.run(f"SET LOCK_TIMEOUT 0; DELETE FROM {rows}")
    assert number(caught.value) == 1222
