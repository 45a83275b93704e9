"""A batch is compiled before anything of it runs; what waits for its table waits, what is outside the subset refuses all."""

import pytest

from mssql_standin_tests.unit.engine.client import Client


@pytest.fixture(autouse=True)
def table(client: Client) -> None:
    """Make a table that is empty as long as nothing of a batch has run."""
    client.run("CREATE TABLE t (id int NOT NULL PRIMARY KEY, n int NULL)")


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("SELECT missing FROM t", 207),
        ("UPDATE t SET missing = 1", 207),
        ("INSERT t (missing) VALUES (1)", 207),
        ("IF 1 = 0 DELETE t WHERE missing = 1", 207),
        ("SELECT x.id FROM t", 4104),
        ("SELECT id, COUNT(*) FROM t", 8120),
        ("INSERT t VALUES (1)", 213),
        ("ALTER TABLE t ADD missing int NULL; SELECT missing FROM t", 207),
        ("IF OBJECT_ID('t') IS NOT NULL DROP TABLE t; CREATE TABLE t (missing int); SELECT missing FROM t", 207),
        ("DECLARE @v TABLE (a int); SELECT missing FROM @v", 207),
    ],
)
def test_an_error_of_compilation_keeps_the_whole_batch_from_running(
    client: Client, statement: str, number: int
) -> None:
    assert client.number(f"INSERT t VALUES (1, 1); {statement}") == number
    assert client.value("SELECT COUNT(*) FROM t") == 0


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("SELECT missing FROM nowhere", 208),
        ("SELECT missing FROM t JOIN nowhere ON 1 = 1", 208),
        ("SELECT (SELECT 1 FROM nowhere), missing FROM t", 208),
        ("EXEC nothing", 2812),
        ("CREATE TABLE u (a int); SELECT missing FROM u", 207),
        ("CREATE TABLE #u (a int); SELECT missing FROM #u", 207),
        ("EXEC ('SELECT missing FROM t')", 207),
    ],
)
def test_a_statement_whose_table_is_not_there_yet_fails_when_it_is_its_turn(
    client: Client, statement: str, number: int
) -> None:
    assert client.number(f"INSERT t VALUES (1, 1); {statement}") == number
    assert client.value("SELECT COUNT(*) FROM t") == 1


def test_tables_of_the_same_batch_are_found_when_it_is_their_turn(client: Client) -> None:
    rows = client.rows(
        "CREATE TABLE #u (a int); INSERT #u VALUES (1); SELECT a, a + 1 AS b INTO #w FROM #u; "
        "ALTER TABLE t ADD m int NULL; EXEC ('UPDATE t SET m = 1'); DECLARE @v TABLE (a int); INSERT @v SELECT b FROM #w; SELECT a FROM @v"
    )

    assert rows == [(2,)]


def test_no_try_block_of_its_own_level_sees_an_error_of_compilation(client: Client) -> None:
    own = "BEGIN TRY INSERT t VALUES (1, 1); SELECT missing FROM t END TRY BEGIN CATCH PRINT 'caught' END CATCH"

    assert client.number(own) == 207
    assert client.value("SELECT COUNT(*) FROM t") == 0
    caught = client.run("BEGIN TRY EXEC ('SELECT missing FROM t') END TRY BEGIN CATCH PRINT ERROR_NUMBER() END CATCH")
    assert caught.notes == ["207"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM sys.dm_os_wait_stats",
        "SELECT * FROM sys.dm_exec_requests",
        "SELECT * FROM INFORMATION_SCHEMA.VIEW_TABLE_USAGE",
        "SELECT * FROM sysusers",
        "SELECT * FROM msdb.dbo.sysjobs",
        "SELECT * FROM tempdb.sys.tables",
        "EXEC sp_helpserver",
        "EXEC master.dbo.xp_msver",
        "EXEC sp_rename 'a', 'b', 'INDEX'",
        "SELECT PWDENCRYPT('a')",
        "SELECT GROUPING(n) FROM t GROUP BY n",
        "CHECKPOINT",
        "UPDATE STATISTICS t",
        "SELECT * FROM (SELECT id FROM t) AS s PIVOT (COUNT(id) FOR id IN ([1])) AS p",
        "SELECT * FROM OPENROWSET('a', 'b', 'c')",
        "CREATE TABLE #u (a int); INSERT #u SELECT a FROM #u CROSS APPLY (SELECT TOP (1) id FROM t WHERE id = a) AS x",
        "CREATE TABLE ##u (a int)",
        "CREATE TABLE u (a int, b AS (RAND()))",
        "SELECT @@TOTAL_READ",
    ],
)
def test_what_is_outside_the_subset_refuses_the_whole_batch(client: Client, statement: str) -> None:
    error = client.error(f"INSERT t VALUES (1, 1); {statement}")

    assert error.number == 40000
    assert error.text.startswith("This is not supported by the stand-in: ")
    assert client.value("SELECT COUNT(*) FROM t") == 0


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("SELECT NOTHING(1)", 195),
        ("SELECT * FROM sys.nothing", 208),
        ("EXEC sp_nothing", 2812),
        ("SELECT @@NOTHING", 137),
    ],
)
def test_what_sql_server_has_not_either_gets_its_own_error(client: Client, statement: str, number: int) -> None:
    assert client.number(statement) == number
