"""FORMAT, beside the tables of .NET's format strings in the culture en-US."""

import pytest

from mssql_standin_tests.unit.engine.client import Client


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        ("1234567.891", "N", "1,234,567.89"), ("1234567", "N0", "1,234,567"), ("-1234.5", "N1", "-1,234.5"), ("2.5", "N0", "3"),
        ("-0.001", "N2", "0.00"), ("1234.5", "F", "1234.50"), ("1234.5678", "F3", "1234.568"), ("0.125e0", "F2", "0.13"),
        ("1234.5", "C", "$1,234.50"), ("-1234.5", "C0", "($1,235)"), ("CAST(12.3 AS money)", "c", "$12.30"),
        ("42", "D5", "00042"), ("-42", "D5", "-00042"), ("1.5", "D", None), ("255", "X", "FF"), ("255", "x4", "00ff"), ("-1", "X", "FFFFFFFF"),
        ("CAST(-1 AS smallint)", "X", "FFFF"), ("1234.5", "E2", "1.23E+003"), ("0.00012345", "e3", "1.235e-004"), ("9.99e0", "E1", "1.0E+001"),
        ("42", "G", "42"), ("1.50", "", "1.50"), ("1", "Q", None),
        ("123456789", "###-##-####", "123-45-6789"), ("5551234567", "(###) ###-####", "(555) 123-4567"), ("42", "00000", "00042"),
        ("0", "#", ""), ("0", "0", "0"), ("0.5", "#.##", ".5"), ("0.5", "0.00", "0.50"), ("1234567.5", "#,##0.00", "1,234,567.50"),
        ("1234567", "#,#", "1,234,567"), ("12", "#,##0", "12"), ("1234567", "0,", "1235"), ("1234567", "#,##0,,.00", "1.23"), ("0.1234", "0.00%", "12.34%"),
        ("-5", "0;(0)", "(5)"), ("5", "0;(0)", "5"), ("0", "0;(0);zero", "zero"), ("-0.4", "0;(0);zero", "zero"), ("-5", "0", "-5"),
        ("7", "0 'items'", "7 items"), ("7", "\\#0", "#7"), ("1.005e0", "0.00", "1.01"), ("1234", "0.0.0", "1234.00"),
    ],
)  # fmt: skip
def test_a_number_in_a_pattern(reader: Client, value: str, pattern: str, text: str | None) -> None:
    quoted = pattern.replace("'", "''")

    assert reader.value(f"SELECT FORMAT({value}, N'{quoted}')") == text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("d", "3/4/2026"), ("D", "Wednesday, March 4, 2026"), ("f", "Wednesday, March 4, 2026 3:06 PM"), ("g", "3/4/2026 3:06 PM"),
        ("G", "3/4/2026 3:06:07 PM"), ("t", "3:06 PM"), ("T", "3:06:07 PM"), ("s", "2026-03-04T15:06:07"), ("u", "2026-03-04 15:06:07Z"),
        ("R", "Wed, 04 Mar 2026 15:06:07 GMT"), ("O", "2026-03-04T15:06:07.1230000"), ("M", "March 4"), ("y", "March 2026"), ("q", None),
        ("yyyy-MM-dd", "2026-03-04"), ("dd.MM.yyyy HH:mm:ss", "04.03.2026 15:06:07"), ("d/M/yy h:m:s t", "4/3/26 3:6:7 P"),
        ("ddd, dd MMM yyyy", "Wed, 04 Mar 2026"), ("dddd MMMM", "Wednesday March"), ("HH:mm:ss.fff", "15:06:07.123"), ("ss.FFFFFFF", "07.123"),
        ("yyyyMMddHHmmssfffffff", "20260304150607" + "1230000"), ("'day' d", "day 4"), ("%d", "4"), ("yyyy\\y", "2026y"), ("hh tt", "03 PM"),
        ("ffffffff", None), ("", "3/4/2026 3:06:07 PM"),
    ],
)  # fmt: skip
def test_a_date_and_time_in_a_pattern(reader: Client, pattern: str, text: str | None) -> None:
    quoted = pattern.replace("'", "''")

    assert reader.value(f"SELECT FORMAT(CAST('2026-03-04T15:06:07.123' AS datetime), N'{quoted}', 'en-US')") == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("CAST('2026-03-04' AS date), 'yyyy/MM/dd'", "2026/03/04"),
        ("CAST('2026-03-04' AS date), 'HH:mm'", "00:00"),
        ("CAST('2026-03-04T15:06:07' AS datetime2(0)), 'ss.FFF'", "07"),
        ("CAST('2026-03-04T15:06:07+02:00' AS datetimeoffset(0)), 'HH:mm zzz'", "15:06 +02:00"),
        ("CAST('2026-03-04T15:06:07+02:00' AS datetimeoffset(0)), 'u'", "2026-03-04 13:06:07Z"),
        ("CAST('07:35' AS time), N'hh\\.mm'", "07.35"),
        ("CAST('07:35' AS time), N'hh\\:mm\\:ss'", "07:35:00"),
        ("CAST('07:35' AS time), N'hh:mm'", None),
        ("CAST('07:35' AS time), N'c'", "07:35:00"),
        ("CAST('07:35:00.5' AS time), N'g'", "7:35:00.5"),
        ("CAST(NULL AS int), 'N'", None),
    ],
)
def test_each_type_in_a_pattern(reader: Client, expression: str, text: str | None) -> None:
    assert reader.value(f"SELECT FORMAT({expression})") == text


@pytest.mark.parametrize(
    ("arguments", "number"),
    [("'x', 'N'", 8116), ("CAST(1 AS bit), 'N'", 8116), ("1, 2", 8116), ("1, 'N', 'de-DE'", 40000), ("0.5, 'P'", 40000), ("1e0, 'G'", 40000),
     ("1.5, '0.0E+0'", 40000), ("GETDATE(), 'U'", 40000), ("GETDATE(), 'zzz'", 40000),
     ("CAST(99999999999999999999999999999999999999 AS decimal(38,0)), 'N0'", 40000)],
)  # fmt: skip
def test_what_depends_on_a_machine_is_refused(reader: Client, arguments: str, number: int) -> None:
    assert reader.number(f"SELECT FORMAT({arguments})") == number
