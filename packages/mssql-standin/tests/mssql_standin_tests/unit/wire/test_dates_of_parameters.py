"""Parameters of type datetime hold 1/300 of a second exactly, and find the rows that hold the same."""

import struct

import pytest

from mssql_standin_tests.unit.wire.tds_client import TdsClient

DAY = 45_000  # 2023-03-17, in days since 1900
DAY_SINCE_YEAR_1 = 738_595
FRACTIONS = [0, 1, 2, 3, 100, 101, 203, 299]  # in 1/300 s


@pytest.fixture(autouse=True)
def table(client: TdsClient) -> None:
    client.batch("CREATE TABLE #dated (Id int NOT NULL, At datetime NOT NULL)")
    for fraction in FRACTIONS:
        shown = (fraction * 10 + 1) // 3
        client.batch(f"INSERT INTO #dated VALUES ({fraction}, '2023-03-17T00:00:05.{shown:03d}')")


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_a_datetime_finds_the_same_datetime(client: TdsClient, fraction: int) -> None:
    raw = struct.pack("<iI", DAY, 1500 + fraction)

    reply = client.execute("SELECT Id, @d FROM #dated WHERE At = @d", [("@d datetime", b"\x6f\x08\x08" + raw)])

    assert reply.rows == [[struct.pack("<i", fraction), raw]]


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_a_datetime2_of_the_same_ticks_finds_it_too(client: TdsClient, fraction: int) -> None:
    ticks = ((1500 + fraction) * 10_000_000 + 150) // 300
    raw = ticks.to_bytes(5, "little") + DAY_SINCE_YEAR_1.to_bytes(3, "little")

    reply = client.execute("SELECT Id FROM #dated WHERE At = @d", [("@d datetime2(7)", b"\x2a\x07\x08" + raw)])

    assert reply.number == fraction


def test_a_datetime2_in_milliseconds_finds_none_but_whole_hundredths(client: TdsClient) -> None:
    """docs: "Breaking changes", compatibility level 130: a datetime compared with a datetime2 has all its digits."""
    raw = (5_677_0000).to_bytes(5, "little") + DAY_SINCE_YEAR_1.to_bytes(3, "little")

    assert (
        client.execute("SELECT Id FROM #dated WHERE At = @d", [("@d datetime2(7)", b"\x2a\x07\x08" + raw)]).rows == []
    )


def test_xml_loses_its_byte_order_mark(client: TdsClient) -> None:
    raw = "\ufeff<a/>".encode("utf-16-le")
    value = b"\xf1\0" + struct.pack("<QI", len(raw), len(raw)) + raw + bytes(4)

    assert client.execute("SELECT @x", [("@x xml", value)]).rows == [["<a/>".encode("utf-16-le")]]
