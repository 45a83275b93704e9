"""Whatever T-SQL has: it works, fails as on SQL Server, or is refused by error 40000 before anything of its batch has run."""

import random
from collections.abc import Iterator

import pytest

from mssql_standin import not_supported
from mssql_standin.parser.keywords import BARE_FUNCTIONS, FUNCTIONS
from mssql_standin.session import Database
from mssql_standin_tests.unit.engine.client import Client

_UNKNOWN = {102, 156, 195, 207, 208, 319, 2812, 4145}  # "that is wrong" of something that SQL Server has would be a lie
_SET_UP = "CREATE TABLE t (id int IDENTITY PRIMARY KEY, n int NULL, s nvarchar(20) NULL)"
_STATEMENTS = """
ALTER AUTHORIZATION ON OBJECT::t TO dbo
ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON
ALTER DATABASE CURRENT SET RECOVERY SIMPLE
ALTER DATABASE SCOPED CONFIGURATION SET MAXDOP = 1
ALTER INDEX ALL ON t REBUILD
ALTER TABLE t ADD m int SPARSE NULL
ALTER TABLE t ADD CONSTRAINT c CHECK NOT FOR REPLICATION (n > 0)
ALTER TABLE t ALTER COLUMN s ADD MASKED WITH (FUNCTION = 'default()')
ALTER TABLE t CHECK CONSTRAINT ALL
ALTER TABLE t DROP COLUMN n, CONSTRAINT c
ALTER TABLE t REBUILD
ALTER TABLE t SET (LOCK_ESCALATION = TABLE)
ALTER TABLE t SWITCH TO u
ALTER TABLE t WITH NOCHECK ADD CONSTRAINT c CHECK (n > 0)
BACKUP DATABASE d TO DISK = 'x'
BEGIN DISTRIBUTED TRANSACTION
BEGIN TRAN a WITH MARK 'x'
BULK INSERT t FROM 'x'
CHECKPOINT
COMMIT TRANSACTION WITH (DELAYED_DURABILITY = ON)
CREATE CLUSTERED COLUMNSTORE INDEX i ON t
CREATE INDEX i ON t (n) ON [PRIMARY]
CREATE INDEX i ON t (n) WHERE n > 0
CREATE INDEX i ON t (n) WITH (FILLFACTOR = 50)
CREATE LOGIN l WITH PASSWORD = 'x'
CREATE SEQUENCE s
CREATE STATISTICS s ON t (n)
CREATE SYNONYM s FOR t
CREATE TABLE u (a int INDEX i)
CREATE TABLE u (a int MASKED WITH (FUNCTION = 'default()'))
CREATE TABLE u (a int NOT NULL REFERENCES t (id) ON DELETE CASCADE)
CREATE TABLE u (a int PRIMARY KEY WITH (IGNORE_DUP_KEY = ON))
CREATE TABLE u (a int ROWGUIDCOL)
CREATE TABLE u (a int) ON fg
CREATE TABLE u (a int) WITH (DATA_COMPRESSION = PAGE)
CREATE TABLE u (a int, PERIOD FOR SYSTEM_TIME (b, c))
CREATE TABLE u (a rowversion)
CREATE TABLE u (a xml)
CREATE TABLE u (a int) AS NODE
CREATE TYPE ty FROM int
CREATE USER x WITHOUT LOGIN
DBCC CHECKDB
DEALLOCATE c
DECLARE @x xml
DECLARE c CURSOR FOR SELECT 1
DELETE t WHERE CURRENT OF c
DENY SELECT ON t TO public
DROP INDEX t.i
DROP PROCEDURE p
DROP VIEW IF EXISTS v
END CONVERSATION @h
EXEC ('SELECT 1') AT server
EXECUTE AS USER = 'dbo'
FETCH NEXT FROM c
GOTO there
GRANT SELECT ON t TO public
INSERT t (n) EXEC sp_who
INSERT t (n) SELECT * FROM OPENQUERY(s, 'SELECT 1')
KILL 51
MERGE TOP (1) t USING (SELECT 1 AS a) AS s ON 1 = 0 WHEN NOT MATCHED THEN INSERT (n) VALUES (1);
OPEN c
READTEXT t.s @p 0 1
RECONFIGURE
RESTORE DATABASE d
REVERT
REVOKE SELECT ON t FROM public
SELECT $5.00
SELECT * FROM (SELECT n FROM t) AS s UNPIVOT (v FOR c IN (n)) AS u
SELECT * FROM CONTAINSTABLE(t, s, 'a') AS c
SELECT * FROM FREETEXTTABLE(t, s, 'a') AS c
SELECT * FROM GENERATE_SERIES(1, 3)
SELECT * FROM OPENROWSET(BULK 'x', SINGLE_BLOB) AS b
SELECT * FROM OPENXML(1, '/a') WITH (a int)
SELECT * FROM STRING_SPLIT('a,b', ',', 1)
SELECT * FROM dbo.fn(1)
SELECT * FROM fn_listextendedproperty(NULL, NULL, NULL, NULL, NULL, NULL, NULL)
SELECT * FROM sys.fn_helpcollations()
SELECT * FROM t FOR BROWSE
SELECT * FROM t FOR JSON PATH
SELECT * FROM t FOR SYSTEM_TIME ALL
SELECT * FROM t FOR XML AUTO
SELECT * FROM t TABLESAMPLE (10 PERCENT)
SELECT * FROM t WHERE CONTAINS(s, 'a')
SELECT * FROM t WHERE FREETEXT(s, 'a')
SELECT * FROM t WHERE n = ANY (SELECT n FROM t)
SELECT * FROM t WHERE n > ALL (SELECT n FROM t)
SELECT * FROM t WHERE n IS DISTINCT FROM 1
SELECT * FROM t WITH (INDEX (1))
SELECT * FROM t WITH (SNAPSHOT)
SELECT * INTO u ON fg FROM t
SELECT CAST(1 AS sql_variant)
SELECT CAST('<a/>' AS xml).value('(/a)[1]', 'int')
SELECT CURRENT_DATE
SELECT FIRST_VALUE(n) IGNORE NULLS OVER (ORDER BY id) FROM t
SELECT IDENTITY(int, 1, 1) AS i, n INTO u FROM t
SELECT IDENTITYCOL FROM t
SELECT NEXT VALUE FOR dbo.s
SELECT PARSE('1' AS int)
SELECT SUM(n) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) FROM t
SELECT SUM(n) OVER w FROM t WINDOW w AS (ORDER BY id)
SELECT STRING_AGG(s, ',') WITHIN GROUP (ORDER BY s) FROM t
SELECT TOP (1) WITH TIES n FROM t ORDER BY n
SELECT TOP (10) PERCENT n FROM t
SELECT TRIM('a' FROM s) FROM t
SELECT dbo.fn(1)
SELECT n FROM t GROUP BY ALL n
SELECT n FROM t GROUP BY CUBE (n)
SELECT n FROM t GROUP BY GROUPING SETS ((n), ())
SELECT n FROM t GROUP BY n WITH ROLLUP
SELECT n FROM t GROUP BY n, ROLLUP (id)
SELECT n FROM t OPTION (OPTIMIZE FOR UNKNOWN)
SELECT s AT TIME ZONE 'UTC' FROM t
SELECT x.id FROM t AS x CROSS APPLY (SELECT TOP (1) n FROM t WHERE id = x.id) AS y
SELECT {fn NOW()}
SELECT {d '2026-01-01'}
SET CONTEXT_INFO 0x01
SET DATEFIRST 1
SET FMTONLY ON
SET IMPLICIT_TRANSACTIONS ON
SET LANGUAGE german
SET NOEXEC ON
SET PARSEONLY ON
SET ROWCOUNT 5
SET SHOWPLAN_ALL ON
SET STATISTICS IO ON
SET TRANSACTION ISOLATION LEVEL SNAPSHOT
SETUSER 'x'
SHUTDOWN
TRUNCATE TABLE t WITH (PARTITIONS (1))
UPDATE STATISTICS t
UPDATE t SET s.WRITE('a', 0, 1)
UPDATETEXT t.s @p 0 1 'a'
WAITFOR TIME '10:00'
WITH XMLNAMESPACES ('u' AS n) SELECT 1
WITH r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r WHERE a < 3) SELECT * FROM r
WRITETEXT t.s @p 'a'
there: SELECT 1
""".strip().splitlines()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with a table, for the whole module: what is refused leaves nothing behind."""
    database = Database.open(tmp_path_factory.mktemp("outside") / "test.sqlite3", "TestDb")
    Client(database, []).run(_SET_UP)
    yield database
    database.close()


def _outcome(shared: Database, statement: str) -> set[int]:
    """Run a statement after an INSERT; return its errors' numbers. If it was refused, nothing may have run."""
    client = Client(shared, [])
    try:
        client.run("BEGIN TRAN")
        answer = client.answer(f"INSERT t (n) VALUES (42); {statement}", valid=False)
        numbers = {error.number for error in answer.errors}
        left = client.answer("SELECT COUNT(*) FROM t WHERE n = 42", valid=False).sets
        if 40000 in numbers:
            assert numbers == {40000}, answer.errors
            assert left == [[(0,)]], statement
        return numbers
    finally:
        client.session.close()


@pytest.mark.parametrize("statement", _STATEMENTS)
def test_a_statement_of_t_sql_is_run_or_refused_and_never_called_wrong(shared: Database, statement: str) -> None:
    assert not _outcome(shared, statement) & _UNKNOWN
    assert not _outcome(shared, f"IF 1 = 0 BEGIN {statement} END") & (_UNKNOWN - {102, 156})


def _calls() -> list[str]:
    names = sorted((not_supported.FUNCTIONS | set(FUNCTIONS)) - BARE_FUNCTIONS)
    return [
        f"SELECT {name}({', '.join(['1'] * FUNCTIONS.get(name, (1, 1))[0])})" for name in names if name != "identity"
    ]


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param(_calls(), id="functions"),
        pytest.param([f"EXEC {name}" for name in sorted(not_supported.PROCEDURES)], id="procedures"),
        pytest.param([f"SELECT * FROM sys.{name}" for name in sorted(not_supported.SYS_VIEWS)], id="views of sys"),
        pytest.param(
            [f"SELECT * FROM INFORMATION_SCHEMA.{name}" for name in sorted(not_supported.INFORMATION_VIEWS)],
            id="views of INFORMATION_SCHEMA",
        ),
        pytest.param([f"SELECT @@{name}" for name in sorted(not_supported.GLOBAL_VARIABLES)], id="global variables"),
    ],
)  # fmt: skip
def test_every_name_that_sql_server_has_is_known(shared: Database, statements: list[str]) -> None:
    wrong = {statement: found for statement in statements if (found := _outcome(shared, statement) & _UNKNOWN)}

    assert not wrong


_PARTS = [
    "n", "s", "id", "1", "'a'", "NULL", "@v", "0x01", "1.5", "COUNT(*)", "(SELECT n FROM t)", "CAST(n AS varchar(5))", "GETDATE()",
    "CASE WHEN n = 1 THEN s END", "N'ü' COLLATE Latin1_General_BIN2", "SUM(n) OVER (PARTITION BY s)", "NEWID()", "missing", "t.n",
]  # fmt: skip
_JOINS = [
    "+",
    "-",
    "*",
    "/",
    "%",
    "||",
    "&",
    "=",
    "<",
    "AND",
    "OR",
    "LIKE",
    "IN",
    "BETWEEN",
    ",",
    "IS NOT",
    ".",
    "(",
    ")",
    "OVER",
]
_FRAMES = [
    "SELECT {}", "SELECT {} FROM t", "SELECT {} FROM t GROUP BY {}", "SELECT n FROM t WHERE {}", "UPDATE t SET n = {} WHERE {}",
    "INSERT t (n) VALUES ({})", "INSERT t (n, s) SELECT {} FROM t", "DELETE t WHERE {}", "SELECT n FROM t ORDER BY {}",
    "SELECT TOP ({}) n FROM t", "SET @v = {}", "IF {} SELECT 1", "PRINT {}", "WHILE {} BREAK", "SELECT * FROM t AS a JOIN t AS b ON {}",
    "MERGE t USING (SELECT {} AS x) AS u ON {} WHEN MATCHED THEN UPDATE SET n = {};", "EXEC sp_executesql {}", "RAISERROR({}, 16, 1)",
    "SELECT * FROM (VALUES ({})) AS v (a)", "CREATE TABLE #x (a int DEFAULT {}, CHECK ({}))", "SELECT * FROM OPENJSON({})",
    "SELECT {} UNION ALL SELECT {}", "SELECT n INTO #y FROM t WHERE {}", "WITH c AS (SELECT {} AS a) SELECT * FROM c", "SELECT @v = {}",
    "SELECT SUBSTRING({}, {}, {})", "SELECT DATEADD(day, {}, {})", "SELECT MAX({}) FROM t HAVING {}", "DECLARE @w int = {}; SELECT {}",
    "SELECT * FROM t CROSS APPLY (SELECT {} AS z) AS q", "SELECT n FROM t ORDER BY n OFFSET {} ROWS", "SELECT CONVERT(int, {}, {})",
]  # fmt: skip


def _mixed(chance: random.Random) -> str:
    """Return a statement whose holes are filled with parts of expressions, in no sensible way."""

    def expression(depth: int = 0) -> str:
        parts = [chance.choice(_PARTS)]
        for _ in range(chance.choice([0, 0, 1, 1, 2])):
            parts += [
                chance.choice(_JOINS),
                f"({expression(depth + 1)})" if depth < 2 and chance.random() < 0.3 else chance.choice(_PARTS),
            ]
        return " ".join(parts)

    frame = chance.choice(_FRAMES)
    return "DECLARE @v int; " + frame.format(*(expression() for _ in range(frame.count("{}"))))


@pytest.mark.parametrize("seed", range(4))
def test_no_statement_however_senseless_breaks_the_engine(shared: Database, seed: int) -> None:
    chance = random.Random(seed)

    for _ in range(400):
        _outcome(shared, _mixed(chance))  # an exception would be the stand-in's own
