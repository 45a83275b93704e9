"""COLMETADATA and ROW, byte by byte. [MS-TDS] 2.2.5.4, 2.2.7.4 and 4.7."""

import struct

import pytest

from mssql_standin_tests.unit.wire.tds_client import TdsClient

NULLABLE, UPDATEABLE_UNKNOWN, IDENTITY, COMPUTED = 0x01, 0x08, 0x10, 0x20
DAYS = 45_000
FIXED = [
    ("tinyint", "200", "30", "26 01", struct.pack("<B", 200)),
    ("bit", "1", "32", "68 01", b"\1"),
    ("smallint", "-2", "34", "26 02", struct.pack("<h", -2)),
    ("int", "-3", "38", "26 04", struct.pack("<i", -3)),
    ("bigint", "-4", "7f", "26 08", struct.pack("<q", -4)),
    ("real", "1.5", "3b", "6d 04", struct.pack("<f", 1.5)),
    ("float", "2.5", "3e", "6d 08", struct.pack("<d", 2.5)),
    ("smallmoney", "-1.5", "7a", "6e 04", struct.pack("<i", -15_000)),
    ("money", "1.5", "3c", "6e 08", struct.pack("<iI", 0, 15_000)),
    ("smalldatetime", "'2023-03-17T00:05:00'", "3a", "6f 04", struct.pack("<HH", 45_000, 5)),
    ("datetime", "'2023-03-17T00:00:00.003'", "3d", "6f 08", struct.pack("<iI", 45_000, 1)),
]


@pytest.mark.parametrize(("kind", "value", "token", "nullable", "raw"), FIXED, ids=[case[0] for case in FIXED])
def test_a_type_of_fixed_length_has_no_length_byte_if_it_cannot_be_null(
    client: TdsClient, kind: str, value: str, token: str, nullable: str, raw: bytes
) -> None:
    client.batch(
        f"CREATE TABLE #fixed (n {kind} NOT NULL, o {kind} NULL); INSERT INTO #fixed VALUES ({value}, {value}), ({value}, NULL)"
    )

    reply = client.batch("SELECT n, o FROM #fixed")

    assert [column.type_info for column in reply.columns] == [bytes.fromhex(token), bytes.fromhex(nullable)]
    assert reply.rows == [[raw, raw], [raw, None]]


@pytest.mark.parametrize(
    "kind", ["decimal(9, 2)", "uniqueidentifier", "date", "time(3)", "datetime2(7)", "datetimeoffset(7)"]
)
def test_any_other_type_has_its_length_whether_it_can_be_null_or_not(client: TdsClient, kind: str) -> None:
    client.batch(f"CREATE TABLE #other (n {kind} NOT NULL, o {kind} NULL)")

    first, second = client.batch("SELECT n, o FROM #other").columns

    assert first.type_info == second.type_info


@pytest.mark.parametrize(
    ("item", "flags"),
    [
        ("Id", IDENTITY),
        ("A", UPDATEABLE_UNKNOWN),
        ("B", UPDATEABLE_UNKNOWN | NULLABLE),
        ("B AS Renamed", UPDATEABLE_UNKNOWN | NULLABLE),
        ("C", COMPUTED | NULLABLE),
        ("1 AS One", COMPUTED),
        ("A + 1", COMPUTED | NULLABLE),
        ("UPPER(B)", COMPUTED | NULLABLE),
        ("CONVERT(bigint, A)", COMPUTED),
        ("Id + 1", COMPUTED | NULLABLE),
    ],
)
def test_a_column_says_what_it_is_made_of(client: TdsClient, item: str, flags: int) -> None:
    client.batch(
        "CREATE TABLE #made (Id int IDENTITY NOT NULL, A int NOT NULL, B nvarchar(9) NULL, C AS (A * 2), D bit NOT NULL)"
    )

    [column] = client.batch(f"SELECT {item} FROM #made").columns
    [derived] = client.batch(f"SELECT * FROM (SELECT {item.partition(' AS ')[0]} AS Inside FROM #made) AS d").columns

    assert column.flags == flags
    assert derived.flags == flags


def test_every_column_of_an_outer_join_can_be_null(client: TdsClient) -> None:
    client.batch("CREATE TABLE #outer (Id int NOT NULL); INSERT INTO #outer VALUES (1)")

    reply = client.batch("SELECT b.Id FROM #outer AS a LEFT JOIN #outer AS b ON b.Id = a.Id + 1")

    assert (reply.columns[0].type_info, reply.rows) == (b"\x26\x04", [[None]])
