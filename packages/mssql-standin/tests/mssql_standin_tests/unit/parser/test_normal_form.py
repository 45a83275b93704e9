"""Defaults, checks and computed columns as the catalog shows them."""

import pytest

from mssql_standin.parser.normal_form import normal_condition, normal_value
from mssql_standin.parser.statements import parse_condition, parse_value


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("0", "((0))"),
        ("(0)", "((0))"),
        ("-1", "((-1))"),
        ("1.50", "((1.50))"),
        ("-0.5", "((-0.5))"),
        ("1.5e0", "((1.5000000000000000e+000))"),
        ("2147483648", "((2147483648))"),
        ("NULL", "(NULL)"),
        ("'it''s'", "('it''s')"),
        ("N'x'", "(N'x')"),
        ("0x0aFF", "(0x0AFF)"),
        ("GETDATE()", "(getdate())"),
        ("SysUtcDateTime()", "(sysutcdatetime())"),
        ("CURRENT_TIMESTAMP", "(getdate())"),
        ("SYSTEM_USER", "(suser_sname())"),
        ("NEWID()", "(newid())"),
        ("DATEADD(dd, -18, GETDATE())", "(dateadd(day,(-18),getdate()))"),
        ("CAST(GETDATE() AS date)", "(CONVERT([date],getdate()))"),
        ("CONVERT(varchar(10), GETDATE(), 120)", "(CONVERT([varchar](10),getdate(),(120)))"),
        ("CAST(1 AS decimal(9, 2))", "(CONVERT([decimal](9,2),(1)))"),
        ("TRY_CAST('1' AS int)", "(TRY_CAST('1' AS [int]))"),
        ("CAST(N'' AS nvarchar(max))", "(CONVERT([nvarchar](max),N''))"),
        ("A + B", "([A]+[B])"),
        ("[a ]]b] * -c", "([a ]]b]*-[c])"),
        ("SubTotal + Tax + Freight", "(([SubTotal]+[Tax])+[Freight])"),
        ("A + B * C", "([A]+[B]*[C])"),
        ("ISNULL(Price * (1.0 - Discount) * Quantity, 0.0)", "(isnull(([Price]*((1.0)-[Discount]))*[Quantity],(0.0)))"),
        ("IIF(A > 1, 'x', N'y')", "(case when [A]>(1) then 'x' else N'y' end)"),
        ("CASE A WHEN 1 THEN 2 END", "(case [A] when (1) then (2) end)"),
        ("-(A + B)", "(-([A]+[B]))"),
    ],
)
def test_a_value(written: str, shown: str) -> None:
    assert normal_value(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a>0", "([a]>(0))"),
        ("(A > 0) AND (B != 0)", "([A]>(0) AND [B]<>(0))"),
        ("A = 1 OR B = 2 AND C = 3", "([A]=(1) OR [B]=(2) AND [C]=(3))"),
        ("(A = 1 OR B = 2) AND C = 3", "(([A]=(1) OR [B]=(2)) AND [C]=(3))"),
        ("Status IN ('a', 'b')", "([Status]='b' OR [Status]='a')"),
        ("A IN (1)", "([A]=(1))"),
        ("UPPER(S) IN ('U', 'W') AND A IS NOT NULL", "((upper([S])='W' OR upper([S])='U') AND [A] IS NOT NULL)"),
        ("A NOT IN (1, 2)", "([A]<>(2) AND [A]<>(1))"),
        ("A BETWEEN 1 AND 2 OR A IS NULL", "([A]>=(1) AND [A]<=(2) OR [A] IS NULL)"),
        ("A NOT BETWEEN 1 AND 2 AND B = 1", "(([A]<(1) OR [A]>(2)) AND [B]=(1))"),
        ("NOT (A = 1 OR B = 1)", "(NOT ([A]=(1) OR [B]=(1)))"),
        ("T NOT LIKE '%x'", "(NOT [T] like '%x')"),
        ("T LIKE '!%%' ESCAPE '!'", "([T] like '!%%' escape '!')"),
        ("T COLLATE Latin1_General_BIN2 = 'x'", "([T] collate Latin1_General_BIN2='x')"),
        ("ISJSON(T) > 0", "(isjson([T])>(0))"),
    ],
)
def test_a_condition(written: str, shown: str) -> None:
    assert normal_condition(written) == shown


def test_a_normal_form_is_its_own() -> None:
    value, condition = "(isnull(([Price]*((1.0)-[Discount]))*[Quantity],(0.0)))", "(([A]=(1) OR [B]=(2)) AND [C]=(3))"

    assert normal_value(value) == value
    assert normal_condition(condition) == condition
    assert parse_value(normal_value("A + B * 2")) == parse_value("[A] + [B] * 2")
    assert parse_condition(normal_condition("a > 1 AND b < 2")) == parse_condition("[a] > 1 AND [b] < 2")
