"""Built-in functions, each beside what its documentation says or a value that is known of it."""

import datetime
import math
import uuid
from decimal import Decimal
from typing import Any

import pytest

from mssql_standin.sql_types import DateTime, DateTimeOffset, Time
from mssql_standin.values.type_rules import declaration
from mssql_standin_tests.unit.engine.client import Client

SECOND = 10_000_000
DAY = 86_400 * SECOND


def moment(*parts: int) -> DateTime:
    """Return a datetime2 of year, month, day, hour, minute, second, ticks."""
    year, month, day, *clock = parts
    hour, minute, second, ticks = (*clock, 0, 0, 0, 0)[:4]
    days = datetime.date(year, month, day).toordinal() - 1
    return DateTime(days * DAY + (hour * 3600 + minute * 60 + second) * SECOND + ticks)


@pytest.mark.parametrize(
    ("expression", "value"),
    [("SIN(1)", math.sin(1)), ("COS(PI())", -1.0), ("TAN(0.5)", math.tan(0.5)), ("COT(0.5)", 1 / math.tan(0.5)), ("ASIN(1)", math.pi / 2),
     ("ACOS(1)", 0.0), ("ATAN(1)", math.pi / 4), ("ATN2(1, -1)", 3 * math.pi / 4), ("EXP(1)", math.e), ("LOG(EXP(2))", 2.0),
     ("LOG(8, 2)", 3.0), ("LOG10(1000)", 3.0), ("SQUARE(3)", 9.0), ("SQRT(16)", 4.0), ("SIGN(-2.5e0)", -1.0), ("DEGREES(PI())", 180.0),
     ("RADIANS(180e0)", math.pi), ("DEGREES(1)", 57), ("RADIANS(180)", 3), ("DEGREES(1.0)", Decimal("57.295779513082322865")),
     ("RADIANS(45.0)", Decimal("0.785398163397448279")), ("SIN(NULL)", None), ("SIN('0')", 0.0)],
)  # fmt: skip
def test_mathematics(reader: Client, expression: str, value: Any) -> None:
    found = reader.value(f"SELECT {expression}")

    assert found == pytest.approx(value) if isinstance(value, float) else found == value


@pytest.mark.parametrize(
    "expression", ["ASIN(2)", "ACOS(-1.1)", "COT(0)", "ATN2(0, 0)", "LOG(0)", "LOG(-1)", "SQRT(-1)"]
)
def test_what_has_no_result_is_an_error(reader: Client, expression: str) -> None:
    assert reader.number(f"SELECT {expression}") == 3623


VALUES = "(VALUES (1, 2.0), (1, 4.0), (1, 4.0), (2, 5.0), (2, NULL)) AS v (g, n)"


def test_spread_of_values(reader: Client) -> None:
    rows = reader.rows(
        f"SELECT g, STDEV(n), STDEVP(n), VAR(n), VARP(n), VAR(DISTINCT n) FROM {VALUES} GROUP BY g ORDER BY g"
    )

    assert rows[0] == (
        1,
        pytest.approx(math.sqrt(4 / 3)),
        pytest.approx(math.sqrt(8 / 9)),
        pytest.approx(4 / 3),
        pytest.approx(8 / 9),
        2.0,
    )
    assert rows[1] == (2, None, 0.0, None, 0.0, None)
    assert reader.value(f"SELECT STDEV(n) FROM {VALUES} WHERE 1 = 0") is None
    assert reader.number(f"SELECT VAR(CAST(g AS bit)) FROM {VALUES}") == 8117


def test_spread_over_a_window(reader: Client) -> None:
    rows = reader.rows("SELECT VARP(n) OVER (ORDER BY n) FROM (VALUES (1), (3), (5)) AS v (n)")

    assert rows == [(0.0,), (1.0,), (pytest.approx(8 / 3),)]


def test_relative_ranks(reader: Client) -> None:
    rows = reader.rows(
        "SELECT n, PERCENT_RANK() OVER (ORDER BY n), CUME_DIST() OVER (ORDER BY n) FROM (VALUES (1), (2), (2), (3)) AS v (n) ORDER BY n"
    )

    assert rows == [(1, 0.0, 0.25), (2, pytest.approx(1 / 3), 0.75), (2, pytest.approx(1 / 3), 0.75), (3, 1.0, 1.0)]
    assert reader.number("SELECT PERCENT_RANK() OVER (PARTITION BY n) FROM (VALUES (1)) AS v (n)") == 4112


@pytest.mark.parametrize(
    ("expression", "value", "declared"),
    [
        ("DATEFROMPARTS(2026, 1, 2)", datetime.date(2026, 1, 2), "date"),
        ("TIMEFROMPARTS(23, 59, 59, 5, 1)", Time((86_399) * SECOND + 5_000_000), "time(1)"),
        ("TIMEFROMPARTS(1, 2, 3, 0, 0)", Time(3723 * SECOND), "time(0)"),
        ("DATETIMEFROMPARTS(2026, 1, 2, 3, 4, 5, 998)", moment(2026, 1, 2, 3, 4, 5, 9_966_667), "datetime"),
        ("DATETIME2FROMPARTS(2026, 1, 2, 3, 4, 5, 50, 3)", moment(2026, 1, 2, 3, 4, 5, 500_000), "datetime2(3)"),
        ("SMALLDATETIMEFROMPARTS(2026, 1, 2, 3, 4)", moment(2026, 1, 2, 3, 4), "smalldatetime"),
        ("DATETIMEOFFSETFROMPARTS(2026, 1, 2, 12, 0, 0, 5, 12, 30, 1)",
         DateTimeOffset(moment(2026, 1, 1, 23, 30, 0, 5_000_000).ticks, 750), "datetimeoffset(1)"),
        ("DATEFROMPARTS(2026, NULL, 2)", None, "date"),
        ("DATETRUNC(month, '2026-03-04T05:06:07.89')", moment(2026, 3, 1), "datetime2(7)"),
        ("DATETRUNC(quarter, CAST('2026-06-04' AS date))", datetime.date(2026, 4, 1), "date"),
        ("DATETRUNC(week, CAST('2026-03-04' AS date))", datetime.date(2026, 3, 1), "date"),
        ("DATETRUNC(iso_week, CAST('2026-03-04' AS date))", datetime.date(2026, 3, 2), "date"),
        ("DATETRUNC(minute, CAST('05:06:07.89' AS time(2)))", Time(18_360 * SECOND), "time(2)"),
        ("DATETRUNC(day, CAST('2026-03-04T01:00:00+02:00' AS datetimeoffset(0)))",
         DateTimeOffset(moment(2026, 3, 3, 22).ticks, 120), "datetimeoffset(0)"),
        ("DATE_BUCKET(week, 1, CAST('2026-03-04' AS date))", datetime.date(2026, 3, 2), "date"),
        ("DATE_BUCKET(hour, 6, CAST('2026-03-04T13:00' AS datetime2(0)))", moment(2026, 3, 4, 12), "datetime2(0)"),
        ("DATE_BUCKET(month, 2, CAST('2026-04-04' AS date), CAST('2026-01-15' AS date))", datetime.date(2026, 3, 15), "date"),
        ("DATE_BUCKET(month, 1, CAST('2026-04-04' AS date), CAST('2026-01-15' AS date))", datetime.date(2026, 3, 15), "date"),
        ("EOMONTH('2024-01-31', 1)", datetime.date(2024, 2, 29), "date"),
        ("EOMONTH('9999-12-01')", datetime.date(9999, 12, 31), "date"),
    ],
)  # fmt: skip
def test_dates_of_parts(reader: Client, expression: str, value: Any, declared: str) -> None:
    answer = reader.run(f"SELECT {expression}")

    assert (answer.sets, declaration(answer.columns[0][0].type)) == ([[(value,)]], declared)


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("DATEFROMPARTS(2026, 2, 30)", 289),
        ("TIMEFROMPARTS(24, 0, 0, 0, 0)", 289),
        ("TIMEFROMPARTS(1, 0, 0, 10, 1)", 289),
        ("TIMEFROMPARTS(1, 0, 0, 0, 8)", 10760),
        ("SMALLDATETIMEFROMPARTS(2080, 1, 1, 0, 0)", 289),
        ("DATETIMEFROMPARTS(1700, 1, 1, 0, 0, 0, 0)", 289),
        ("DATETIMEOFFSETFROMPARTS(2026, 1, 2, 0, 0, 0, 0, 14, 1, 0)", 289),
        ("DATETIMEOFFSETFROMPARTS(2026, 1, 2, 0, 0, 0, 0, 1, -1, 0)", 289),
        ("EOMONTH('0001-01-01', -1)", 517),
        ("DATETRUNC(hour, CAST('2026-01-01' AS date))", 9810),
        ("DATETRUNC(weekday, GETDATE())", 9810),
        ("DATE_BUCKET(day, 0, GETDATE())", 9834),
        ("DATE_BUCKET(dayofyear, 1, GETDATE())", 9810),
    ],
)
def test_dates_that_cannot_be_made(reader: Client, expression: str, number: int) -> None:
    assert reader.number(f"SELECT {expression}") == number


@pytest.mark.parametrize(
    ("word", "code"),
    [("Smith", "S530"), ("Smythe", "S530"), ("Robert", "R163"), ("Rupert", "R163"), ("Ashcraft", "A261"), ("Tymczak", "T522"),
     ("Pfister", "P236"), ("Honeyman", "H555"), ("a", "A000"), ("", "0000"), ("1st", "0000"), ("Smith-Jones", "S530")],
)  # fmt: skip
def test_soundex(reader: Client, word: str, code: str) -> None:
    assert reader.value(f"SELECT SOUNDEX('{word}')") == code


DOCUMENT = """N'{"name":"John","skills":["C#","SQL"], "n": 1.50}'"""


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ("'$.name', 'Mike'", '{"name":"Mike","skills":["C#","SQL"], "n": 1.50}'),
        ("'$.surname', 'Smith'", '{"name":"John","skills":["C#","SQL"], "n": 1.50,"surname":"Smith"}'),
        ("'$.name', NULL", '{"skills":["C#","SQL"], "n": 1.50}'),
        ("'$.n', NULL", '{"name":"John","skills":["C#","SQL"]}'),
        ("'strict $.name', NULL", '{"name":null,"skills":["C#","SQL"], "n": 1.50}'),
        ("'append $.skills', N'Azure'", '{"name":"John","skills":["C#","SQL","Azure"], "n": 1.50}'),
        ("'append $.tags', 'a'", '{"name":"John","skills":["C#","SQL"], "n": 1.50,"tags":["a"]}'),
        ("'$.skills[0]', 'F#'", '{"name":"John","skills":["F#","SQL"], "n": 1.50}'),
        ("'$.skills[0]', NULL", '{"name":"John","skills":[null,"SQL"], "n": 1.50}'),
        ("'$.skills', JSON_QUERY('[\"C#\"]')", '{"name":"John","skills":["C#"], "n": 1.50}'),
        ("'$.skills', '[\"C#\"]'", '{"name":"John","skills":"[\\"C#\\"]", "n": 1.50}'),
        ("'$.n', 5", '{"name":"John","skills":["C#","SQL"], "n": 5}'),
        ("'$.n', 2.50", '{"name":"John","skills":["C#","SQL"], "n": 2.50}'),
        ("'$.n', CAST(1 AS bit)", '{"name":"John","skills":["C#","SQL"], "n": true}'),
        ("'$.a.b', 1", '{"name":"John","skills":["C#","SQL"], "n": 1.50}'),
        ("'$.missing', NULL", '{"name":"John","skills":["C#","SQL"], "n": 1.50}'),
    ],
)
def test_one_place_of_a_json_document_is_changed(reader: Client, arguments: str, result: str) -> None:
    assert reader.value(f"SELECT JSON_MODIFY({DOCUMENT}, {arguments})") == result


def test_changes_of_a_json_document_nest(reader: Client) -> None:
    assert (
        reader.value("SELECT JSON_MODIFY(JSON_MODIFY('{}', '$.a', 1), '$.b', JSON_QUERY('{\"c\":[]}'))")
        == '{"a":1,"b":{"c":[]}}'
    )
    assert reader.value("SELECT JSON_MODIFY('{\"a\":1}', '$.a', JSON_MODIFY('{}', '$.b', N'x'))") == '{"a":{"b":"x"}}'
    assert reader.value("SELECT JSON_MODIFY(NULL, '$.a', 1)") is None


@pytest.mark.parametrize(
    ("arguments", "number"),
    [("'{', '$.a', 1", 13609), ("'{}', 'strict $.a', 1", 13608), ("'{}', '$.', 1", 13607), ("'{}', '$', 1", 40000),
     ("'[1]', '$[1]', 2", 40000), ("'{}', '$.a', 1e0", 40000), ("'{}', '$.a', GETDATE()", 8116)],
)  # fmt: skip
def test_a_json_document_that_cannot_be_changed(reader: Client, arguments: str, number: int) -> None:
    assert reader.number(f"SELECT JSON_MODIFY({arguments})") == number


def test_sequential_ids_grow(reader: Client) -> None:
    reader.run("CREATE TABLE #q (n int IDENTITY, id uniqueidentifier NOT NULL DEFAULT NEWSEQUENTIALID() PRIMARY KEY)")
    reader.run("INSERT #q DEFAULT VALUES; INSERT #q DEFAULT VALUES; INSERT #q DEFAULT VALUES")

    found = reader.rows("SELECT n, id FROM #q ORDER BY id")

    assert [n for n, _ in found] == [1, 2, 3]
    assert all(isinstance(id_, uuid.UUID) for _, id_ in found)
    assert reader.number("SELECT NEWSEQUENTIALID()") == 302
    assert reader.number("CREATE TABLE #r (id int DEFAULT NEWSEQUENTIALID())") == 302
    reader.run("DROP TABLE #q")


@pytest.mark.parametrize("call", ["DIFFERENCE('a', 'b')", "CHECKSUM(1)", "RAND(1)"])
def test_what_cannot_be_the_same_is_refused_by_name(reader: Client, call: str) -> None:
    error = reader.error(f"SELECT {call}")

    assert error.number == 40000
    assert call.partition("(")[0] in error.text
