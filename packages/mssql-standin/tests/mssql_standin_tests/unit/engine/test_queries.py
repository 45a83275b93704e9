"""SELECT: joins, subqueries, grouping, set operations, order, limits."""

from decimal import Decimal
from typing import Any

import pytest

from mssql_standin_tests.unit.engine.client import Client


@pytest.fixture
def shop(client: Client) -> Client:
    """Customers and their orders."""
    client.run(
        """CREATE TABLE dbo.Customers (Id int NOT NULL PRIMARY KEY, Name nvarchar(50) NOT NULL, City varchar(20) NULL);
        CREATE TABLE [dbo].[Orders] ([Id] int NOT NULL PRIMARY KEY, CustomerId int NOT NULL, Amount decimal(10, 2) NOT NULL,
            [Order Date] date NULL);
        INSERT INTO Customers VALUES (1, N'Ann', 'Oslo'), (2, N'bob', NULL), (3, N'Cid', 'oslo'), (4, N'Dee', 'Rome');
        INSERT INTO Orders VALUES (10, 1, 5.50, '2020-01-01'), (11, 1, 4.50, '2020-01-02'), (12, 2, 20, NULL),
            (13, 9, 1, '2020-01-03')"""
    )
    return client


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT Name FROM Customers WHERE City = 'OSLO' ORDER BY Name DESC", [("Cid",), ("Ann",)]),
        ("SELECT c.Name, o.Id FROM Customers AS c JOIN Orders o ON o.CustomerId = c.Id ORDER BY o.Id",
         [("Ann", 10), ("Ann", 11), ("bob", 12)]),
        ("SELECT c.Id, o.Id FROM dbo.Customers c LEFT JOIN Orders o ON o.CustomerId = c.Id AND o.Amount > 5 ORDER BY 1, 2",
         [(1, 10), (2, 12), (3, None), (4, None)]),
        ("SELECT c.Name, o.Id FROM Customers c RIGHT OUTER JOIN Orders o ON o.CustomerId = c.Id ORDER BY o.Id",
         [("Ann", 10), ("Ann", 11), ("bob", 12), (None, 13)]),
        ("SELECT c.Id, o.Id FROM Customers c FULL JOIN Orders o ON o.CustomerId = c.Id WHERE c.Id IS NULL OR o.Id IS NULL ORDER BY c.Id",
         [(None, 13), (3, None), (4, None)]),
        ("SELECT COUNT(*) FROM Customers a, Customers b CROSS JOIN Orders", [(64,)]),
        ("SELECT c.Id FROM Customers c LEFT JOIN (Orders o JOIN Customers d ON d.Id = o.CustomerId) ON o.CustomerId = c.Id WHERE d.Name IS NULL ORDER BY c.Id",
         [(3,), (4,)]),
        ("SELECT c.Name FROM Customers c INNER LOOP JOIN Orders o ON o.CustomerId = c.Id WHERE o.Id = 12", [("bob",)]),
        ("SELECT City, COUNT(*) AS n, SUM(Id) FROM Customers GROUP BY City ORDER BY n DESC, City", [("Oslo", 2, 4), (None, 1, 2), ("Rome", 1, 4)]),
        ("SELECT UPPER(City) AS c, MIN(Name) FROM Customers WHERE City IS NOT NULL GROUP BY UPPER(City) HAVING COUNT(*) > 1", [("OSLO", "Ann")]),
        ("SELECT CustomerId, SUM(Amount), AVG(Amount), MAX(Amount) FROM Orders GROUP BY CustomerId HAVING SUM(Amount) >= 10 ORDER BY 1",
         [(1, Decimal("10.00"), Decimal("5.000000"), Decimal("5.50")), (2, Decimal("20.00"), Decimal("20.000000"), Decimal("20.00"))]),
        ("SELECT AVG(Id), COUNT(City), COUNT(DISTINCT City), COUNT_BIG(*) FROM Customers", [(2, 3, 2, 4)]),
        ("SELECT SUM(Id) FROM Customers WHERE 1 = 0", [(None,)]),
        ("SELECT DISTINCT City FROM Customers ORDER BY City", [(None,), ("Oslo",), ("Rome",)]),
        ("SELECT TOP (2) Id FROM Customers ORDER BY Id DESC", [(4,), (3,)]),
        ("SELECT TOP 1 Name AS n FROM Customers ORDER BY n", [("Ann",)]),
        ("SELECT Id FROM Customers ORDER BY Id OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY", [(2,), (3,)]),
        ("SELECT Id FROM Customers ORDER BY Id OFFSET 3 ROWS", [(4,)]),
        ("SELECT Id FROM Customers WHERE Id IN (SELECT CustomerId FROM Orders) ORDER BY Id", [(1,), (2,)]),
        ("SELECT Id FROM Customers c WHERE NOT EXISTS (SELECT * FROM Orders o WHERE o.CustomerId = c.Id) ORDER BY Id", [(3,), (4,)]),
        ("SELECT Name, (SELECT MAX(Amount) FROM Orders o WHERE o.CustomerId = c.Id) FROM Customers c WHERE Id < 4 ORDER BY Id",
         [("Ann", Decimal("5.50")), ("bob", Decimal("20.00")), ("Cid", None)]),
        ("SELECT x.n FROM (SELECT Name AS n, Id FROM Customers) AS x WHERE x.Id = 2", [("bob",)]),
        ("SELECT v.b, v.a FROM (VALUES (1, 'x'), (2, 'y')) AS v (a, b) ORDER BY v.a DESC", [("y", 2), ("x", 1)]),
        ("WITH big AS (SELECT CustomerId FROM Orders WHERE Amount > 5), named (n) AS (SELECT c.Name FROM Customers c JOIN big ON big.CustomerId = c.Id) SELECT n FROM named ORDER BY n",
         [("Ann",), ("bob",)]),
        ("SELECT COUNT(*) FROM (SELECT City FROM Customers UNION SELECT 'OSLO') AS u", [(3,)]),
        ("SELECT 1 AS a UNION ALL SELECT 1 UNION ALL SELECT 2.5 ORDER BY a", [(Decimal("1.0"),), (Decimal("1.0"),), (Decimal("2.5"),)]),
        ("SELECT Id FROM Customers EXCEPT SELECT CustomerId FROM Orders ORDER BY Id", [(3,), (4,)]),
        ("SELECT Id FROM Customers INTERSECT SELECT CustomerId FROM Orders", [(1,), (2,)]),
        ("SELECT Id, ROW_NUMBER() OVER (PARTITION BY CustomerId ORDER BY Amount DESC) FROM Orders WHERE CustomerId = 1 ORDER BY Id", [(10, 1), (11, 2)]),
        ("SELECT Id, SUM(Amount) OVER (PARTITION BY CustomerId), COUNT(*) OVER () FROM Orders ORDER BY Id",
         [(10, Decimal("10.00"), 4), (11, Decimal("10.00"), 4), (12, Decimal("20.00"), 4), (13, Decimal("1.00"), 4)]),
        ("SELECT n FROM (SELECT Id, ROW_NUMBER() OVER (ORDER BY (SELECT NULL)) AS n FROM Customers) AS t WHERE n = 4", [(4,)]),
        ("SELECT c.* FROM Customers c WHERE c.Id = 4", [(4, "Dee", "Rome")]),
        ("SELECT o.[Order Date], \"o\".\"Id\" FROM Orders AS \"o\" WHERE o.[Order Date] = '20200102'", None),
        ("SELECT total = SUM(Amount) FROM Orders", [(Decimal("31.00"),)]),
        ("SELECT TestDb.dbo.Orders.Id FROM TestDb.dbo.Orders WHERE dbo.Orders.Amount = 20", [(12,)]),
        ("SELECT s.value FROM Customers c CROSS APPLY STRING_SPLIT(c.City, 'o') AS s WHERE c.Id = 4", [("R",), ("me",)]),
        ("SELECT c.Id, x.doubled FROM Customers c CROSS APPLY (SELECT c.Id * 2 AS doubled) AS x WHERE c.Id > 2 ORDER BY 1", [(3, 6), (4, 8)]),
        ("SELECT STRING_AGG(Name, ',') FROM Customers WHERE Id < 3", [("Ann,bob",)]),
        ("SELECT Id FROM Customers WHERE City COLLATE Latin1_General_BIN2 = 'oslo'", [(3,)]),
        ("SELECT Name FROM Customers ORDER BY Name COLLATE Latin1_General_100_BIN2", [("Ann",), ("Cid",), ("Dee",), ("bob",)]),
        ("SELECT Name FROM Customers WITH (NOLOCK) WHERE Id = 1 OPTION (RECOMPILE, MAXDOP 1)", [("Ann",)]),
        ("SELECT Name FROM Customers ORDER BY CASE WHEN City IS NULL THEN 0 ELSE 1 END, Id DESC", [("bob",), ("Dee",), ("Cid",), ("Ann",)]),
        ("SELECT LAG(Id) OVER (ORDER BY Id), LEAD(Id, 2, -1) OVER (ORDER BY Id) FROM Customers WHERE Id < 3", [(None, -1), (1, -1)]),
    ],
)  # fmt: skip
def test_select(shop: Client, sql: str, rows: list[tuple[Any, ...]] | None) -> None:
    found = shop.rows(sql)

    assert len(found) == 1 if rows is None else found == rows


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT Nope FROM Customers", 207),
        ("SELECT Name FROM Customers WITH (INDEX (IX_Nope))", 308),
        ("SELECT x.Id FROM Customers", 4104),
        ("SELECT c.Nope FROM Customers c", 207),
        ("SELECT Id FROM Customers c JOIN Orders o ON o.CustomerId = c.Id", 209),
        ("SELECT 1 FROM Customers, Customers", 1013),
        ("SELECT 1 FROM Missing", 208),
        ("SELECT 1 FROM other.dbo.Missing", 40000),
        ("SELECT Name, COUNT(*) FROM Customers", 8120),
        ("SELECT Name FROM Customers GROUP BY City", 8120),
        ("SELECT Id FROM Customers WHERE COUNT(*) > 1", 147),
        ("SELECT SUM(City) FROM Customers", 8117),
        ("SELECT 1, 2 UNION SELECT 1", 205),
        ("SELECT DISTINCT City FROM Customers ORDER BY Id", 145),
        ("SELECT Id FROM Customers ORDER BY 2", 108),
        ("SELECT * FROM (SELECT Id, Id FROM Customers) AS x", 8156),
        ("SELECT * FROM (SELECT Id + 1 FROM Customers) AS x", 8155),
        ("SELECT Id FROM Customers WHERE Id = (SELECT Id, Name FROM Customers)", 116),
        ("SELECT TOP (-1) Id FROM Customers", 127),
        ("SELECT *", 263),
        ("SELECT z.* FROM Customers", 107),
        ("SELECT Id FROM Customers WHERE Name = 5", 245),
        ("SELECT Id FROM Customers WHERE Id = 'x'", 245),
    ],
)
def test_query_that_cannot_be_bound(shop: Client, sql: str, number: int) -> None:
    assert shop.number(sql) == number


def test_columns_are_described(shop: Client) -> None:
    columns = shop.run("SELECT Id, Name AS [n], o = City, 1 FROM Customers").columns[0]

    assert [(c.name, c.type.name, c.nullable) for c in columns] == [
        ("Id", "int", False),
        ("n", "nvarchar", False),
        ("o", "varchar", True),
        ("", "int", False),
    ]


def test_outer_join_makes_columns_nullable(shop: Client) -> None:
    columns = shop.run("SELECT c.Id, o.Id FROM Customers c LEFT JOIN Orders o ON o.CustomerId = c.Id").columns[0]

    assert [c.nullable for c in columns] == [False, True]


def test_variables_take_the_last_row(shop: Client) -> None:
    sql = "DECLARE @id int = -1, @n nvarchar(2); SELECT @id = Id, @n = Name FROM Customers WHERE Id < 3 ORDER BY Id; SELECT @id, @n"

    assert shop.rows(sql) == [(2, "bo")]
    assert shop.rows("DECLARE @id int = -1; SELECT @id = Id FROM Customers WHERE 1 = 0; SELECT @id") == [(-1,)]


@pytest.mark.parametrize(
    ("assignments", "result"),
    [
        (
            "@t = COALESCE(@t + N', ', N'') + QUOTENAME(Name) FROM Customers WHERE Id < 3 ORDER BY Id DESC",
            ("[bob], [Ann]", 0, 2),
        ),
        ("@n += Id FROM Customers WHERE Id < 3", (None, 3, 2)),
        ("@n = 1, @t = @n + 1", ("2", 1, 1)),
        ("@t = Name, @n = @n + LEN(@t) FROM Customers WHERE Id < 3 ORDER BY Id", ("bob", 6, 2)),
        (
            "@n = @n + (SELECT COUNT(*) FROM Customers AS o WHERE o.Id < c.Id) FROM Customers AS c WHERE Id < 3",
            (None, 1, 2),
        ),
        ("@n = @n + Id FROM Customers WHERE 1 = 0", (None, 0, 0)),
    ],
)
def test_assignments_that_build_on_one_another_go_row_by_row(
    shop: Client, assignments: str, result: tuple[Any, ...]
) -> None:
    sql = f"DECLARE @t nvarchar(max), @n int = 0; SELECT {assignments}; SELECT @t, @n, @@ROWCOUNT"

    assert shop.rows(sql) == [result]


def test_an_assignment_over_its_own_value_that_groups_rows_is_refused(shop: Client) -> None:
    assert shop.number("DECLARE @n int = 0; SELECT @n = @n + MAX(Id) FROM Customers") == 40000


def test_string_that_looks_like_another_statement_stays_a_string(shop: Client) -> None:
    assert (
        shop.value("SELECT 'SELECT * FROM Missing; DROP TABLE Orders -- '''")
        == "SELECT * FROM Missing; DROP TABLE Orders -- '"
    )


def test_comments_and_odd_layout(shop: Client) -> None:
    sql = '/* one /* nested */ */ select-- two\n[Id]\tfrom\r\n"dbo" . [Customers]where(id)=(2);;'

    assert shop.value(sql) == 2


def test_a_plan_follows_changes_of_the_table(shop: Client) -> None:
    sql = "SELECT * FROM Customers WHERE Id = 1"
    assert len(shop.rows(sql)[0]) == 3

    shop.run("ALTER TABLE Customers ADD Extra int NULL")

    assert shop.rows(sql) == [(1, "Ann", "Oslo", None)]


def test_an_index_that_is_named_as_a_hint_has_to_be_there(client: Client) -> None:
    client.run("CREATE TABLE t (Id int CONSTRAINT [PK_t] PRIMARY KEY, V int)")
    client.run("CREATE INDEX IX_t ON t (V); INSERT INTO t VALUES (1, 2)")

    assert client.rows("SELECT V FROM t WITH (INDEX ([pk_t]), NOLOCK) WHERE Id = 1") == [(2,)]
    assert client.rows("SELECT V FROM t AS x WITH (UPDLOCK, INDEX (IX_t, PK_t))") == [(2,)]
