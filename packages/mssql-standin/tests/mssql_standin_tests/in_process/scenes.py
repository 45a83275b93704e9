"""Scenes for two clients of one engine: what an application does with a database, by subject."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from mssql_standin_tests.in_process.transcript import AUTOCOMMIT_OFF, AUTOCOMMIT_ON, COMMIT, ROLLBACK, Step

VALUES: dict[str, str] = {
    "bit": "1", "tinyint": "255", "smallint": "-7", "int": "-2147483648", "bigint": "9223372036854775807",
    "decimal(10, 3)": "-1.5", "decimal(38, 0)": "12345678901234567890123456789012345678", "numeric(5, 5)": "0.5",
    "money": "-922337203685477.5808", "smallmoney": "1.5", "float": "0.1", "real": "1.1", "char(5)": "'ab\u20ac'",
    "varchar(5)": "'caf\u00e9'", "varchar(max)": "'ab'", "nchar(3)": "N'\u4e2d'", "nvarchar(4)": "N'\U0001f600'",
    "nvarchar(max)": "REPLICATE(CAST(N'x' AS nvarchar(max)), 9000)", "binary(3)": "0x0102", "varbinary(3)": "0x01",
    "varbinary(max)": "0x", "date": "'0001-01-01'", "time(7)": "'23:59:59.9999999'", "time(0)": "'01:02:03'",
    "time(3)": "'01:02:03.004'", "datetime": "'9999-12-31T23:59:59.997'", "smalldatetime": "'2026-01-02T03:04:00'",
    "datetime2(7)": "'9999-12-31T23:59:59.9999999'", "datetime2(0)": "'0001-01-01T00:00:00'",
    "datetime2(3)": "'2026-01-02T03:04:05.678'", "uniqueidentifier": "'6F9619FF-8B86-D011-B42D-00C04FC964FF'", "sysname": "N'a'",
    "datetimeoffset(7)": "'2026-01-02T03:04:05.1234567-05:30'", "datetimeoffset(0)": "'2026-01-02T03:04:05+14:00'",
}  # fmt: skip
PARAMETERS: list[Any] = [
    1, 0, -1, 2**31 - 1, -(2**31), 2**31, -(2**63), 2**63, True, False, 1.5, -0.0, 1e308, float("inf"),
    "", "abc", "a'?b", "x" * 2000, "x" * 2001, "\U0001f600" * 1001, "half \ud800", "a\0b",
    b"", b"\0\xff", bytearray(b"a"), b"x" * 8000, b"x" * 8001,
    Decimal("1.50"), Decimal("0.001"), Decimal("1E+3"), Decimal("-12"), Decimal(0), Decimal("1e50"), Decimal("1." + "1" * 40),
    datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3, 4, 5, 678901), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001
    datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), datetime.time(1, 2, 3, 4), uuid.UUID(int=5), None, object(),
]  # fmt: skip
PLAIN_STOCK: list[Step] = [
    (
        1,
        "CREATE TABLE stock (Id int NOT NULL PRIMARY KEY, Item nvarchar(10) NULL, Pieces decimal(9, 2) NOT NULL DEFAULT 0)",
    ),
    (1, "INSERT stock VALUES (1, N'nail', 10), (2, N'screw', 2.5), (3, NULL, 0)"),
]
STOCK: list[Step] = [
    (1, AUTOCOMMIT_ON),
    (1, "ALTER DATABASE Demo SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = OFF)"),
    PLAIN_STOCK[0],
    (1, "ALTER TABLE stock ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)"),
    PLAIN_STOCK[1],
    (1, AUTOCOMMIT_OFF),
]
LEASES = "CREATE TABLE leases (Id int NOT NULL PRIMARY KEY, Version bigint NOT NULL, Tries int NOT NULL, Until datetime2 NULL)"
ENRICH = """DECLARE @app nvarchar(60) = ?, @since bigint = ?, @most int = ?;
SET NOCOUNT ON;
DECLARE @keys TABLE (Id int NOT NULL PRIMARY KEY, Version bigint NOT NULL);
INSERT @keys SELECT TOP (@most) Id, Version FROM leases WHERE Version > @since ORDER BY Version;
SELECT @app AS app, CHANGE_TRACKING_CURRENT_VERSION() AS version, COUNT(*) AS keys FROM @keys;
SELECT k.Id, k.Version, c.SYS_CHANGE_OPERATION AS operation, s.Item, s.Pieces
FROM @keys AS k LEFT JOIN stock AS s ON s.Id = k.Id LEFT JOIN CHANGETABLE(CHANGES stock, @since) AS c ON c.Id = k.Id ORDER BY k.Id;
UPDATE l SET Tries = Tries + 1 OUTPUT inserted.Id, deleted.Tries, inserted.Tries FROM leases AS l JOIN @keys AS k ON k.Id = l.Id;"""
SCENES: dict[str, list[Step]] = {
    "results of every kind": [
        *STOCK,
        (1, "SELECT 2 AS b; UPDATE stock SET Pieces = 1; SELECT 3 WHERE 1 = 0; PRINT 'x'; SELECT 4 AS a, 5 AS a, 6"),
        (1, "PRINT 'a'; PRINT 'b'; INSERT stock VALUES (9, N'a', 1); PRINT 'c'"),
        (1, "SET NOCOUNT ON; INSERT stock VALUES (10, N'a', 1); SELECT @@ROWCOUNT"),
        (1, "SET NOCOUNT OFF"),
        (1, "DECLARE @a int; SELECT @a = 1; SET @a += 1; IF @a = 2 SELECT @a AS two; WHILE @a < 4 BEGIN SET @a += 1; SELECT @a; END"),
        (1, "CREATE TABLE #t (a int); INSERT #t VALUES (1), (2); SELECT * INTO #u FROM #t; DROP TABLE #t; SELECT COUNT(*) FROM #u"),
        (1, "RAISERROR('five', 5, 1); SELECT 1; RAISERROR('ten', 10, 1)"),
        (1, "EXEC ('SELECT 1; SELECT 2'); EXEC sp_executesql N'SELECT @p', N'@p int', 7"),
        (1, "MERGE stock AS t USING (VALUES (1), (77)) AS s (Id) ON s.Id = t.Id WHEN MATCHED THEN UPDATE SET Item = N'm' "
            "WHEN NOT MATCHED THEN INSERT (Id) VALUES (s.Id) OUTPUT $action, inserted.Id, deleted.Item;"),
        (1, "DELETE stock OUTPUT deleted.* WHERE Id = 77; DELETE stock WHERE Id = 78"),
        (1, "TRUNCATE TABLE stock; SELECT 1"),
        (1, "IF 1 = 0 SELECT 1"),
        (1, "SELECT NULL AS nothing, COUNT(*), @@VERSION, SYSTEM_USER, DB_NAME(), @@TRANCOUNT, APP_NAME()"),
        (1, "SELECT * FROM sys.tables AS t JOIN sys.columns AS c ON c.object_id = t.object_id WHERE 1 = 0"),
    ],
    "errors": [
        *STOCK,
        (1, "INSERT stock VALUES (1, N'a', 1)"),
        (1, "SELECT 1 AS a; INSERT stock VALUES (1, N'a', 1); SELECT 2"),
        (1, "INSERT stock VALUES (?, ?, ?)", (4, "much too long", 1)),
        (1, "INSERT stock (Id, Pieces) VALUES (5, NULL)"),
        (1, "SELECT * FROM nowhere"), (1, "SELECT nothing FROM stock"), (1, "SELECT 1 / 0"), (1, "SELECT CAST('x' AS int)"),
        (1, "bad syntax here"), (1, "CREATE TABLE stock (a int)"), (1, "DROP TABLE nowhere"), (1, "SELECT CAST(300 AS tinyint)"),
        (1, "THROW 50001, 'mine', 1"), (1, "RAISERROR('a', 16, 1); RAISERROR('b', 16, 1); SELECT 1"), (1, "COMMIT"),
        (1, "BEGIN TRY SELECT 1 / 0; END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_MESSAGE(); THROW; END CATCH"),
        (1, "PRINT 'before'; THROW 50002, 'after', 1"), (1, "SELECT a FROM (VALUES (1), (2)) AS v (a) WHERE 1 / (a - 2) < 0"),
        (1, "SELECT (SELECT Id FROM stock)"), (1, "SELECT CAST('2026-13-01' AS date)"), (1, "INSERT stock VALUES (1)"),
        (1, "SELECT * FROM OPENROWSET(BULK 'x', SINGLE_CLOB) AS t"), (1, "EXEC nowhere"), (1, "SAVE TRANSACTION a"), (1, ""),
        (1, "SELECT NCHAR(0xD800)"), (1, "SELECT ? + 1, ?", (1,)), (1, "SELECT 1", (1,)), (1, "SELECT ?"),
    ],
    "question marks": [
        (1, "SELECT '?' AS [?], ? /* ? /* ? */ ? */ AS a, N'it''s ?' -- ?\n, ? AS [b]]?]", (1, "x")),
        (1, "SELECT '?' AS [?], ? /* ? */ AS a, N'it''s ?' -- ?\n, ? AS [b]]?]", (1, "x")),
        (1, "SELECT ? AS [a]]'?], ? AS \"b'\"\"?\", 'c\"?[' AS [c\"]", (1, 2)),
        (1, "SELECT ?, ISNULL(?, 3), ?", (None, None, None)),
        (1, "DECLARE @a nvarchar(60) = ?, @b varbinary(8) = ?, @c datetime2(3) = ?, @d decimal(9, 2) = ?; SELECT @a, @b, @c, @d",
         (None, None, None, None)),
        (1, "SELECT ? WHERE ? IN (?, ?)", (["a", "b", "b", "c"],)),
        (1, f"SELECT 1 WHERE 1 IN ({', '.join('?' * 2097)})", tuple(range(2097))),
        (1, f"SELECT 1 WHERE 1 IN ({', '.join('?' * 2098)})", tuple(range(2098))),
        (1, f"SELECT 1 WHERE 1 IN ({', '.join('?' * 2101)})", tuple(range(2101))),
    ],
    "transactions": [
        *STOCK, (1, COMMIT),
        (1, "UPDATE stock SET Pieces = 5 WHERE Id = 1; SELECT @@TRANCOUNT, XACT_STATE()"), (2, "SELECT * FROM stock"),
        (1, ROLLBACK), (1, "SELECT Pieces FROM stock WHERE Id = 1"),
        (1, "UPDATE stock SET Pieces = 6 WHERE Id = 1"), (1, COMMIT), (2, "SELECT Pieces FROM stock WHERE Id = 1"),
        (1, "BEGIN TRANSACTION; SAVE TRANSACTION s; DELETE stock; ROLLBACK TRANSACTION s; SELECT @@TRANCOUNT"), (1, COMMIT),
        (1, "SELECT COUNT(*), @@TRANCOUNT FROM stock"), (1, "ROLLBACK; SELECT @@TRANCOUNT"), (1, "SELECT @@TRANCOUNT"), (1, COMMIT),
        (1, "COMMIT"), (1, COMMIT), (1, ROLLBACK), (1, "SET XACT_ABORT ON; INSERT stock VALUES (1, N'a', 1)"), (1, "SELECT @@TRANCOUNT"),
        (1, COMMIT), (1, "UPDATE stock SET Pieces = 7 WHERE Id = 1"), (1, AUTOCOMMIT_ON), (2, "SELECT Pieces FROM stock WHERE Id = 1"),
        (1, "SELECT @@TRANCOUNT"), (1, COMMIT), (1, "ALTER DATABASE Demo SET ALLOW_SNAPSHOT_ISOLATION ON"), (1, AUTOCOMMIT_OFF),
        (1, "SELECT @@TRANCOUNT"), (2, COMMIT),
        (2, "SET TRANSACTION ISOLATION LEVEL SNAPSHOT"), (2, "SELECT Pieces FROM stock WHERE Id = 1"),
        (1, "UPDATE stock SET Pieces = 8 WHERE Id = 1"), (1, COMMIT), (2, "SELECT Pieces FROM stock WHERE Id = 1"),
        (2, "UPDATE stock SET Pieces = 9 WHERE Id = 1"), (2, "SELECT Pieces, @@TRANCOUNT FROM stock WHERE Id = 1"), (2, ROLLBACK),
    ],
    "locks": [
        *STOCK, (1, COMMIT),
        (1, "DECLARE @r int; EXEC @r = sp_getapplock 'a', 'Exclusive', 'Transaction', 0; SELECT @r"),
        (2, "DECLARE @r int; EXEC @r = sp_getapplock 'a', 'Exclusive', 'Transaction', 10; SELECT @r"), (1, COMMIT),
        (2, "DECLARE @r int; EXEC @r = sp_getapplock 'a', 'Shared', 'Session', 0; SELECT @r, APPLOCK_MODE('public', 'a', 'Session')"),
        (1, "UPDATE stock SET Pieces = 1"), (2, "SET LOCK_TIMEOUT 10; SELECT @@LOCK_TIMEOUT"), (2, "UPDATE stock SET Pieces = 2"),
        (2, "SELECT @@TRANCOUNT"), (1, ROLLBACK), (2, "UPDATE stock SET Pieces = 2; SELECT @@ROWCOUNT"), (2, COMMIT),
    ],
    "change tracking": [
        *STOCK, (1, LEASES),
        (1, "INSERT leases SELECT Id, Id * 10, 0, NULL FROM stock"),
        (1, ENRICH, ("app", 0, 2)), (1, ENRICH, (None, 15, 100)),
        (1, "UPDATE stock SET Item = N'z' WHERE Id = 1; DELETE stock WHERE Id = 2"),
        (1, "WITH CHANGE_TRACKING_CONTEXT (0x0102) INSERT stock (Id) VALUES (8)"),
        (1, "SELECT c.*, CHANGE_TRACKING_IS_COLUMN_IN_MASK(2, c.SYS_CHANGE_COLUMNS) FROM CHANGETABLE(CHANGES stock, ?) AS c ORDER BY Id", (1,)),
        (1, "SELECT v.* FROM CHANGETABLE(VERSION stock, (Id), (8)) AS v"),
        (1, "SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('stock'))"),
        (1, "EXEC sys.sp_flush_CT_internal_table_on_demand 'stock'"),
    ],
    "names and sessions": [
        (1, "CREATE TABLE #mine (Id int IDENTITY(5, 5), A varchar(3)); INSERT #mine (A) VALUES (?), (?); SELECT SCOPE_IDENTITY()", ("a", "b")),
        (1, "SELECT * FROM #mine"), (2, "SELECT * FROM #mine"), (1, "DROP TABLE #mine"),
        (1, "CREATE SCHEMA s"), (1, "CREATE TABLE s.t (Id bigint IDENTITY PRIMARY KEY, G uniqueidentifier NOT NULL, C AS Id * 2)"),
        (1, "INSERT s.t (G) OUTPUT inserted.* VALUES (?)", ("6F9619FF-8B86-D011-B42D-00C04FC964FF",)),
        (1, "SELECT name, system_type_name, is_nullable FROM sys.dm_exec_describe_first_result_set(N'SELECT 1', NULL, 0)"),
        (1, "SELECT c.name, c.max_length, c.is_nullable FROM sys.columns AS c WHERE c.object_id = OBJECT_ID('s.t') ORDER BY c.column_id"),
        (1, "CREATE LOGIN app WITH PASSWORD = 'p'"), (1, "CREATE USER app FOR LOGIN app"), (1, "EXECUTE AS USER = 'app'"),
        (1, "SELECT * FROM s.t"), (1, "REVERT"), (1, "SELECT USER_NAME(), @@SPID"),
    ],
}  # fmt: skip
