"""Bulk loads as Microsoft.Data.SqlClient makes them: metadata, INSERT BULK, then the rows in a message of type 7."""

import struct

import pytest

from mssql_standin.testing.stand_in import DATABASE
from mssql_standin_tests.unit.wire.tds_client import TdsClient

BULK_INSERT = 0xF0
INT, TEXT = b"\x26\x04", b"\xe7\x28\0\x09\x04\xd0\0\x34"  # int, nvarchar(20)
COLUMNS = [("Id", INT), ("Name", TEXT)]
ANNOUNCEMENT = "insert bulk [dbo].[Loaded] ([Id] Int, [Name] NVarChar(20) COLLATE SQL_Latin1_General_CP1_CI_AS)"


@pytest.fixture(autouse=True)
def table(client: TdsClient) -> None:
    client.batch(
        "DROP TABLE IF EXISTS dbo.Loaded; CREATE TABLE dbo.Loaded (Id int NOT NULL PRIMARY KEY CHECK (Id < 100), "
        "Name nvarchar(20) NULL DEFAULT N'none')"
    )


def number(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def text(value: str | None) -> bytes:
    if value is None:
        return b"\xff\xff"
    raw = value.encode("utf-16-le")
    return struct.pack("<H", len(raw)) + raw


def stored(client: TdsClient) -> list[tuple[int, str | None]]:
    rows = client.batch("SELECT Id, Name FROM dbo.Loaded ORDER BY Id").rows
    return [
        (int.from_bytes(key or b"", "little"), None if name is None else name.decode("utf-16-le")) for key, name in rows
    ]


def test_a_bulk_copy_from_its_question_to_its_last_row(client: TdsClient) -> None:
    asked = client.batch(
        "select @@trancount; SET FMTONLY ON select * from dbo.Loaded SET FMTONLY OFF exec sp_tablecollations_100 N'[dbo].[Loaded]'"
    )
    announced = client.batch(ANNOUNCEMENT)
    loaded = client.load(COLUMNS, [number(1) + text("é😀"), number(2) + text(None)])

    assert [[column.name for column in token["columns"]] for token in asked if token.kind == "columns"][1] == [
        "Id",
        "Name",
    ]
    assert [token.kind for token in announced] == ["done"]
    assert [(token["command"], token["count"]) for token in loaded] == [(BULK_INSERT, 2)]
    assert stored(client) == [(1, "é😀"), (2, "none")]


def test_keep_nulls_keeps_a_null_where_there_is_a_default(client: TdsClient) -> None:
    client.batch(f"{ANNOUNCEMENT} with (KEEP_NULLS, TABLOCK)")
    client.load(COLUMNS, [number(1) + text(None)])

    assert stored(client) == [(1, None)]


def test_a_check_constraint_counts_if_that_is_asked_for(client: TdsClient) -> None:
    client.batch(ANNOUNCEMENT)
    client.load(COLUMNS, [number(100) + text("a")])
    client.batch(f"{ANNOUNCEMENT} with (CHECK_CONSTRAINTS)")

    assert client.load(COLUMNS, [number(101) + text("b")]).error == 547
    assert stored(client) == [(100, "a")]


@pytest.mark.parametrize(("second", "error"), [(number(1) + text("b"), 2627), (b"\0" + text("b"), 515)])
def test_a_row_that_cannot_be_leaves_none_of_its_load(client: TdsClient, second: bytes, error: int) -> None:
    client.batch(ANNOUNCEMENT)

    reply = client.load(COLUMNS, [number(1) + text("a"), second])

    assert reply.error == error
    assert [token["number"] for token in reply if token.kind == "information"] == [3621]
    assert stored(client) == []


def test_a_load_is_part_of_the_transaction(client: TdsClient) -> None:
    client.batch(f"BEGIN TRANSACTION {ANNOUNCEMENT}")
    client.load(COLUMNS, [number(1) + text("a")])
    client.batch("ROLLBACK")

    assert stored(client) == []


def test_loaded_rows_are_tracked(client: TdsClient) -> None:
    client.batch(f"ALTER DATABASE {DATABASE} SET CHANGE_TRACKING = ON")
    client.batch("ALTER TABLE dbo.Loaded ENABLE CHANGE_TRACKING")
    try:
        client.batch(ANNOUNCEMENT)
        client.load(COLUMNS, [number(7) + text("a")])

        [[key, operation]] = client.batch(
            "SELECT c.Id, c.SYS_CHANGE_OPERATION FROM CHANGETABLE(CHANGES dbo.Loaded, 0) AS c"
        ).rows
        assert (key, operation) == (struct.pack("<i", 7), "I".encode("utf-16-le"))
    finally:
        client.batch(
            f"ALTER TABLE dbo.Loaded DISABLE CHANGE_TRACKING; ALTER DATABASE {DATABASE} SET CHANGE_TRACKING = OFF"
        )


def test_an_identity_column_that_is_named_keeps_its_values_and_makes_them_otherwise(client: TdsClient) -> None:
    client.batch("CREATE TABLE #made (Id int IDENTITY(5, 1) NOT NULL, Name nvarchar(20) NULL)")

    client.batch("insert bulk #made ([Name] NVarChar(20))")
    client.load(COLUMNS[1:], [text("made")])
    client.batch("insert bulk #made ([Id] Int, [Name] NVarChar(20))")
    client.load(COLUMNS, [number(70) + text("kept")])

    assert [row[0] for row in client.batch("SELECT Id FROM #made ORDER BY Id").rows] == [number(5)[1:], number(70)[1:]]


def test_a_value_is_converted_to_its_column_and_has_to_fit(client: TdsClient) -> None:
    client.batch("CREATE TABLE #narrow (a smallint NULL, b varchar(2) NULL)")
    announcement = "insert bulk #narrow ([a] Int, [b] NVarChar(20))"

    client.batch(announcement)
    client.load(COLUMNS, [number(3) + text("xy")])
    client.batch(announcement)
    too_long = client.load(COLUMNS, [number(4) + text("xyz")])

    assert too_long.error == 2628
    assert client.batch("SELECT a, b FROM #narrow").rows == [[b"\3\0", b"xy"]]


def test_rows_nobody_has_announced_are_refused_and_the_connection_stays(client: TdsClient) -> None:
    client.batch(ANNOUNCEMENT)
    client.batch("SELECT 1")  # not what was announced

    assert client.load(COLUMNS, [number(1) + text("a")]).error == 40000
    assert stored(client) == []


@pytest.mark.parametrize(
    ("announcement", "error"),
    [
        ("insert bulk dbo.Nowhere ([Id] Int)", 208),
        ("insert bulk dbo.Loaded ([Nothing] Int)", 207),
        ("insert bulk dbo.Loaded ([Id] Int, [id] Int)", 264),
        (f"{ANNOUNCEMENT} with (MAGIC)", 40000),
        ("insert bulk dbo.Loaded ([Id] sql_variant)", 40000),
    ],
)
def test_an_announcement_that_cannot_be_is_an_error_at_once(client: TdsClient, announcement: str, error: int) -> None:
    assert client.batch(announcement).error == error
