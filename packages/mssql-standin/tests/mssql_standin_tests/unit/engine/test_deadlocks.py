"""Waiting for locks: how long, and who is the victim when sessions wait for each other in a circle."""

from collections.abc import Callable

import pytest

from mssql_standin_tests.unit.engine.client import Answer, Client, Running

Connect = Callable[[], Client]
LOCK = "DECLARE @r int; EXEC @r = sp_getapplock N'x', 'Exclusive'; SELECT @r"
UPDATE = "UPDATE t SET V = 20 WHERE Id = 1"


@pytest.fixture
def writer(client: Client) -> Client:
    """A session that has changed a row in a transaction."""
    client.run("CREATE TABLE t (Id int NOT NULL PRIMARY KEY, V int NULL); INSERT t VALUES (1, 1), (2, 2)")
    client.run("BEGIN TRAN; UPDATE t SET V = 10 WHERE Id = 1")
    return client


@pytest.fixture
def holder(connect: Connect, writer: Client) -> Client:
    """A session that has an application lock in a transaction."""
    del writer
    holder = connect()
    holder.run("BEGIN TRAN; " + LOCK)
    return holder


def in_a_circle(first: tuple[Client, str], then: tuple[Client, str], victim: Client) -> tuple[Answer, Answer]:
    """Let the first wait for the second and then the second for the first; return the victim's answer and the other's."""
    waiting = first[0].begin(first[1])
    assert waiting.waits
    closing = Running(*then)
    refused, other = (waiting, closing) if victim is first[0] else (closing, waiting)
    answer = refused.end()
    victim.run("IF @@TRANCOUNT > 0 ROLLBACK")
    return answer, other.end()


def test_who_closes_the_circle_is_the_victim_if_all_are_worth_the_same(writer: Client, holder: Client) -> None:
    writer.run("COMMIT; BEGIN TRAN; SELECT * FROM t WITH (UPDLOCK)")

    refused, asked = in_a_circle((writer, LOCK), (holder, UPDATE), holder)

    assert [(error.number, error.severity, error.state) for error in refused.errors] == [(1205, 13, 51)]
    assert refused.errors[0].text == (
        f"Transaction (Process ID {holder.session.session_id}) was deadlocked on lock resources with another process and has been "
        "chosen as the deadlock victim. Rerun the transaction."
    )
    assert refused.changes == ["rollback"]
    assert asked.sets == [[(1,)]]


def test_of_equal_priorities_the_victim_is_who_has_less_to_undo(writer: Client, holder: Client) -> None:
    refused, asked = in_a_circle((holder, UPDATE), (writer, LOCK), holder)

    assert [error.number for error in refused.errors] == [1205]
    assert asked.sets == [[(1,)]]
    writer.run("COMMIT")
    assert writer.value("SELECT V FROM t WHERE Id = 1") == 10


@pytest.mark.parametrize("priority", ["LOW", "-1", "-10"])
def test_the_victim_is_whose_deadlock_priority_is_lower(writer: Client, holder: Client, priority: str) -> None:
    writer.run(f"SET DEADLOCK_PRIORITY {priority}")

    refused, changed = in_a_circle((writer, LOCK), (holder, UPDATE), writer)

    assert (refused.sets, refused.errors) == ([[(-3,)]], [])  # sp_getapplock says so in its status
    assert (changed.errors, changed.counts) == ([], [1])
    holder.run("COMMIT")
    assert writer.rows("SELECT V FROM t") == [(20,), (2,)]


@pytest.mark.parametrize(("high", "low"), [("HIGH", "4"), ("10", "HIGH"), ("0", "-1"), ("NORMAL", "LOW")])
def test_priorities_are_numbers_with_three_names(writer: Client, holder: Client, high: str, low: str) -> None:
    holder.run(
        f"DECLARE @p varchar(10) = '{high}'; IF ISNUMERIC(@p) = 0 SET DEADLOCK_PRIORITY @p ELSE SET DEADLOCK_PRIORITY {high}"
    )
    writer.run(f"SET DEADLOCK_PRIORITY {low}")

    refused, changed = in_a_circle((holder, UPDATE), (writer, LOCK), writer)

    assert refused.sets == [[(-3,)]]
    assert changed.counts == [1]


def test_a_priority_that_there_is_none_such_is_refused(client: Client) -> None:
    assert client.number("SET DEADLOCK_PRIORITY 11", valid=False) == 102


def test_the_victims_transaction_is_doomed_inside_try(writer: Client, holder: Client) -> None:
    holder.run("SET DEADLOCK_PRIORITY LOW")

    caught, _ = in_a_circle(
        (holder, f"BEGIN TRY; {UPDATE}; END TRY BEGIN CATCH; SELECT ERROR_NUMBER(), XACT_STATE(); ROLLBACK; END CATCH"),
        (writer, LOCK),
        holder,
    )

    assert caught.sets == [[(1205, -1)]]


@pytest.mark.parametrize("timeout_ms", [0, 1])
def test_who_waits_too_long_keeps_its_transaction(writer: Client, connect: Connect, timeout_ms: int) -> None:
    other = connect()
    other.run(f"SET LOCK_TIMEOUT {timeout_ms}; BEGIN TRAN")

    error = other.error("UPDATE t SET V = 20 WHERE Id = 1")

    assert (error.number, error.text) == (1222, "Lock request time out period exceeded.")
    assert other.rows("SELECT @@LOCK_TIMEOUT, @@TRANCOUNT") == [(timeout_ms, 1)]
    writer.run("COMMIT")
    other.run("UPDATE t SET V = 20 WHERE Id = 1")


def test_without_a_timeout_one_waits_until_the_other_has_ended(writer: Client, connect: Connect) -> None:
    other = connect()
    assert other.value("SELECT @@LOCK_TIMEOUT") == -1
    waiting = other.begin("UPDATE t SET V = V + 1 WHERE Id = 1")
    assert waiting.waits

    writer.run("COMMIT")

    assert waiting.end().counts == [1]
    assert writer.value("SELECT V FROM t WHERE Id = 1") == 11


def test_a_reader_and_a_writer_can_be_deadlocked_when_readers_wait_for_writers(
    client: Client, connect: Connect
) -> None:
    client.run("ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT OFF")
    client.run("CREATE TABLE a (Id int NOT NULL PRIMARY KEY); CREATE TABLE b (Id int NOT NULL PRIMARY KEY)")
    client.run("INSERT a VALUES (1); INSERT b VALUES (1)")
    reader = connect()
    client.run("BEGIN TRAN; DELETE b")

    refused, changed = in_a_circle(
        (reader, "SELECT a.Id FROM a JOIN b ON b.Id = a.Id"), (client, "DELETE a; COMMIT"), reader
    )

    assert [error.number for error in refused.errors] == [1205]
    assert changed.errors == []
    assert reader.rows("SELECT Id FROM a UNION ALL SELECT Id FROM b") == []
