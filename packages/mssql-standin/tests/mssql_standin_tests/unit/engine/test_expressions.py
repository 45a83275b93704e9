"""Values and types of expressions."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest

from mssql_standin.results import Parameter
from mssql_standin.sql_types import DateTime, DateTimeOffset, SqlType, Time
from mssql_standin.values.type_rules import declaration
from mssql_standin_tests.unit.engine.client import Client

DAY = 864_000_000_000
NOON_2020 = (datetime.date(2020, 1, 2).toordinal() - 1) * DAY + DAY // 2


@pytest.mark.parametrize(
    ("expression", "value", "declared"),
    [
        ("1 + 2", 3, "int"),
        ("7 / 2", 3, "int"),
        ("-7 / 2", -3, "int"),
        ("-7 % 3", -1, "int"),
        ("7 % -3", 1, "int"),
        ("CAST(5000000000 AS bigint) * 2", 10_000_000_000, "bigint"),
        ("2147483648", Decimal(2147483648), "decimal(10,0)"),
        ("5 & 3", 1, "int"),
        ("5 | 3", 7, "int"),
        ("5 ^ 3", 6, "int"),
        ("~5", -6, "int"),
        ("~CAST(5 AS tinyint)", 250, "tinyint"),
        ("1.5 + 2.25", Decimal("3.75"), "decimal(4,2)"),
        ("1.5 * 2", Decimal("3.0"), "decimal(4,1)"),
        ("2 / 3.0", Decimal("0.666666"), "decimal(8,6)"),
        ("1 / CAST(3 AS decimal(10,2))", Decimal("0.33333333333"), "decimal(14,11)"),
        ("-1.5", Decimal("-1.5"), "decimal(2,1)"),
        ("CAST(99999999999999999999999999999999999999 AS decimal(38,0)) - 1", Decimal("9" * 37 + "8"), "decimal(38,0)"),
        ("CAST('0.1' AS decimal(38,38)) * 3", Decimal("0.30000000000000000000000000000000000"), "decimal(38,36)"),
        ("7.5 % 2", Decimal("1.5"), "decimal(2,1)"),
        ("1e0 / 3", 1 / 3, "float"),
        ("CAST(1 AS money) / 3", Decimal("0.3333"), "money"),
        ("'5' + 3", 8, "int"),
        ("1 + NULL", None, "int"),
        ("0x0102 + 0x03", b"\x01\x02\x03", "varbinary(3)"),
        ("'a' + N'b'", "ab", "nvarchar(2)"),
        ("'a' + NULL", None, "varchar(1)"),
        ("LEN(REPLICATE('x', 5000) + REPLICATE('x', 5000))", 8000, "int"),
        ("LEN(CAST('x' AS varchar(max)) + REPLICATE('x', 8000))", 8001, "bigint"),
        ("CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END", "two", "varchar(3)"),
        ("CASE WHEN 1 = 0 THEN 1 END", None, "int"),
        ("CASE WHEN 1 = 1 THEN 1 ELSE 2.5 END", Decimal("1.0"), "decimal(2,1)"),
        ("IIF(1 < 2, 'yes', 'no')", "yes", "varchar(3)"),
        ("COALESCE(NULL, 1, 2.50)", Decimal("1.00"), "decimal(3,2)"),
        ("ISNULL(NULL, 'ab')", "ab", "varchar(2)"),
        ("ISNULL(CAST(NULL AS varchar(3)), 'abcdef')", "abc", "varchar(3)"),
        ("NULLIF(1, 1)", None, "int"),
        ("NULLIF('a', 'A ')", None, "varchar(1)"),
        ("CHOOSE(2, 'a', 'b')", "b", "varchar(1)"),
    ],
)
def test_value_and_type(client: Client, expression: str, value: Any, declared: str) -> None:
    answer = client.run(f"SELECT {expression}")

    assert answer.sets == [[(value,)]]
    assert declaration(answer.columns[0][0].type) == declared


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("SUBSTRING('abcdef', 2, 3)", "bcd"),
        ("SUBSTRING('abc', 0, 2)", "a"),
        ("SUBSTRING(0x010203, 2, 1)", b"\x02"),
        ("LEFT('abc', 2)", "ab"),
        ("RIGHT('abc', 2)", "bc"),
        ("LEN('ab  ')", 2),
        ("LEN(N'\U0001f600')", 2),
        ("DATALENGTH(N'ab')", 4),
        ("DATALENGTH('ab ')", 3),
        ("DATALENGTH(1)", 4),
        ("UPPER('aé')", "AÉ"),
        ("LTRIM(RTRIM('  a '))", "a"),
        ("TRIM('  a ')", "a"),
        ("REPLACE('aBAb', 'a', 'x')", "xBxb"),
        ("REPLICATE('ab', 3)", "ababab"),
        ("CHARINDEX('C', 'abcabc')", 3),
        ("CHARINDEX('c', 'abcabc', 4)", 6),
        ("CHARINDEX('x', 'abc')", 0),
        ("STUFF('abcdef', 2, 3, 'X')", "aXef"),
        ("REVERSE('abc')", "cba"),
        ("CONCAT('a', NULL, 1, 2.50)", "a12.50"),
        ("CONCAT_WS('-', 'a', NULL, 'b')", "a-b"),
        ("QUOTENAME('a]b')", "[a]]b]"),
        ("QUOTENAME('a', '''')", "'a'"),
        ("STRING_ESCAPE(N'a\"b\\c/d' + CHAR(10) + CHAR(1), 'json')", 'a\\"b\\\\c\\/d\\n\\u0001'),
        ("ASCII('A')", 65),
        ("UNICODE(N'é')", 233),
        ("NCHAR(8364)", "€"),
        ("STR(3.14159, 6, 2)", "  3.14"),
        ("TRANSLATE('abc', 'ab', 'xy')", "xyc"),
        ("PATINDEX('%b_d%', 'abcd')", 2),
        ("LOWER(CONVERT(varchar(64), HASHBYTES('SHA2_256', 'abc'), 2))",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("HASHBYTES('MD5', N'a')", bytes.fromhex("4144e195f46de78a3623da7364d04f11")),
        ("ABS(-5)", 5),
        ("ROUND(123.456, 1)", Decimal("123.500")),
        ("ROUND(123.456, 1, 1)", Decimal("123.400")),
        ("ROUND(155, -1)", 160),
        ("FLOOR(-1.5)", Decimal(-2)),
        ("CEILING(1.2)", Decimal(2)),
        ("SIGN(-2.5)", Decimal("-1.0")),
        ("POWER(2, 10)", 1024),
        ("SQRT(16)", 4.0),
        ("ISNUMERIC('12.5')", 1),
        ("ISNUMERIC('x')", 0),
        ("PARSENAME('a.b.c', 1)", "c"),
        ("GREATEST(1, 3, 2)", 3),
        ("LEAST('b', 'A')", "A"),
    ],
)  # fmt: skip
def test_function(client: Client, expression: str, value: Any) -> None:
    assert client.value(f"SELECT {expression}") == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("CAST('2020-01-02 12:00' AS datetime2(0))", DateTime(NOON_2020)),
        ("CAST('20200102' AS date)", datetime.date(2020, 1, 2)),
        ("CAST('2020-01-02T12:00:00.1234567' AS datetime2)", DateTime(NOON_2020 + 1_234_567)),
        ("CAST('2020-01-02T12:00:00.1234567' AS datetime2(3))", DateTime(NOON_2020 + 1_230_000)),
        ("CAST('2020-01-02T12:00:00.126' AS datetime)", DateTime(NOON_2020 + 1_266_667)),
        ("CAST('12:34:56.5' AS time(1))", Time((12 * 3600 + 34 * 60 + 56) * 10_000_000 + 5_000_000)),
        ("CAST('2020-01-02T12:00:00+02:00' AS datetimeoffset)", DateTimeOffset(NOON_2020 - 72_000_000_000, 120)),
        ("CAST(CAST('2020-01-02T12:00:00+02:00' AS datetimeoffset) AS datetime2)", DateTime(NOON_2020)),
        ("CAST('2020-01-02T12:00:00Z' AS datetime2)", DateTime(NOON_2020)),
        ("CONVERT(varchar(40), CAST('2020-01-02T12:00:00.1234567' AS datetime2), 126)", "2020-01-02T12:00:00.1234567"),
        ("CONVERT(varchar(40), CAST('2020-01-02T12:00:00' AS datetime2(3)), 121)", "2020-01-02 12:00:00.000"),
        ("CONVERT(varchar(40), CAST('2020-01-02T12:00:00.123' AS datetime), 126)", "2020-01-02T12:00:00.123"),
        ("CONVERT(varchar(40), CAST('2020-01-02T12:00:00' AS datetime), 126)", "2020-01-02T12:00:00"),
        ("CONVERT(varchar(40), CAST('2020-01-02T12:00:00' AS datetime))", "Jan  2 2020 12:00PM"),
        ("CONVERT(varchar(40), CAST('2020-01-02T12:00:00.5+02:00' AS datetimeoffset(1)), 126)", "2020-01-02T12:00:00.5+02:00"),
        ("CONVERT(varchar(40), CAST('2020-01-02T12:00:00+02:00' AS datetimeoffset), 127)", "2020-01-02T10:00:00Z"),
        ("CONVERT(varchar(40), CAST('2020-01-02' AS date), 126)", "2020-01-02"),
        ("CONVERT(varchar(40), CAST('2020-01-02' AS date), 112)", "20200102"),
        ("CONVERT(varchar(40), CAST('12:34:56.1234567' AS time), 126)", "12:34:56.1234567"),
        ("CAST(CAST('2020-01-02' AS datetime2(0)) AS varchar(40))", "2020-01-02 00:00:00"),
        ("DATEADD(second, 90, CAST('2020-01-02T11:58:30' AS datetime2(0)))", DateTime(NOON_2020)),
        ("DATEADD(month, 1, CAST('2020-01-31' AS date))", datetime.date(2020, 2, 29)),
        ("DATEADD(year, -1, CAST('2020-02-29' AS date))", datetime.date(2019, 2, 28)),
        ("DATEADD(month, 1, CAST('2019-12-31' AS date))", datetime.date(2020, 1, 31)),
        ("DATEADD(millisecond, 1, CAST('2020-01-02T12:00:00' AS datetime2(7)))", DateTime(NOON_2020 + 10_000)),
        ("DATEDIFF(second, '2020-01-02T11:59:59.9', '2020-01-02T12:00:00.1')", 1),
        ("DATEDIFF(year, '2019-12-31', '2020-01-01')", 1),
        ("DATEDIFF(day, CAST('2020-01-01' AS date), CAST('2020-03-01' AS date))", 60),
        ("DATEDIFF_BIG(nanosecond, '2020-01-01', '2020-01-02')", 86_400_000_000_000),
        ("DATEPART(weekday, CAST('2020-01-02' AS date))", 5),
        ("DATENAME(month, CAST('2020-01-02' AS date))", "January"),
        ("YEAR('2020-05-06')", 2020),
        ("EOMONTH('2020-02-10')", datetime.date(2020, 2, 29)),
        ("DATEFROMPARTS(2020, 1, 2)", datetime.date(2020, 1, 2)),
        ("DATETIME2FROMPARTS(2020, 1, 2, 12, 0, 0, 5, 1)", DateTime(NOON_2020 + 5_000_000)),
        ("SWITCHOFFSET(CAST('2020-01-02T12:00:00+00:00' AS datetimeoffset), '+02:00')", DateTimeOffset(NOON_2020, 120)),
        ("CAST('2020-01-02' AS datetime) + 1", DateTime(NOON_2020 + DAY // 2)),
    ],
)  # fmt: skip
def test_dates_and_times(client: Client, expression: str, value: Any) -> None:
    assert client.value(f"SELECT {expression}") == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("CAST(1.5 AS int)", 1),
        ("CAST(-1.5 AS int)", -1),
        ("CAST(1.55 AS decimal(5,1))", Decimal("1.6")),
        ("CAST(' 12 ' AS int)", 12),
        ("CAST('' AS int)", 0),
        ("CAST('true' AS bit)", 1),
        ("CAST(17 AS bit)", 1),
        ("CAST(1234567 AS varchar(3))", "*"),
        ("CAST('abcdef' AS varchar(3))", "abc"),
        ("CAST('ab' AS char(4))", "ab  "),
        ("CAST(0x4142 AS varchar(10))", "AB"),
        ("CAST(0x41004200 AS nvarchar(10))", "AB"),
        ("CONVERT(varchar(10), 0xAB, 1)", "0xAB"),
        ("CONVERT(varbinary(10), '0xAB01', 1)", b"\xab\x01"),
        ("CONVERT(varbinary(10), 'AB01', 2)", b"\xab\x01"),
        ("CAST(258 AS varbinary(8))", b"\x00\x00\x01\x02"),
        ("CAST(0x0102 AS int)", 258),
        ("CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier)", uuid.UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")),
        ("CONVERT(char(36), CAST(0xFF19966F868B11D0B42D00C04FC964FF AS uniqueidentifier))", "6F9619FF-8B86-D011-B42D-00C04FC964FF"),
        ("CAST(CAST(1.1 AS float) AS varchar(30))", "1.1"),
        ("CONVERT(varchar(30), CAST(0.1 AS float), 3)", "1.0000000000000001e-001"),
        ("CAST(CAST(1234567.0 AS float) AS varchar(30))", "1.23457e+006"),
        ("CONVERT(varchar(30), CAST(1234.5678 AS money), 2)", "1234.5678"),
        ("CONVERT(varchar(30), CAST(1234.5678 AS money), 1)", "1,234.57"),
        ("CAST(N'Ω€x' AS varchar(10))", "?€x"),
        ("TRY_CAST('x' AS int)", None),
        ("TRY_CONVERT(date, '2020-13-01')", None),
        ("CAST(1e0 / 3 AS decimal(20,10))", Decimal("0.3333333333")),
        ("CAST(CAST('1.1' AS real) AS float)", 1.100000023841858),
    ],
)  # fmt: skip
def test_conversion(client: Client, expression: str, value: Any) -> None:
    assert client.value(f"SELECT {expression}") == value


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("'a' = 'A  '", True),
        ("'a' = 'á'", False),
        ("'a' = 'A' COLLATE Latin1_General_BIN2", False),
        ("'a' < 'B' COLLATE Latin1_General_BIN2", False),
        ("N'É' = N'é'", True),
        ("'a' < 'B'", True),
        ("'_a' < '1'", True),
        ("'abc' LIKE 'A_c'", True),
        ("'abc' LIKE '%[x-z]'", False),
        ("'a5' LIKE 'a[0-9]'", True),
        ("'ab' LIKE 'a[^0-9]'", True),
        ("'50%' LIKE '50!%' ESCAPE '!'", True),
        ("'50x' LIKE '50!%' ESCAPE '!'", False),
        ("'a[b' LIKE 'a[[]b'", True),
        ("'ab ' LIKE 'ab'", True),
        ("2 BETWEEN 1 AND 3", True),
        ("2 NOT BETWEEN 1 AND 3", False),
        ("2 IN (1, '2')", True),
        ("3 NOT IN (1, NULL)", False),
        ("NULL = NULL", False),
        ("NOT (1 = 2 OR 1 = 3)", True),
        ("1.10 = 1.1", True),
        ("CAST('2020-01-01T01:00:00+01:00' AS datetimeoffset) = CAST('2020-01-01T00:00:00Z' AS datetimeoffset)", True),
        ("CAST('2020-01-01' AS date) = CAST('2020-01-01T00:00:00' AS datetime2)", True),
        ("-5.5 < -5.4 AND -10 < -9.9 AND 10.0 > 9.99 AND -0.5 < 0.0", True),
        ("EXISTS (SELECT 1 WHERE 1 = 0)", False),
        ("'x' = (SELECT 'X')", True),
    ],
)
def test_condition(client: Client, condition: str, holds: bool) -> None:
    assert client.value(f"SELECT CASE WHEN {condition} THEN 1 ELSE 0 END") == int(holds)


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT 1 / 0", 8134),
        ("SELECT 1.0 / 0", 8134),
        ("SELECT 1e0 / 0", 8134),
        ("SELECT 2147483647 + 1", 8115),
        ("SELECT CAST(9223372036854775807 AS bigint) + 1", 8115),
        ("SELECT CAST(300 AS tinyint)", 220),
        ("SELECT CAST(123.4 AS decimal(3,1))", 8115),
        ("SELECT CAST('x' AS int)", 245),
        ("SELECT CAST('99999999999' AS int)", 248),
        ("SELECT CAST('x' AS decimal(5,2))", 8114),
        ("SELECT CAST('x' AS float)", 8114),
        ("SELECT CAST('x' AS date)", 241),
        ("SELECT CAST('1700-01-01' AS datetime)", 242),
        ("SELECT CAST('x' AS uniqueidentifier)", 8169),
        ("SELECT CONVERT(varbinary(9), 'zz', 2)", 8114),
        ("SELECT CAST(1.5 AS uniqueidentifier)", 529),
        ("SELECT CAST(NEWID() AS varchar(5))", 8170),
        ("SELECT SUBSTRING('a', 1, -1)", 537),
        ("SELECT 'a' - 'b'", 8117),
        ("SELECT 1 WHERE CAST('2020-01-01' AS datetime2) = 1", 206),
        ("SELECT (SELECT 1 UNION ALL SELECT 2)", 512),
        ("SELECT DATEADD(year, 9000, CAST('2020-01-01' AS date))", 517),
        ("SELECT DATEDIFF(nanosecond, '2020-01-01', '2020-01-02')", 535),
        ("SELECT 'a' COLLATE Latin1_General_BIN2 + 'b' COLLATE Latin1_General_CI_AS", 468),
        ("SELECT CASE WHEN 1 = 1 THEN NULL END", 8133),
    ],
)
def test_error_of_an_expression(client: Client, sql: str, number: int) -> None:
    assert client.number(sql) == number


def test_guarded_division_is_not_evaluated(client: Client) -> None:
    assert client.value("DECLARE @d int = 0; SELECT CASE WHEN @d = 0 THEN -1 ELSE 10 / @d END") == -1


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (SqlType("bit"), 1),
        (SqlType("bigint"), -(2**63)),
        (SqlType("decimal", precision=38, scale=10), Decimal("-1234567890123456789012345678.0123456789")),
        (SqlType("decimal", precision=5, scale=2), Decimal("0.00")),
        (SqlType("money"), Decimal("-922337203685477.5808")),
        (SqlType("float"), 1.7976931348623157e308),
        (SqlType("nvarchar", 50), "Ωmega \U0001f600 \0 x"),
        (SqlType("nvarchar", -1), "x" * 100_000),
        (SqlType("varbinary", -1), bytes(range(256)) * 100),
        (SqlType("uniqueidentifier"), uuid.UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")),
        (SqlType("date"), datetime.date(9999, 12, 31)),
        (SqlType("time", scale=7), Time(863_999_999_999)),
        (SqlType("datetime2", scale=7), DateTime(3_155_378_975_999_999_999)),
        (SqlType("datetimeoffset", scale=7), DateTimeOffset(637_134_336_001_234_567, -330)),
    ],
    ids=lambda value: value.name if isinstance(value, SqlType) else "",
)
def test_every_type_is_stored_and_read_back_exactly(client: Client, declared: SqlType, value: Any) -> None:
    client.run(f"CREATE TABLE t (v {declaration(declared)} NULL)")

    client.run("INSERT INTO t VALUES (@v), (NULL)", Parameter("@v", declared, value))

    assert client.rows("SELECT v FROM t WHERE v = @v", Parameter("@v", declared, value)) == [(value,)]
    assert client.value("SELECT COUNT(*) FROM t WHERE v IS NULL") == 1


def test_decimals_of_any_size_sort_by_value(client: Client) -> None:
    values = [
        Decimal(text)
        for text in ("-12345678901234567890.5", "-100", "-99.99", "-0.01", "0", "0.001", "9.9", "10", "1e30")
    ]
    client.run("CREATE TABLE t (v decimal(38,6) NOT NULL)")
    for value in reversed(values):
        client.run("INSERT INTO t VALUES (@v)", Parameter("@v", SqlType("decimal", precision=38, scale=6), value))

    assert [row[0] for row in client.rows("SELECT v FROM t ORDER BY v DESC")] == sorted(values, reverse=True)
    assert client.value("SELECT SUM(v) FROM t WHERE v < 1000 AND v > -1000") == Decimal("-180.099000")


def test_uniqueidentifiers_sort_by_their_last_bytes_first(client: Client) -> None:
    rows = client.rows(
        "SELECT CAST(g AS uniqueidentifier) AS g FROM (VALUES ('FF000000-0000-0000-0000-000000000001'), "
        "('00000000-0000-0000-0000-000000000002')) AS v (g) ORDER BY g"
    )

    assert [str(g)[-1] for (g,) in rows] == ["1", "2"]


def test_clock_stands_still_within_a_statement(client: Client) -> None:
    assert client.value("SELECT CASE WHEN SYSDATETIME() = SYSDATETIME() THEN 1 ELSE 0 END") == 1
    assert client.value("SELECT ABS(DATEDIFF(second, SYSUTCDATETIME(), GETUTCDATE()))") <= 1
    assert (
        client.value("SELECT ABS(DATEDIFF(second, SYSDATETIMEOFFSET(), TODATETIMEOFFSET(SYSUTCDATETIME(), '+00:00')))")
        == 0
    )


def test_newid_differs_per_row(client: Client) -> None:
    rows = client.rows("SELECT NEWID() FROM (VALUES (1), (2), (3)) AS v (n)")

    assert len(set(rows)) == 3
