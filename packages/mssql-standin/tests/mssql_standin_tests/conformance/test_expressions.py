"""What expressions are worth: operators, NULL, text, numbers, dates, JSON."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from mssql_standin_tests.conformance.client import Client

D = Decimal
moment = datetime.datetime

OPERATORS: dict[str, Any] = {
    "7 / 2": 3,
    "-7 / 2": -3,
    "-7 % 3": -1,
    "7 / 2.0": D("3.500000"),
    "1.00 / 3": D("0.333333"),  # a constant counts as many digits as it has
    "CAST(1 AS decimal(5, 2)) / CAST(3 AS decimal(5, 2))": D("0.33333333"),
    "1.5 * 2.25": D("3.375"),
    "7e0 / 2": 3.5,
    "'5' + 3": 8,
    "'5' + '3'": "53",
    "'a' + NULL": None,
    "N'a' + 'b'": "ab",
    "5 & 3 | 8": 9,
    "5 ^ 1": 4,
    "~0": -1,
    "- -5": 5,
    "2 + 3 * 4": 14,
    "(2 + 3) * 4": 20,
    "10 - 4 - 3": 3,
    "CASE WHEN NULL = NULL THEN 1 ELSE 0 END": 0,
    "CASE WHEN NULL <> 1 THEN 1 ELSE 0 END": 0,
    "CASE WHEN NOT (NULL = 1) THEN 1 ELSE 0 END": 0,
    "CASE WHEN NULL IS NULL AND 1 IS NOT NULL THEN 1 ELSE 0 END": 1,
    "CASE WHEN 3 NOT IN (1, 2, NULL) THEN 1 ELSE 0 END": 0,
    "CASE WHEN 1 IN (1, NULL) THEN 1 ELSE 0 END": 1,
    "CASE WHEN 2 BETWEEN 1 AND 2 THEN 1 ELSE 0 END": 1,
    "CASE WHEN 1 = 1 OR 1 = 0 AND 1 = 0 THEN 1 ELSE 0 END": 1,
    "CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END": "two",
    "CASE WHEN 1 = 0 THEN 1 END": None,
    "CASE WHEN 1 = 1 THEN 1 ELSE 2.5 END": D("1.0"),
    "COALESCE(NULL, NULL, 3)": 3,
    "ISNULL(CAST(NULL AS varchar(2)), 'abcdef')": "ab",
    "NULLIF(1, 1)": None,
    "NULLIF(1, 2)": 1,
    "IIF(1 > 2, 'y', 'n')": "n",
    "CHOOSE(2, 'a', 'b', 'c')": "b",
}
TEXT: dict[str, Any] = {
    "LEN(N'ab  ')": 2,
    "DATALENGTH(N'ab  ')": 8,
    "LEN('')": 0,
    "LEN(N'\U0001f600')": 2,
    "UNICODE(SUBSTRING(N'\U0001f600', 1, 1))": 0xD83D,
    "UPPER(N'stra\u00dfe')": "STRA\u00dfE",
    "SOUNDEX('Robert')": "R163",
    "UPPER('aé') + LOWER('BÉ')": "AÉbé",
    "LTRIM('  a ') + '|' + RTRIM(' b  ') + '|'": "a | b|",
    "TRIM('  a  ')": "a",
    "LEFT('abc', 2) + RIGHT('abc', 1)": "abc",
    "LEFT('abc', 10)": "abc",
    "SUBSTRING('abcdef', 2, 3)": "bcd",
    "SUBSTRING('abc', 0, 2)": "a",
    "SUBSTRING('abc', 5, 2)": "",
    "CHARINDEX('c', 'abcabc')": 3,
    "CHARINDEX('c', 'abcabc', 4)": 6,
    "CHARINDEX('x', 'abc')": 0,
    "PATINDEX('%[0-9]%', 'ab3c')": 3,
    "REPLACE('aXbX', 'X', '--')": "a--b--",
    "REPLICATE('ab', 3)": "ababab",
    "REVERSE('abc')": "cba",
    "STUFF('abcdef', 2, 3, 'XY')": "aXYef",
    "SPACE(2) + '|'": "  |",
    "CONCAT('a', NULL, 1, N'b')": "a1b",
    "CONCAT_WS(', ', 'a', NULL, 'b')": "a, b",
    "QUOTENAME('a]b')": "[a]]b]",
    "ASCII('A') + UNICODE(N'B')": 131,
    "CHAR(65) + NCHAR(66)": "AB",
    "STR(3.147, 6, 2)": "  3.15",
    "TRANSLATE('abc', 'ac', 'xz')": "xbz",
    "PARSENAME('srv.db.dbo.t', 1)": "t",
    "FORMATMESSAGE('%s: %d of %i', 'x', 3, 4)": "x: 3 of 4",
    "HASHBYTES('SHA2_256', 'abc')": bytes.fromhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    "HASHBYTES('MD5', N'a')": bytes.fromhex("4144e195f46de78a3623da7364d04f11"),
    "CASE WHEN 'a ' = 'a' THEN 1 ELSE 0 END": 1,
    "CASE WHEN 'a ' LIKE 'a' THEN 1 ELSE 0 END": 1,
    "CASE WHEN 'a' LIKE 'a ' THEN 1 ELSE 0 END": 0,
    "CASE WHEN 'a' = 'A' COLLATE Latin1_General_CI_AS THEN 1 ELSE 0 END": 1,
    "CASE WHEN 'a' = 'A' COLLATE Latin1_General_CS_AS THEN 1 ELSE 0 END": 0,
    "CASE WHEN 'é' = 'e' COLLATE Latin1_General_CI_AS THEN 1 ELSE 0 END": 0,
    "CASE WHEN 'a' < 'B' COLLATE Latin1_General_BIN2 THEN 1 ELSE 0 END": 0,
    "CASE WHEN 'x5y' LIKE 'x[0-9]_' THEN 1 ELSE 0 END": 1,
    "CASE WHEN 'xay' LIKE 'x[^0-9]y' THEN 1 ELSE 0 END": 1,
    "CASE WHEN '50%' LIKE '50!%' ESCAPE '!' THEN 1 ELSE 0 END": 1,
    "CASE WHEN '50%' LIKE '50[%]' THEN 1 ELSE 0 END": 1,
    "CASE WHEN 'abc' NOT LIKE '%d%' THEN 1 ELSE 0 END": 1,
}
NUMBERS: dict[str, Any] = {
    "ABS(-5)": 5,
    "ROUND(2.5, 0)": D("3.0"),
    "ROUND(-2.5, 0)": D("-3.0"),
    "ROUND(123.456, 1)": D("123.500"),
    "ROUND(123.456, 1, 1)": D("123.400"),
    "ROUND(1234, -2)": 1200,
    "FLOOR(-1.5)": D(-2),
    "CEILING(-1.5)": D(-1),
    "SIGN(-3)": -1,
    "POWER(2, 10)": 1024,
    "SQRT(16)": 4.0,
    "SQUARE(3)": 9.0,
    "ISNUMERIC('1e5')": 1,
    "ISNUMERIC('x')": 0,
    "ISNUMERIC('$')": 1,
    "ISNUMERIC('1,000')": 1,
    "DEGREES(1)": 57,
    "COS(PI())": -1.0,
    "FORMAT(1234.5, 'N', 'en-US')": "1,234.50",
    "FORMAT(CAST('2026-03-04' AS date), 'yyyy/MM/dd')": "2026/03/04",
}
DATES: dict[str, Any] = {
    "DATEADD(day, 1, CAST('2024-02-28' AS date))": datetime.date(2024, 2, 29),
    "DATEADD(month, 1, CAST('2026-01-31' AS date))": datetime.date(2026, 2, 28),
    "DATEADD(year, -1, CAST('2024-02-29' AS date))": datetime.date(2023, 2, 28),
    "DATEADD(second, 90, CAST('2026-01-01' AS datetime2(0)))": moment(2026, 1, 1, 0, 1, 30),
    "DATEADD(millisecond, 5, CAST('2026-01-01' AS datetime2(3)))": moment(2026, 1, 1, 0, 0, 0, 5000),
    "DATEDIFF(day, '2025-12-31T23:59:59', '2026-01-01T00:00:00')": 1,
    "DATEDIFF(year, '2025-12-31', '2026-01-01')": 1,
    "DATEDIFF(second, '2026-01-01T00:00:00.9', '2026-01-01T00:00:01.1')": 1,
    "DATEDIFF(hour, '2026-01-01T00:59:00', '2026-01-01T01:00:00')": 1,
    "DATEDIFF(week, '2026-01-03', '2026-01-04')": 1,
    "DATEDIFF_BIG(millisecond, '1970-01-01', '2026-01-01')": 1767225600000,
    "DATEPART(quarter, '2026-08-01')": 3,
    "DATEPART(iso_week, '2027-01-01')": 53,
    "DATEPART(dayofyear, '2026-12-31')": 365,
    "DATEPART(nanosecond, CAST('00:00:00.1234567' AS time))": 123456700,
    "DATENAME(month, '2026-01-02')": "January",
    "DATEPART(millisecond, CAST('2026-01-02T00:00:00.997' AS datetime))": 997,
    "DATENAME(weekday, '2026-01-02')": "Friday",
    "YEAR('2026-03-04') * 10000 + MONTH('2026-03-04') * 100 + DAY('2026-03-04')": 20260304,
    "EOMONTH('2024-02-10')": datetime.date(2024, 2, 29),
    "EOMONTH('2024-02-10', 1)": datetime.date(2024, 3, 31),
    "DATEFROMPARTS(2026, 1, 2)": datetime.date(2026, 1, 2),
    "DATETIME2FROMPARTS(2026, 1, 2, 3, 4, 5, 67, 2)": moment(2026, 1, 2, 3, 4, 5, 670000),
    "ISDATE('2026-02-30')": 0,
    "CAST(SWITCHOFFSET(CAST('2026-01-01T12:00:00+02:00' AS datetimeoffset(0)), '+00:00') AS varchar(40))": (
        "2026-01-01 10:00:00 +00:00"
    ),
    "CASE WHEN CAST('2026-01-01T12:00:00+02:00' AS datetimeoffset) = '2026-01-01T10:00:00+00:00' THEN 1 ELSE 0 END": 1,
    "CASE WHEN ABS(DATEDIFF(second, SYSUTCDATETIME(), GETUTCDATE())) <= 1 THEN 1 ELSE 0 END": 1,
    "DATEDIFF(minute, 0, CAST('1900-01-01T00:05:00' AS datetime))": 5,
}
DOCUMENT = """N'{"name": "caf\\u00e9", "n": 1.50, "on": true, "none": null, "list": [1, {"a":"b"}], "sp ace": 2}'"""
JSON: dict[str, Any] = {
    f"JSON_VALUE({DOCUMENT}, '$.name')": "café",
    f"JSON_VALUE({DOCUMENT}, '$.n')": "1.50",
    f"JSON_VALUE({DOCUMENT}, '$.on')": "true",
    f"JSON_VALUE({DOCUMENT}, '$.none')": None,
    f"JSON_VALUE({DOCUMENT}, '$.missing')": None,
    f"JSON_VALUE({DOCUMENT}, '$.list')": None,
    f"JSON_VALUE({DOCUMENT}, '$.list[1].a')": "b",
    f"JSON_VALUE({DOCUMENT}, '$.\"sp ace\"')": "2",
    f"JSON_QUERY({DOCUMENT}, '$.list[1]')": '{"a":"b"}',
    f"JSON_QUERY({DOCUMENT}, '$.name')": None,
    f"ISJSON({DOCUMENT})": 1,
    "ISJSON('{')": 0,
    """JSON_MODIFY(N'{"a":1,"b":[1]}', 'append $.b', 2)""": '{"a":1,"b":[1,2]}',
    "ISJSON(NULL)": None,
}


@pytest.mark.parametrize("expression", [*OPERATORS, *TEXT, *NUMBERS, *DATES, *JSON])
def test_an_expression_has_the_documented_value(client: Client, expression: str) -> None:
    expected = {**OPERATORS, **TEXT, **NUMBERS, **DATES, **JSON}[expression]

    assert client.value(f"SELECT {expression}") == expected


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("SUBSTRING('abc', 1, -1)", 537),
        ("LEFT('abc', -1)", 537),
        ("SQRT(-1)", 3623),
        ("DATEADD(year, 8000, CAST('2026-01-01' AS date))", 517),
        ("DATEDIFF(second, '1900-01-01', '2026-01-01')", 535),
        ("DATEFROMPARTS(2026, 2, 30)", 289),
        ("TIMEFROMPARTS(24, 0, 0, 0, 0)", 289),
        ("DATEPART(hour, CAST('2026-01-01' AS date))", 9810),
        ("SUBSTRING(12345, 1, 2)", 8116),
        ("ASIN(2)", 3623),
        ("JSON_VALUE('{', '$.a')", 13609),
        ("JSON_VALUE('{}', 'strict $.a')", 13608),
        ("JSON_VALUE('{}', '$.')", 13607),
        ("NO_SUCH_FUNCTION(1)", 195),
        ("UPPER('a', 'b')", 174),
        ("@nothing", 137),
        ("nothing", 207),
        ("@@NO_SUCH_VARIABLE", 137),
        ("'a' * 2", 245),
        ("CAST('2026-01-01' AS date) + 1", 206),
        ("SUM(N'x')", 8117),
        ("CAST(1 AS nosuchtype)", 243),
    ],
)
def test_an_expression_that_makes_no_sense_is_an_error(client: Client, expression: str, number: int) -> None:
    assert client.error(f"SELECT {expression}") == number
