"""CREATE, ALTER, DROP, TRUNCATE and the constraints they define."""

from typing import Any

import pytest

from mssql_standin_tests.unit.engine.client import Client


def test_identity_default_and_computed_columns(client: Client) -> None:
    client.run(
        """CREATE TABLE dbo.T (Id bigint IDENTITY(100, 10) NOT NULL, A int NOT NULL CONSTRAINT DF_A DEFAULT (5),
        B nvarchar(20) NOT NULL DEFAULT N'b', C AS (A * 2) PERSISTED, D AS (B + '!'), E datetime2(0) DEFAULT SYSUTCDATETIME(),
        CONSTRAINT PK_T PRIMARY KEY CLUSTERED (Id DESC))"""
    )

    client.run("INSERT INTO T DEFAULT VALUES; INSERT T (A) VALUES (7), (DEFAULT)")

    assert client.rows("SELECT Id, A, B, C, D FROM T ORDER BY Id") == [
        (100, 5, "b", 10, "b!"),
        (110, 7, "b", 14, "b!"),
        (120, 5, "b", 10, "b!"),
    ]
    assert client.value("SELECT COUNT(E) FROM T") == 3
    client.run("UPDATE T SET A = 1, B = DEFAULT WHERE Id = 100")
    assert client.rows("SELECT C, D FROM T WHERE Id = 100") == [(2, "b!")]


@pytest.mark.parametrize(
    ("sql", "number", "text"),
    [
        ("INSERT INTO p VALUES (1, 'A ', 1)", 2627, "Violation of PRIMARY KEY constraint 'PK_p'. Cannot insert duplicate key in "
         "object 'dbo.p'. The duplicate key value is (1, A)."),
        ("INSERT INTO p VALUES (2, 'b', 1)", 2601, "Cannot insert duplicate key row in object 'dbo.p' with unique index 'IX_n'. The "
         "duplicate key value is (1)."),
        ("INSERT INTO p VALUES (2, 'b', NULL), (3, 'c', NULL)", 2601, None),
        ("INSERT INTO p VALUES (NULL, 'b', 2)", 515, "Cannot insert the value NULL into column 'a', table 'TestDb.dbo.p'; column does "
         "not allow nulls. INSERT fails."),
        ("UPDATE p SET a = NULL", 515, None),
        ("INSERT INTO p VALUES (2, 'abcdef', 2)", 2628, "String or binary data would be truncated in table 'TestDb.dbo.p', column 'b'. "
         "Truncated value: 'abcde'."),
        ("INSERT INTO p VALUES (-1, 'b', 2)", 547, None),
        ("INSERT INTO c VALUES (3, 9, 'x')", 547, 'The INSERT statement conflicted with the FOREIGN KEY constraint "FK_c". The conflict '
         'occurred in database "TestDb", table "dbo.p".'),
        ("DELETE FROM p", 547, 'The DELETE statement conflicted with the REFERENCE constraint "FK_c". The conflict occurred in database '
         '"TestDb", table "dbo.c".'),
        ("UPDATE p SET a = 5", 547, None),
        ("INSERT INTO p (a) VALUES (1, 2)", 110, None),
        ("INSERT INTO p (a, b) VALUES (1)", 109, None),
        ("INSERT INTO p VALUES (1)", 213, None),
        ("INSERT INTO p (a, zz) VALUES (1, 2)", 207, None),
        ("INSERT INTO p (a, a) VALUES (1, 2)", 264, None),
        ("UPDATE p SET a = 1, a = 2", 264, None),
        ("INSERT INTO p (a, b, n) SELECT 1, 'b'", 120, None),
        ("INSERT INTO p VALUES (40000000000, 'b', 2)", 8115, None),
        ("INSERT INTO p VALUES ('x', 'b', 2)", 245, None),
    ],
)  # fmt: skip
def test_broken_constraint(client: Client, sql: str, number: int, text: str | None) -> None:
    client.run(
        """CREATE TABLE p (a int NOT NULL, b varchar(5) NOT NULL, n int NULL, CONSTRAINT PK_p PRIMARY KEY (a, b), CONSTRAINT CK_a CHECK (a >= 0));
        CREATE UNIQUE NONCLUSTERED INDEX IX_n ON p (n);
        CREATE TABLE c (id int PRIMARY KEY, a int NULL, b varchar(5) NULL, CONSTRAINT FK_c FOREIGN KEY (a, b) REFERENCES p (a, b));
        INSERT INTO p VALUES (1, 'a', 1); INSERT INTO c VALUES (1, 1, 'a'), (2, NULL, 'zz')"""
    )

    error = client.error(sql)

    assert error.number == number
    assert text is None or error.text == text
    assert client.rows("SELECT a, b, n FROM p") == [(1, "a", 1)]


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("CREATE TABLE T (x int)", 2714),
        ("CREATE TABLE nowhere.T (x int)", 2760),
        ("CREATE TABLE U (x int, X int)", 2705),
        ("CREATE TABLE U (x int NULL PRIMARY KEY)", 8111),
        ("CREATE TABLE U (x int PRIMARY KEY, y int PRIMARY KEY)", 8110),
        ("CREATE TABLE U (x int IDENTITY, y int IDENTITY)", 2744),
        ("CREATE TABLE U (x varchar(9) IDENTITY)", 2749),
        ("CREATE TABLE U (x nope)", 2715),
        ("CREATE TABLE U (x varchar(9000))", 131),
        ("CREATE TABLE U (x decimal(39, 1))", 2750),
        ("CREATE TABLE U (x int REFERENCES missing (a))", 1767),
        ("CREATE TABLE U (x int REFERENCES T (v))", 1776),
        ("CREATE TABLE U (x int, CONSTRAINT PK_T CHECK (x > 1))", 2714),
        ("CREATE TABLE U (x nvarchar(max) PRIMARY KEY)", 1919),
        ("CREATE SCHEMA dbo", 2714),
        ("DROP TABLE missing", 3701),
        ("DROP SCHEMA missing", 15151),
        ("ALTER TABLE missing ADD x int", 4902),
        ("ALTER TABLE T ADD v int", 2705),
        ("ALTER TABLE T ADD n int NOT NULL", 4901),
        ("ALTER TABLE T DROP COLUMN nope", 4924),
        ("ALTER TABLE T DROP COLUMN Id", 5074),
        ("ALTER TABLE T DROP CONSTRAINT nope", 3728),
        ("ALTER TABLE T ADD CONSTRAINT CK CHECK (v > 100)", 547),
        ("CREATE UNIQUE INDEX ux ON T (w)", 1505),
        ("CREATE INDEX ix ON T (nope)", 1911),
        ("CREATE INDEX ix ON missing (a)", 1088),
        ("DROP INDEX PK_T ON T", 3723),
        ("ALTER DATABASE other SET COMPATIBILITY_LEVEL = 150", 5011),
        ("UPDATE T SET Id = 5", 8102),
        ("INSERT INTO T (Id, v, w) VALUES (9, 1, 1)", 544),
    ],
)
def test_definition_that_is_refused(client: Client, sql: str, number: int) -> None:
    client.run(
        "CREATE TABLE T (Id int IDENTITY CONSTRAINT PK_T PRIMARY KEY, v int NULL, w int NULL); INSERT T (v, w) VALUES (1, 1), (2, 1)"
    )

    assert client.number(sql) == number


def test_alter_table(client: Client) -> None:
    client.run("CREATE TABLE T (Id int NOT NULL, v varchar(10) NULL); INSERT INTO T VALUES (1, 'x'), (2, NULL)")

    client.run("ALTER TABLE T ADD a int NOT NULL CONSTRAINT DF_a DEFAULT 7, b int NULL DEFAULT 8, c AS (Id + 1)")
    client.run(
        "ALTER TABLE dbo.T ADD CONSTRAINT PK_T PRIMARY KEY (Id); ALTER TABLE T WITH CHECK ADD CONSTRAINT U UNIQUE (a, Id)"
    )
    client.run("ALTER TABLE T ADD CONSTRAINT DF_v DEFAULT 'dv' FOR v; INSERT INTO T (Id) VALUES (3)")

    assert client.rows("SELECT * FROM T ORDER BY Id") == [
        (1, "x", 7, None, 2),
        (2, None, 7, None, 3),
        (3, "dv", 7, 8, 4),
    ]
    client.run("ALTER TABLE T DROP CONSTRAINT DF_a; ALTER TABLE T DROP CONSTRAINT U; ALTER TABLE T DROP COLUMN a")
    client.run("ALTER TABLE T ALTER COLUMN v nvarchar(20) NULL; ALTER TABLE T DROP CONSTRAINT IF EXISTS gone")
    client.run("UPDATE T SET v = N'Ω' WHERE Id = 1")
    assert client.rows("SELECT * FROM T ORDER BY Id") == [(1, "Ω", None, 2), (2, None, None, 3), (3, "dv", 8, 4)]


def test_schema_and_names_in_every_spelling(client: Client) -> None:
    client.run("EXEC(N'CREATE SCHEMA [odd]]schema]')")
    client.run('CREATE TABLE "odd]schema"."my ""table""" ([a]]b] int NULL, "sel.ect" int NULL)')
    client.run('INSERT INTO [ODD]]SCHEMA].[My "Table"] ([A]]B]) VALUES (1)')

    assert client.rows('SELECT [a]]b], t.[sel.ect] FROM [odd]]schema].[my "table"] AS t') == [(1, None)]
    assert client.value('SELECT COUNT(OBJECT_ID(N\'[odd]]schema]."my ""table"""\', \'U\'))') == 1
    assert client.number("DROP SCHEMA [odd]]schema]") == 3729
    client.run(
        'DROP TABLE [odd]]schema]."my ""table"""; DROP SCHEMA IF EXISTS [odd]]schema]; DROP TABLE IF EXISTS [odd]]schema].x'
    )


def test_truncate_starts_identity_anew(client: Client) -> None:
    client.run("CREATE TABLE T (Id int IDENTITY PRIMARY KEY, v int NULL); INSERT INTO T (v) VALUES (1), (2)")

    client.run("TRUNCATE TABLE dbo.T; INSERT INTO T (v) VALUES (3)")

    assert client.rows("SELECT * FROM T") == [(1, 3)]


def test_identity_functions_and_identity_insert(client: Client) -> None:
    client.run("CREATE TABLE T (Id int IDENTITY PRIMARY KEY, v int NULL); INSERT INTO T (v) VALUES (1), (2)")
    assert client.rows("SELECT SCOPE_IDENTITY(), @@IDENTITY, IDENT_CURRENT('T')") == [(2, 2, 2)]

    client.run(
        "SET IDENTITY_INSERT T ON; INSERT INTO T (Id, v) VALUES (10, 1); SET IDENTITY_INSERT T OFF; INSERT INTO T (v) VALUES (3)"
    )

    assert [row[0] for row in client.rows("SELECT Id FROM T ORDER BY Id")] == [1, 2, 10, 11]


def test_identity_values_are_not_handed_out_again_after_a_rollback(client: Client) -> None:
    client.run("CREATE TABLE T (Id int IDENTITY PRIMARY KEY, v int NULL)")

    client.run("BEGIN TRAN; INSERT INTO T (v) VALUES (1); ROLLBACK; INSERT INTO T (v) VALUES (2)")

    assert client.rows("SELECT * FROM T") == [(2, 2)]


def test_definitions_roll_back(client: Client) -> None:
    client.run("CREATE TABLE T (a int NULL)")

    client.run(
        "BEGIN TRAN; CREATE TABLE U (x int); ALTER TABLE T ADD b int NULL; "
        "EXEC (N'INSERT INTO T (b) VALUES (1)'); ROLLBACK"
    )

    assert client.value("SELECT OBJECT_ID('U')") is None
    assert client.number("SELECT b FROM T") == 207
    assert client.value("SELECT COUNT(*) FROM T") == 0


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("OBJECT_ID('dbo.Wide', 'U') - OBJECT_ID('wide')", 0),
        ("OBJECT_ID('dbo.Wide', 'V')", None),
        ("OBJECT_NAME(OBJECT_ID('WIDE'))", "Wide"),
        ("OBJECT_SCHEMA_NAME(OBJECT_ID('WIDE'))", "dbo"),
        ("SCHEMA_ID('dbo')", 1),
        ("SCHEMA_NAME(1)", "dbo"),
        ("COLUMNPROPERTY(OBJECT_ID('Wide'), 'c', 'ColumnId')", 3),
        ("COLUMNPROPERTY(OBJECT_ID('Wide'), 'Id', 'IsIdentity')", 1),
        ("COL_NAME(OBJECT_ID('Wide'), 2)", "b"),
        ("COL_LENGTH('dbo.Wide', 'b')", 100),
        ("OBJECTPROPERTY(OBJECT_ID('Wide'), 'TableHasPrimaryKey')", 1),
        ("TYPE_NAME(231)", "nvarchar"),
        ("TYPE_ID('int')", 56),
        ("DB_NAME()", "TestDb"),
        ("DB_NAME(DB_ID())", "TestDb"),
        ("SERVERPROPERTY('ProductVersion')", "15.0.2000.5"),
        ("SERVERPROPERTY('EngineEdition')", 3),
        ("DATABASEPROPERTYEX(DB_NAME(), 'Collation')", "SQL_Latin1_General_CP1_CI_AS"),
        ("SUSER_SNAME()", "sa"),
        ("HOST_NAME()", "testhost"),
        ("APP_NAME()", "pytest"),
        ("@@TRANCOUNT", 0),
    ],
)
def test_catalog_function(client: Client, expression: str, value: Any) -> None:
    client.run("CREATE TABLE Wide (Id int IDENTITY PRIMARY KEY, b nvarchar(50) NULL, c decimal(9, 2) NOT NULL)")

    assert client.value(f"SELECT {expression}") == value


def test_catalog_views(client: Client) -> None:
    client.run(
        """CREATE TABLE Wide (K2 varchar(10) NOT NULL, K1 int NOT NULL, N nvarchar(50) NULL CONSTRAINT DF_N DEFAULT N'x', D decimal(9, 2) NULL,
        M nvarchar(max) NULL, T datetime2(3) NULL, S AS (K1 + 1), CONSTRAINT PK_Wide PRIMARY KEY NONCLUSTERED (K1, K2 DESC))"""
    )

    columns = client.rows(
        """SELECT c.name, TYPE_NAME(c.system_type_id), c.max_length, c.precision, c.scale, COALESCE(k.key_ordinal, 0), c.is_computed, c.is_nullable
        FROM sys.columns AS c INNER JOIN sys.tables t ON t.object_id = c.object_id JOIN sys.schemas s ON s.schema_id = t.schema_id
        LEFT JOIN sys.indexes AS i ON i.object_id = c.object_id AND i.is_primary_key = 1
        LEFT JOIN sys.index_columns AS k ON k.object_id = c.object_id AND k.index_id = i.index_id AND k.column_id = c.column_id
        WHERE s.name = N'DBO' AND t.name = N'wide' ORDER BY c.column_id"""
    )

    assert columns == [
        ("K2", "varchar", 10, 0, 0, 2, 0, 0),
        ("K1", "int", 4, 10, 0, 1, 0, 0),
        ("N", "nvarchar", 100, 0, 0, 0, 0, 1),
        ("D", "decimal", 5, 9, 2, 0, 0, 1),
        ("M", "nvarchar", -1, 0, 0, 0, 0, 1),
        ("T", "datetime2", 7, 23, 3, 0, 0, 1),
        ("S", "int", 4, 10, 0, 0, 1, 1),
    ]
    assert client.rows(
        "SELECT name, type FROM sys.objects WHERE parent_object_id = OBJECT_ID('Wide') ORDER BY name"
    ) == [
        ("DF_N", "D "),
        ("PK_Wide", "PK"),
    ]
    assert client.rows("SELECT d.name, d.definition FROM sys.default_constraints AS d") == [("DF_N", "(N'x')")]
    assert client.value("SELECT compatibility_level FROM sys.databases WHERE database_id = DB_ID()") == 150
    assert client.value("SELECT COUNT(*) FROM sys.types WHERE name = 'nvarchar'") == 1
    assert client.rows("SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES") == [("Wide",)]
    assert client.value("SELECT DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE COLUMN_NAME = 'D'") == "decimal"
