"""The date and time styles of CONVERT, as the table of its documentation has them, both ways."""

import datetime
from typing import Any

import pytest

from mssql_standin.sql_types import DateTime, DateTimeOffset, Time
from mssql_standin_tests.unit.engine.client import Client

SECOND = 10_000_000
AFTERNOON = DateTime(
    (datetime.date(2026, 3, 4).toordinal() - 1) * 86_400 * SECOND + (15 * 3600 + 6 * 60 + 7) * SECOND + 1_230_000
)
DAY = datetime.date(2026, 3, 4)
WRITTEN = {
    0: "Mar  4 2026  3:06PM", 100: "Mar  4 2026  3:06PM",
    1: "03/04/26", 101: "03/04/2026",
    2: "26.03.04", 102: "2026.03.04",
    3: "04/03/26", 103: "04/03/2026",
    4: "04.03.26", 104: "04.03.2026",
    5: "04-03-26", 105: "04-03-2026",
    6: "04 Mar 26", 106: "04 Mar 2026",
    7: "Mar 04, 26", 107: "Mar 04, 2026",
    8: "15:06:07", 24: "15:06:07", 108: "15:06:07",
    9: "Mar  4 2026  3:06:07:123PM", 109: "Mar  4 2026  3:06:07:123PM",
    10: "03-04-26", 110: "03-04-2026",
    11: "26/03/04", 111: "2026/03/04",
    12: "260304", 112: "20260304",
    13: "04 Mar 2026 15:06:07:123", 113: "04 Mar 2026 15:06:07:123",
    14: "15:06:07:123", 114: "15:06:07:123",
    20: "2026-03-04 15:06:07", 120: "2026-03-04 15:06:07",
    21: "2026-03-04 15:06:07.123", 25: "2026-03-04 15:06:07.123", 121: "2026-03-04 15:06:07.123",
    22: "03/04/26  3:06:07 PM", 23: "2026-03-04",
    126: "2026-03-04T15:06:07.123", 127: "2026-03-04T15:06:07.123",
    130: "16 رمضان 1447  3:06:07:123PM", 131: "16/09/1447  3:06:07:123PM",
}  # fmt: skip
CLOCK_ONLY = {8, 24, 108, 14, 114}
FULL = sorted(set(WRITTEN) - CLOCK_ONLY - {130})  # month names of the Hijri calendar are written, not read


@pytest.mark.parametrize("style", WRITTEN)
def test_a_datetime_is_written_in_every_style(reader: Client, style: int) -> None:
    sql = f"SELECT CONVERT(nvarchar(60), CAST('2026-03-04T15:06:07.123' AS datetime), {style})"

    assert reader.value(sql) == WRITTEN[style]


@pytest.mark.parametrize("style", sorted(set(WRITTEN) - {126, 127}))
def test_a_datetime2_has_its_own_digits_after_a_point(reader: Client, style: int) -> None:
    sql = f"SELECT CONVERT(nvarchar(60), CAST('2026-03-04T15:06:07.1230004' AS datetime2), {style})"

    assert reader.value(sql) == WRITTEN[style].replace(":123", ".1230004").replace(".123", ".1230004").replace(
        "00040004", "0004"
    )


@pytest.mark.parametrize("style", FULL)
@pytest.mark.parametrize("kind", ["datetime", "datetime2(3)", "date"])
def test_what_a_style_writes_it_reads(reader: Client, style: int, kind: str) -> None:
    text = WRITTEN[style]
    if kind != "datetime":
        text = text.replace(":123", ".123")

    day = reader.value(f"SELECT CAST(CONVERT({kind}, N'{text}', {style}) AS date)")

    assert day == DAY


@pytest.mark.parametrize("kind", ["date", "datetime", "smalldatetime", "datetime2", "datetimeoffset"])
@pytest.mark.parametrize(
    ("text", "style"),
    [("04/03/2026", 103), ("04.03.2026", 104), ("04-03-2026", 105), ("03/04/2026", 101), ("03-04-2026", 110),
     ("04/03/26", 3), ("03/04/26", 1), ("26.03.04", 2), ("26/03/04", 11), ("260304", 12), ("20260304", 112),
     ("2026/03/04", 111), ("2026-03-04", 120), ("2026-03-04", 23), ("4 Mar 2026", 106), ("March 4, 2026", 107)],
)  # fmt: skip
def test_a_style_says_in_which_order_the_numbers_stand(reader: Client, kind: str, text: str, style: int) -> None:
    assert reader.value(f"SELECT CAST(CONVERT({kind}, '{text}', {style}) AS date)") == DAY


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("CAST('3/4/26' AS date)", DAY),
        ("CAST('260304' AS date)", DAY),
        ("CAST('3/4/2026' AS datetime2(0))", DateTime((DAY.toordinal() - 1) * 86_400 * SECOND)),
        ("CAST('1/1/49' AS date)", datetime.date(2049, 1, 1)),
        ("CAST('1/1/50' AS date)", datetime.date(1950, 1, 1)),
        ("CAST('2026' AS date)", datetime.date(2026, 1, 1)),
        ("CAST('4-Mar-2026' AS date)", DAY),
        ("CAST('Mar 2026' AS date)", datetime.date(2026, 3, 1)),
        ("CAST('2026 March 4' AS date)", DAY),
        ("CAST('Mar 4 2026 3:06PM' AS date)", DAY),
        ("CONVERT(datetime, '2026-04-03', 103)", DateTime((DAY.toordinal() - 1) * 86_400 * SECOND)),
        ("CONVERT(datetime, ' 7/05/1421 12:14:35:727PM', 131)",
         DateTime((datetime.date(2000, 8, 7).toordinal() - 1) * 86_400 * SECOND + 44_075 * SECOND + 7_266_667)),
        ("CAST('10:00:00:5' AS time(3))", Time(36_000 * SECOND + 50_000)),
        ("CAST('10:00:00.5' AS time(3))", Time(36_000 * SECOND + 5_000_000)),
        ("CONVERT(datetimeoffset(0), '2026-03-04T00:00:00+02:00', 127)",
         DateTimeOffset(((DAY.toordinal() - 1) * 86_400 - 7200) * SECOND, 120)),
        ("CONVERT(datetime, CAST('2026-03-04T02:00:00+02:00' AS datetimeoffset), 1)", DateTime((DAY.toordinal() - 1) * 86_400 * SECOND)),
        ("CONVERT(date, CAST('2026-03-04T01:00:00+02:00' AS datetimeoffset), 0)", DAY),
        ("TRY_CONVERT(date, '25.12.2026', 104)", datetime.date(2026, 12, 25)),
        ("TRY_CONVERT(date, '25.12.2026', 101)", None),
        ("CONVERT(datetime, '15:06:07', 108)", DateTime(599_266_080_000_000_000 + 54_367 * SECOND)),
    ],
)  # fmt: skip
def test_a_text_is_read_as_a_date_or_time(reader: Client, expression: str, value: Any) -> None:
    assert reader.value(f"SELECT {expression}") == value


@pytest.mark.parametrize("year", [2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29])
def test_eleven_hijri_years_in_thirty_have_a_last_day_more(reader: Client, year: int) -> None:
    first_of_next = f"CONVERT(datetime2(0), '01/01/{1411 + year}', 131)"

    days = reader.value(f"SELECT DATEDIFF(day, CONVERT(datetime2(0), '30/12/{1410 + year}', 131), {first_of_next})")

    assert days == 1


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("CAST('15:06:07.5' AS time(1)), 0", "3:06PM"),
        ("CAST('15:06:07.5' AS time(1)), 109", "3:06:07.5PM"),
        ("CAST('15:06:07.5' AS time(1)), 114", "15:06:07.5"),
        ("CAST('15:06:07.5' AS time(1)), 120", "15:06:07"),
        ("CAST('15:06:07.5' AS time(1)), 22", " 3:06:07 PM"),
        ("CAST('2026-03-04' AS date), 113", "04 Mar 2026"),
        ("CAST('2026-03-04' AS date), 109", "Mar  4 2026"),
        ("CAST('2026-03-04T15:06' AS smalldatetime), 121", "2026-03-04 15:06:00.000"),
        ("CAST('2026-03-04T15:06' AS smalldatetime), 126", "2026-03-04T15:06:00"),
        ("CAST('2026-03-04T15:06:07.5+02:00' AS datetimeoffset(1)), 113", "04 Mar 2026 15:06:07.5 +02:00"),
        ("CAST('2026-03-04T15:06:07.5+02:00' AS datetimeoffset(1)), 103", "04/03/2026"),
    ],
)
def test_a_type_shows_its_part_of_a_style(reader: Client, expression: str, text: str) -> None:
    assert reader.value(f"SELECT CONVERT(varchar(60), {expression})") == text


def test_a_hijri_month_is_no_varchar(reader: Client) -> None:
    assert reader.value("SELECT CONVERT(varchar(10), CAST('2026-03-04' AS date), 130)") == "16 ????? 1"


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("CONVERT(varchar(30), CAST('2026-03-04' AS datetime), 99)", 281),
        ("CONVERT(varchar(30), CAST('2026-03-04' AS date), 108)", 8114),
        ("CONVERT(varchar(30), CAST('10:00' AS time), 112)", 8114),
        ("CONVERT(date, '2026-03-04', 99)", 9809),
        ("CONVERT(date, '04/03/2026', 113)", 9807),
        ("CONVERT(datetimeoffset, CAST('2026-03-04' AS date), 120)", 9809),
        ("CONVERT(date, '25/12/2026', 101)", 241),
        ("CONVERT(datetime, '25/12/2026', 101)", 242),
        ("CONVERT(datetime, '2026-12-25', 103)", 242),
        ("CONVERT(datetime, '04/03/2026', 3)", 241),
        ("CONVERT(datetime, '04/03/26', 103)", 241),
        ("CONVERT(datetime, '30/02/2026', 103)", 242),
        ("CONVERT(date, '30/02/2026', 103)", 241),
        ("CONVERT(datetime, '10:00:00.1234', 114)", 241),
        ("CONVERT(datetime, '30/12/1425', 131)", 242),
    ],
)
def test_a_text_that_does_not_follow_its_style_is_an_error(reader: Client, expression: str, number: int) -> None:
    assert reader.number(f"SELECT {expression}") == number
