"""Transactions: what is atomic, who waits for whom, and what an error leaves behind."""

from collections.abc import Callable

import pytest

from mssql_standin_tests.unit.engine.client import Client

Connect = Callable[[], Client]


@pytest.fixture
def table(client: Client) -> Client:
    client.run("CREATE TABLE t (Id int NOT NULL PRIMARY KEY, V int NULL CHECK (V < 100))")
    client.run("INSERT t VALUES (1, 1), (2, 2)")
    return client


def values(client: Client) -> list[int]:
    return [row[0] for row in client.rows("SELECT V FROM t ORDER BY Id")]


def test_a_statement_changes_all_its_rows_or_none(table: Client) -> None:
    assert table.number("UPDATE t SET V = V * 60") == 547

    assert values(table) == [1, 2]


def test_an_error_leaves_the_transaction_open(table: Client) -> None:
    table.run("BEGIN TRAN; UPDATE t SET V = 10 WHERE Id = 1")
    table.number("INSERT t VALUES (1, 1)")

    assert table.value("SELECT @@TRANCOUNT") == 1
    table.run("COMMIT")
    assert values(table) == [10, 2]


def test_with_xact_abort_an_error_ends_the_transaction_and_the_batch(table: Client) -> None:
    answer = table.answer("SET XACT_ABORT ON; BEGIN TRAN; UPDATE t SET V = 10; INSERT t VALUES (1, 1); SELECT 1")

    assert [error.number for error in answer.errors] == [2627]
    assert (answer.sets, answer.changes) == ([], ["begin", "rollback"])
    assert values(table) == [1, 2]


def test_a_caught_error_with_xact_abort_dooms_the_transaction(table: Client) -> None:
    rows = table.rows(
        "SET XACT_ABORT ON; BEGIN TRAN; BEGIN TRY; INSERT t VALUES (1, 1); END TRY BEGIN CATCH; "
        "SELECT XACT_STATE(), ERROR_NUMBER(); ROLLBACK; END CATCH"
    )

    assert rows == [(-1, 2627)]


def test_nested_transactions_count_and_a_rollback_ends_all(table: Client) -> None:
    table.run("BEGIN TRAN; BEGIN TRAN; UPDATE t SET V = 10; COMMIT")
    assert table.value("SELECT @@TRANCOUNT") == 1

    table.run("ROLLBACK")

    assert values(table) == [1, 2]


def test_a_savepoint_takes_back_a_part(table: Client) -> None:
    table.run(
        "BEGIN TRAN; UPDATE t SET V = 10 WHERE Id = 1; SAVE TRAN here; UPDATE t SET V = 20 WHERE Id = 2; ROLLBACK TRAN here; COMMIT"
    )

    assert values(table) == [10, 2]


def test_readers_see_the_last_committed_state_and_never_wait(table: Client, connect: Connect) -> None:
    other = connect()
    table.run("BEGIN TRAN; UPDATE t SET V = 10 WHERE Id = 1")

    assert values(other) == [1, 2]
    table.run("COMMIT")
    assert values(other) == [10, 2]


def test_a_writer_waits_for_the_other_at_most_its_lock_timeout(table: Client, connect: Connect) -> None:
    other = connect()
    table.run("BEGIN TRAN; UPDATE t SET V = 10 WHERE Id = 1")

    assert other.number("SET LOCK_TIMEOUT 0; UPDATE t SET V = 20 WHERE Id = 1") == 1222

    table.run("COMMIT")
    assert other.run("UPDATE t SET V = 20 WHERE Id = 1").counts == [1]


def test_an_application_lock_is_exclusive_counts_and_ends_with_its_transaction(table: Client, connect: Connect) -> None:
    other = connect()
    take = "DECLARE @r int; EXEC @r = sp_getapplock N'x', 'Exclusive', 'Transaction', 0; SELECT @r"
    table.run("BEGIN TRAN; " + take)
    assert table.value(take) == 0
    other.run("BEGIN TRAN")
    assert other.value(take) == -1

    table.run("COMMIT")

    assert other.value(take) == 0


def test_an_application_lock_without_a_transaction_needs_the_session_as_owner(client: Client) -> None:
    assert client.value("DECLARE @r int; EXEC @r = sp_getapplock N'x', 'Exclusive'; SELECT @r") == -999
    assert client.value("DECLARE @r int; EXEC @r = sp_getapplock N'x', 'Shared', 'Session'; SELECT @r") == 0
    assert client.value("DECLARE @r int; EXEC @r = sp_releaseapplock N'x', 'Session'; SELECT @r") == 0


def test_what_is_outside_the_subset_stops_the_batch_before_anything_runs(table: Client) -> None:
    error = table.error("DELETE t; SELECT * FROM t FOR XML AUTO")

    assert "not supported by the stand-in: FOR XML" in error.text
    assert values(table) == [1, 2]
