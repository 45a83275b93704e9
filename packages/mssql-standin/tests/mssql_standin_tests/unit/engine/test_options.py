"""SET: options with an effect, options that change nothing here, and those that are refused before anything runs."""

from collections.abc import Callable

import pytest

from mssql_standin_tests.unit.engine.client import Client


@pytest.fixture
def table(client: Client) -> Client:
    """A client of a table with one row."""
    client.run("CREATE TABLE t (Id int PRIMARY KEY, V int)")
    client.run("INSERT t VALUES (1, 1)")
    return client


@pytest.mark.parametrize(
    ("statement", "open_afterwards"),
    [
        ("SELECT 1", 0),
        ("DECLARE @n int = 1; SET @n = 2; PRINT 'x'", 0),
        ("SELECT * FROM t", 1),
        ("SELECT V INTO #t FROM t", 1),
        ("UPDATE t SET V = 2", 1),
        ("INSERT t VALUES (2, 2)", 1),
        ("DELETE t WHERE Id = 9", 1),
        ("CREATE TABLE u (Id int)", 1),
        ("ALTER TABLE t ADD W int", 1),
        ("TRUNCATE TABLE t", 1),
        ("BEGIN TRANSACTION", 1),
        ("UPDATE t SET V = 2; UPDATE t SET V = 3; BEGIN TRANSACTION", 2),
    ],
)
def test_with_implicit_transactions_a_statement_begins_one(table: Client, statement: str, open_afterwards: int) -> None:
    table.run("SET IMPLICIT_TRANSACTIONS ON")

    table.run(statement)

    assert table.value("SELECT @@TRANCOUNT") == open_afterwards
    table.run("IF @@TRANCOUNT > 0 ROLLBACK; SET IMPLICIT_TRANSACTIONS OFF")
    table.run(statement.replace("BEGIN TRANSACTION", "PRINT 'none'"))
    assert table.value("SELECT @@TRANCOUNT") == 0


def test_an_implicit_transaction_keeps_its_writes_only_if_it_is_committed(table: Client) -> None:
    table.run("SET IMPLICIT_TRANSACTIONS ON; UPDATE t SET V = 2; COMMIT; UPDATE t SET V = 3; ROLLBACK")

    assert table.rows("SELECT V FROM t") == [(2,)]


def test_ansi_defaults_switch_implicit_transactions_on(table: Client) -> None:
    table.run("SET ANSI_DEFAULTS ON; UPDATE t SET V = 2; ROLLBACK")

    assert table.rows("SELECT V FROM t") == [(1,)]


@pytest.mark.parametrize(
    "options",
    [
        "CURSOR_CLOSE_ON_COMMIT ON",
        "CURSOR_CLOSE_ON_COMMIT OFF",
        "ANSI_WARNINGS ON",
        "TEXTSIZE 2147483647",
        "TEXTSIZE -1",
    ],
)
def test_an_option_that_changes_nothing_here_is_taken(client: Client, options: str) -> None:
    client.run(f"SET {options}")


@pytest.mark.parametrize(
    "options", ["CONCAT_NULL_YIELDS_NULL OFF", "DATEFORMAT dmy", "DATEFIRST 1", "TEXTSIZE 100", "ROWCOUNT 5"]
)
def test_an_option_that_is_not_there_is_refused_before_anything_runs(table: Client, options: str) -> None:
    assert table.number(f"UPDATE t SET V = 2; SET {options}") == 40000
    assert table.rows("SELECT V FROM t") == [(1,)]


@pytest.mark.parametrize("order", ["ymd", "mdy", "'ymd'"])
def test_date_strings_that_begin_with_the_year_are_read_alike_in_both_orders(client: Client, order: str) -> None:
    client.run(f"SET DATEFORMAT {order}")

    for text in ("2026-03-04", "20260304", "2026/3/4", "2026-03-04T00:00:00", "4 March 2026"):
        assert client.value(f"SELECT CONVERT(varchar(10), CAST('{text}' AS datetime), 120)") == "2026-03-04"


def test_a_date_string_whose_meaning_hangs_on_the_order_is_refused_in_the_other_one(client: Client) -> None:
    told = client.error("SET DATEFORMAT ymd; SELECT CAST('03/04/2026' AS datetime)")

    assert told.number == 40000
    assert "DATEFORMAT ymd" in told.text


def test_the_order_is_the_sessions_own(client: Client, connect: Callable[[], Client]) -> None:
    another = connect()
    client.run("SET DATEFORMAT ymd")

    assert another.value("SELECT CONVERT(varchar(10), CAST('03/04/2026' AS datetime), 120)") == "2026-03-04"
    assert client.number("SELECT CAST('03/04/2026' AS datetime)") == 40000


@pytest.mark.parametrize("run", ["EXEC ('{}')", "EXEC sp_executesql N'{}'"])
def test_what_text_sets_that_execute_runs_ends_with_the_text(table: Client, run: str) -> None:
    table.run(run.format("SET FMTONLY ON; SELECT V FROM t"))
    table.run(
        run.format(
            "SET IMPLICIT_TRANSACTIONS ON; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SET XACT_ABORT ON; SET LOCK_TIMEOUT 5"
        )
    )

    assert table.run("UPDATE t SET V = 2").counts == [1]
    isolation = "SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID"
    assert (table.value("SELECT @@TRANCOUNT"), table.value("SELECT @@LOCK_TIMEOUT"), table.value(isolation)) == (
        0,
        -1,
        2,
    )
    assert table.session.xact_abort is False
