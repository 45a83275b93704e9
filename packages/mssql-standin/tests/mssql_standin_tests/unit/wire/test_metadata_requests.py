"""SET FMTONLY and SET NO_BROWSETABLE, by which clients ask for columns without rows and for keys. [MS-TDS] 2.2.7.5, 2.2.7.21."""

import pytest

from mssql_standin_tests.recordings.tds_reply import HIDDEN, KEY
from mssql_standin_tests.unit.wire.tds_client import Reply, TdsClient

EXPRESSION, KEY_COLUMN, HIDDEN_COLUMN, OTHER_NAME = 0x04, 0x08, 0x10, 0x20


@pytest.fixture(autouse=True)
def tables(client: TdsClient) -> None:
    client.batch(
        "DROP TABLE IF EXISTS dbo.Described; DROP TABLE IF EXISTS dbo.Pair; "
        "CREATE TABLE dbo.Described (Id int NOT NULL PRIMARY KEY, S nvarchar(9) NULL); INSERT INTO dbo.Described VALUES (1, N'a'); "
        "CREATE TABLE dbo.Pair (A int NOT NULL, B int NOT NULL, V int NULL, PRIMARY KEY (B, A)); INSERT INTO dbo.Pair VALUES (1, 2, 3)"
    )


def names(reply: Reply) -> list[list[str]]:
    return [[column.name for column in token["columns"]] for token in reply if token.kind == "columns"]


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT Id, S FROM dbo.Described", [["Id", "S"]]),
        ("INSERT INTO dbo.Described VALUES (2, N'b')", []),
        ("DELETE FROM dbo.Described OUTPUT deleted.S", [["S"]]),
        ("IF 1 = 2 SELECT 1 AS a ELSE SELECT 2 AS b", [["a"], ["b"]]),
        ("WHILE 1 = 1 SELECT 1 AS a", [["a"]]),
        ("BEGIN TRY SELECT 1 / 0 AS a END TRY BEGIN CATCH SELECT 2 AS b END CATCH", [["a"], ["b"]]),
        ("EXEC (N'SELECT Id FROM dbo.Described')", [["Id"]]),
        ("DECLARE @x int; SELECT @x = Id FROM dbo.Described", []),
        ("DROP TABLE dbo.Described", []),
    ],
)
def test_fmtonly_tells_all_columns_and_runs_nothing(client: TdsClient, sql: str, columns: list[list[str]]) -> None:
    reply = client.batch(f"SET FMTONLY ON; {sql}; SET FMTONLY OFF")

    assert names(reply) == columns
    assert reply.rows == []
    assert not any(token.kind == "error" for token in reply)
    assert client.batch("SELECT COUNT(*) FROM dbo.Described").number == 1


def test_fmtonly_lasts_from_batch_to_batch_and_ends_with_a_reset(client: TdsClient) -> None:
    client.batch("SET FMTONLY ON")
    assert client.batch("SELECT 1").rows == []

    assert client.batch("SELECT 1", status=0x08).number == 1


def browse(client: TdsClient, sql: str) -> Reply:
    return client.batch(f"SET NO_BROWSETABLE ON; {sql}; SET NO_BROWSETABLE OFF")


def origins(reply: Reply) -> list[tuple[int, int, int, str | None]]:
    [found] = [token["columns"] for token in reply if token.kind == "origins"]
    return list(found)


def test_browsing_tells_the_tables_and_the_origin_of_each_column(client: TdsClient) -> None:
    reply = browse(
        client,
        "SELECT p.V AS Renamed, d.Id, p.V + 1 AS Sum, p.A, p.B FROM dbo.Described AS d JOIN dbo.Pair AS p ON p.A = d.Id",
    )

    assert [token["tables"] for token in reply if token.kind == "tables"] == [[["dbo", "Described"], ["dbo", "Pair"]]]
    assert origins(reply) == [
        (1, 2, OTHER_NAME, "V"),
        (2, 1, KEY_COLUMN, None),
        (3, 0, EXPRESSION, None),
        (4, 2, KEY_COLUMN, None),
        (5, 2, KEY_COLUMN, None),
    ]
    assert [column.flags & (KEY | HIDDEN) for column in reply.columns] == [0, KEY, 0, KEY, KEY]
    assert len(reply.rows[0]) == 5


def test_browsing_adds_what_is_missing_of_a_key_as_hidden_columns(client: TdsClient) -> None:
    reply = browse(client, "SELECT TOP (1) V, A FROM dbo.Pair ORDER BY V")

    assert origins(reply) == [(1, 1, 0, None), (2, 1, KEY_COLUMN, None), (3, 1, KEY_COLUMN | HIDDEN_COLUMN, None)]
    assert [column.flags & (KEY | HIDDEN) for column in reply.columns] == [0, KEY, KEY | HIDDEN]
    assert reply.rows == [[b"\x03\0\0\0", b"\1\0\0\0", b"\2\0\0\0"]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) AS n FROM dbo.Pair",
        "SELECT DISTINCT V AS n FROM dbo.Pair",
        "SELECT V AS n FROM dbo.Pair GROUP BY V",
    ],
)
def test_a_row_that_stands_for_many_gets_no_hidden_key(client: TdsClient, sql: str) -> None:
    assert names(browse(client, sql)) == [["n"]]


def test_a_statement_means_the_same_again_after_browsing(client: TdsClient) -> None:
    sql = "SELECT V FROM dbo.Pair"

    assert [len(browse(client, sql).columns), len(client.batch(sql).columns)] == [3, 1]


def test_collations_are_told_by_column(client: TdsClient) -> None:
    for name in ("dbo.Described", "[dbo].[Described]", ".[Described]"):
        first, second = client.batch(f"EXEC sp_tablecollations_100 N'{name}'").rows

        assert (first[0], first[3]) == (b"\1\0\0\0", None)
        assert (second[1], second[2]) == ("S".encode("utf-16-le"), bytes.fromhex("0904d00034"))
        assert second[3] == "SQL_Latin1_General_CP1_CI_AS".encode("utf-16-le")
