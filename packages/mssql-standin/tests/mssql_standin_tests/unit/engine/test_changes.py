"""INSERT, UPDATE, DELETE, OUTPUT, table variables and temporary tables."""

from decimal import Decimal

import pytest

from mssql_standin.results import Parameter
from mssql_standin.sql_types import SqlType
from mssql_standin_tests.unit.engine.client import Client


@pytest.fixture
def stock(client: Client) -> Client:
    """A table of five rows."""
    client.run(
        """CREATE TABLE Stock (Id int NOT NULL PRIMARY KEY, Name varchar(20) NULL, Amount int NOT NULL, Price decimal(9, 2) NULL);
        INSERT INTO Stock VALUES (1, 'a', 10, 1), (2, 'b', 20, 2), (3, 'c', 30, NULL), (4, 'd', 40, 4), (5, 'e', 50, 5)"""
    )
    return client


def test_update_with_everything(stock: Client) -> None:
    answer = stock.run(
        """DECLARE @seen int; UPDATE s SET Amount -= w.less, @seen = s.Amount, Price = COALESCE(s.Price, 0) + 1
        OUTPUT inserted.Id, deleted.Amount AS before, inserted.Amount, w.less + 1 AS x, inserted.Price
        FROM dbo.Stock AS s INNER JOIN (VALUES (2, 5), (3, 6)) AS w (id, less) ON w.id = s.Id WHERE s.Amount > 5;
        SELECT @@ROWCOUNT, @seen"""
    )

    assert answer.sets == [[(2, 20, 15, 6, Decimal("3.00")), (3, 30, 24, 7, Decimal("1.00"))], [(2, 30)]]
    assert answer.counts == [2, 1]
    assert [c.name for c in answer.columns[0]] == ["Id", "before", "Amount", "x", "Price"]


def test_update_takes_each_row_once_though_several_sources_match(stock: Client) -> None:
    answer = stock.run("UPDATE Stock SET Amount += v.n FROM (VALUES (1), (2), (3)) AS v (n) WHERE Stock.Id = 1")

    assert answer.counts == [1]
    assert stock.value("SELECT Amount FROM Stock WHERE Id = 1") in {11, 12, 13}


def test_key_can_be_shifted_over_its_neighbours(stock: Client) -> None:
    stock.run("UPDATE Stock SET Id = Id + 1")

    assert stock.rows("SELECT Id, Name FROM Stock ORDER BY Id") == [(2, "a"), (3, "b"), (4, "c"), (5, "d"), (6, "e")]


def test_failed_statement_changes_nothing(stock: Client) -> None:
    assert stock.number("UPDATE Stock SET Id = 7 WHERE Id > 3") == 2627
    assert stock.number("INSERT INTO Stock VALUES (6, 'f', 1, 1), (1, 'dup', 1, 1)") == 2627

    assert [row[0] for row in stock.rows("SELECT Id FROM Stock ORDER BY Id")] == [1, 2, 3, 4, 5]


def test_delete_with_join_and_top(stock: Client) -> None:
    answer = stock.run(
        "DELETE s OUTPUT deleted.Name, d.why FROM Stock AS s JOIN (SELECT 2 AS id, 'x' AS why) AS d ON d.id = s.Id"
    )
    assert answer.sets == [[("b", "x")]]

    assert stock.run("DELETE TOP (2) FROM Stock WHERE Amount >= 10").counts == [2]
    assert stock.run("UPDATE TOP (1) Stock WITH (UPDLOCK, READPAST) SET Amount = 0").counts == [1]
    assert stock.value("SELECT COUNT(*) FROM Stock") == 2


def test_change_through_a_common_table_expression(stock: Client) -> None:
    answer = stock.run(
        """WITH queue AS (SELECT TOP (2) Id, Amount FROM Stock WITH (UPDLOCK, READPAST) WHERE Amount > 10 ORDER BY Amount DESC)
        UPDATE queue SET Amount = 0 OUTPUT inserted.Id"""
    )
    assert sorted(answer.sets[0]) == [(4,), (5,)]

    assert stock.run("WITH q AS (SELECT TOP (1) * FROM Stock ORDER BY Id) DELETE FROM q OUTPUT deleted.Name").sets == [
        [("a",)]
    ]


def test_insert_select_with_output_into(stock: Client) -> None:
    rows = stock.rows(
        """DECLARE @log TABLE (Id int NOT NULL PRIMARY KEY, What nvarchar(10) NULL DEFAULT N'-');
        INSERT INTO Stock (Id, Name, Amount) OUTPUT inserted.Id INTO @log (Id) SELECT Id + 10, UPPER(Name), Amount FROM Stock WHERE Id < 3;
        SELECT l.Id, l.What, s.Name FROM @log l JOIN Stock s ON s.Id = l.Id ORDER BY l.Id"""
    )

    assert rows == [(11, "-", "A"), (12, "-", "B")]


def test_insert_of_cte_and_of_openjson(stock: Client) -> None:
    stock.run("WITH n AS (SELECT 20 AS i UNION ALL SELECT 21) INSERT INTO Stock (Id, Amount) SELECT i, i FROM n")
    document = Parameter("@j", SqlType("nvarchar", -1), '[{"i":30,"n":"x"},{"i":31}]')
    stock.run(
        "INSERT INTO Stock (Id, Name, Amount) SELECT i, n, 0 FROM OPENJSON(@j) WITH (i int, n varchar(20))", document
    )

    assert stock.rows("SELECT Id, Name FROM Stock WHERE Id >= 20 ORDER BY Id") == [
        (20, None),
        (21, None),
        (30, "x"),
        (31, None),
    ]


def test_table_variable_outlives_a_rollback(stock: Client) -> None:
    rows = stock.rows(
        """DECLARE @kept TABLE (Id int); INSERT INTO @kept VALUES (1);
        BEGIN TRAN; DELETE FROM Stock; INSERT INTO @kept VALUES (2); ROLLBACK;
        SELECT k.Id, (SELECT COUNT(*) FROM Stock) FROM @kept AS k ORDER BY k.Id"""
    )

    assert rows == [(1, 5), (2, 5)]


def test_table_variable_is_new_in_every_batch(client: Client) -> None:
    sql = "DECLARE @t TABLE (Id int IDENTITY, v int); INSERT INTO @t (v) VALUES (5); SELECT * FROM @t"

    assert client.rows(sql) == [(1, 5)]
    assert client.rows(sql) == [(1, 5)]


def test_temporary_table_lives_with_the_session(stock: Client, connect) -> None:
    stock.run("CREATE TABLE #work (Id int NOT NULL PRIMARY KEY, v nvarchar(10) NULL)")
    stock.run(
        "INSERT INTO #work SELECT Id, Name FROM Stock WHERE Id < 3; UPDATE #work SET v = v + N'!'; DELETE FROM #work WHERE Id = 2"
    )

    assert stock.rows("SELECT * FROM #work") == [(1, "a!")]
    assert stock.value("SELECT CASE WHEN OBJECT_ID('tempdb..#work') IS NOT NULL THEN 1 ELSE 0 END") == 1
    assert connect().number("SELECT * FROM #work") == 208
    assert stock.number("INSERT INTO #work VALUES (1, NULL)") == 2627
    stock.run("DROP TABLE IF EXISTS #work; DROP TABLE IF EXISTS #work")
    assert stock.number("SELECT * FROM #work") == 208


def test_temporary_table_rolls_back(stock: Client) -> None:
    stock.run("CREATE TABLE #w (v int); BEGIN TRAN; INSERT INTO #w VALUES (1); SELECT Id INTO #x FROM Stock; ROLLBACK")

    assert stock.value("SELECT COUNT(*) FROM #w") == 0
    assert stock.number("SELECT * FROM #x") == 208


def test_select_into_makes_a_table_of_the_right_types(stock: Client) -> None:
    stock.run("SELECT Id, Name AS n, Price * 2 AS p INTO dbo.Copy FROM Stock WHERE Id < 3")

    assert stock.rows("SELECT * FROM Copy") == [(1, "a", Decimal("2.00")), (2, "b", Decimal("4.00"))]
    assert stock.value("SELECT max_length FROM sys.columns WHERE object_id = OBJECT_ID('Copy') AND name = 'n'") == 20


def test_temporary_table_of_a_parameterised_batch_ends_with_it(stock: Client) -> None:
    stock.run("SELECT Id INTO #gone FROM Stock WHERE Id = @id", Parameter("@id", SqlType("int"), 1))

    assert stock.number("SELECT * FROM #gone") == 208


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("UPDATE Stock SET Nope = 1", 207),
        ("UPDATE x SET Amount = 1 FROM Stock AS s", 208),
        ("UPDATE Stock SET Amount = 1 OUTPUT inserted.Nope", 207),
        ("UPDATE Stock SET Amount = @missing", 137),
        ("INSERT INTO @t VALUES (1)", 1087),
        ("UPDATE Stock SET Name = 0x41", 0),
        ("UPDATE Stock SET Amount = CAST('2020-01-01' AS date)", 206),
        ("DELETE FROM Missing", 208),
        ("UPDATE Stock SET Amount = 3000000000", 8115),
        ("UPDATE Stock SET Name = REPLICATE('x', 21)", 2628),
    ],
)
def test_change_that_is_refused(stock: Client, sql: str, number: int) -> None:
    if number:
        assert stock.number(sql) == number
    else:
        stock.run(sql)
        assert stock.value("SELECT MAX(Name) FROM Stock") == "A"


def test_trailing_blanks_may_be_cut(stock: Client) -> None:
    stock.run("UPDATE Stock SET Name = 'x' + REPLICATE(' ', 40) WHERE Id = 1")

    assert stock.value("SELECT DATALENGTH(Name) FROM Stock WHERE Id = 1") == 20


def test_decimal_is_rounded_when_stored(stock: Client) -> None:
    stock.run("UPDATE Stock SET Price = 1.005 WHERE Id = 1")

    assert stock.value("SELECT Price FROM Stock WHERE Id = 1") == Decimal("1.01")
