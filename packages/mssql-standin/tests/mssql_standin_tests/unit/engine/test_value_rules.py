"""What documentation says of single conversions, operators and functions where a simpler rule would give a wrong value."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from mssql_standin.sql_types import DateTime
from mssql_standin.values.type_rules import declaration
from mssql_standin_tests.unit.engine.client import Client

DAY = 864_000_000_000
NEW_YEAR = (datetime.date(2026, 1, 1).toordinal() - 1) * DAY
START = (datetime.date(1900, 1, 1).toordinal() - 1) * DAY


@pytest.mark.parametrize("value", ["0.5", "-0.01", "5e-1", "CAST(0.001 AS money)", "0x01", "'true'", "-3"])
def test_anything_but_zero_is_one_as_a_bit(reader: Client, value: str) -> None:
    assert reader.value(f"SELECT CAST({value} AS bit)") == 1


def test_a_fraction_in_a_bit_column_is_one(reader: Client) -> None:
    reader.run("CREATE TABLE #b (v bit); INSERT INTO #b VALUES (0.5), (0.0), (0)")

    assert reader.rows("SELECT v FROM #b ORDER BY v") == [(0,), (0,), (1,)]
    reader.run("DROP TABLE #b")


@pytest.mark.parametrize(
    ("clock", "milliseconds"), [("23:59:59.997", 997), ("00:00:00.003", 3), ("10:00:00.007", 7), ("00:00:00.990", 990)]
)
def test_the_milliseconds_of_a_datetime_are_those_that_it_shows(reader: Client, clock: str, milliseconds: int) -> None:
    moment = f"CAST('2026-01-02 {clock}' AS datetime)"

    assert reader.rows(f"SELECT DATEPART(ms, {moment}), DATENAME(ms, {moment})") == [(milliseconds, str(milliseconds))]


@pytest.mark.parametrize(
    ("text", "numeric"),
    [("$", 1), ("1,000", 1), ("-", 1), ("+", 1), (".", 1), (",", 1), ("-$1.5", 1), ("$-1", 1), ("€5", 1), ("1e5", 1), ("1d5", 1),
     ("1e999", 0), (" 12 ", 1), ("", 0), ("  ", 0), ("x", 0), ("1.2.3", 0), ("1-", 0), ("0x1F", 0), ("12a", 0)],
)  # fmt: skip
def test_is_numeric_what_some_numeric_type_takes(reader: Client, text: str, numeric: int) -> None:
    assert reader.value(f"SELECT ISNUMERIC(N'{text}')") == numeric


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("CAST('2026-01-02' AS datetime) - CAST('2026-01-01' AS datetime)", DateTime(START + DAY)),
        ("CAST('2026-01-01' AS datetime) + CAST('12:00' AS datetime)", DateTime(NEW_YEAR + DAY // 2)),
        ("CAST('2026-01-01' AS datetime) + 1.5", DateTime(NEW_YEAR + DAY + DAY // 2)),
        ("CAST('2026-01-02' AS datetime) - 1", DateTime(NEW_YEAR)),
        ("CAST('2026-01-01' AS datetime) - 25e-2", DateTime(NEW_YEAR - DAY // 4)),
        ("1 + CAST('2026-01-01' AS datetime)", DateTime(NEW_YEAR + DAY)),
        ("CAST('2026-01-01' AS smalldatetime) + 0.5", DateTime(NEW_YEAR + DAY // 2)),
        ("CAST('2026-01-01' AS datetime) + '06:00'", DateTime(NEW_YEAR + DAY // 4)),
        ("CAST('2026-01-01' AS datetime) + NULL", None),
        ("CAST(CAST('2026-01-02 06:00' AS datetime) - CAST('2026-01-01' AS datetime) AS float)", 1.25),
        ("CAST(CAST('2026-01-01 11:59' AS datetime) AS int)", 46021),
        ("CAST(CAST('2026-01-01 12:00' AS datetime) AS int)", 46022),
        ("CAST(CAST('1900-01-02 18:00' AS datetime) AS decimal(9,4))", Decimal("1.7500")),
    ],
)
def test_a_datetime_counts_in_days(reader: Client, expression: str, value: Any) -> None:
    assert reader.value(f"SELECT {expression}") == value


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("DATEPART(hour, CAST('2026-01-01' AS date))", 9810),
        ("DATENAME(hour, CAST('2026-01-01' AS date))", 9810),
        ("DATEPART(year, CAST('10:00' AS time))", 9810),
        ("YEAR(CAST('10:00' AS time))", 9810),
        ("DATEPART(tz, CAST('2026-01-01' AS datetime))", 9810),
        ("CAST(1 AS bit) + CAST(1 AS bit)", 402),
        ("CAST(1 AS bit) * CAST(1 AS bit)", 402),
        ("-CAST(1 AS bit)", 8117),
        ("SUM(CAST(1 AS bit))", 8117),
        ("SUBSTRING(12345, 1, 2)", 8116),
        ("SUBSTRING(NULL, 1, 2)", 8116),
        ("PATINDEX('%1%', 123)", 8116),
        ("JSON_VALUE(1, '$.a')", 8116),
        ("CAST('2026-01-01' AS datetime) + CAST('10:00' AS time)", 402),
        ("CAST('2026-01-01' AS datetime) + CAST('2026-01-01' AS date)", 402),
        ("CAST('2026-01-01' AS datetime2) + 1", 206),
        ("CAST('2026-01-01' AS datetime) * 2", 8117),
        ("CAST('1753-01-01' AS datetime) - CAST('2026-01-01' AS datetime)", 8115),
    ],
)
def test_what_a_type_cannot_do_is_an_error(reader: Client, expression: str, number: int) -> None:
    assert reader.number(f"SELECT {expression}") == number


@pytest.mark.parametrize(
    ("expression", "value", "declared"),
    [
        ("CAST(1 AS bit) + 1", 2, "int"),
        ("CAST(1 AS bit) & CAST(1 AS bit)", 1, "bit"),
        ("1.5 * CAST(1 AS bit)", Decimal("1.5"), "decimal(4,1)"),
    ],
)
def test_a_bit_counts_beside_a_number(reader: Client, expression: str, value: Any, declared: str) -> None:
    answer = reader.run(f"SELECT {expression}")

    assert (answer.sets, declaration(answer.columns[0][0].type)) == ([[(value,)]], declared)


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [("nvarchar(5)", "'abc'", "nvarchar(2)"), ("varbinary(5)", "0x010203", "varbinary(2)")],
)
def test_a_column_is_not_made_narrower_than_what_it_holds(reader: Client, before: str, value: str, after: str) -> None:
    reader.run(f"CREATE TABLE narrow (v {before} NULL); INSERT INTO narrow VALUES ({value}), (NULL)")

    error = reader.error(f"ALTER TABLE narrow ALTER COLUMN v {after}")

    assert error.number == 2628
    assert "column 'v'" in error.text
    assert reader.value("SELECT COUNT(v) FROM narrow") == 1
    reader.run("DROP TABLE narrow")
