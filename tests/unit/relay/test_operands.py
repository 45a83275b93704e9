"""What a condition may compare a column with; what does not fit is refused with the remedy."""

import re
from decimal import Decimal
from typing import Any

import pytest

from relay.changes.conditions import Condition
from relay.guard.operands import operand_problems, operand_text
from relay.guard.problems import problems
from relay.guard.table import Column, Table
from tests.fakes import a_relay

ID = Column("Id", "int", 4, 10, 0, 1, computed=False)


def column(kind: str, length: int = 10, precision: int = 0, scale: int = 0) -> Column:
    return Column("C", kind, length, precision, scale, 0, computed=False)


@pytest.mark.parametrize(
    ("tested", "value", "text"),
    [
        (column("tinyint"), 255, "255"),
        (column("int"), Decimal("1E+3"), "1000"),
        (column("bigint"), -(2**63), "-9223372036854775808"),
        (column("int"), True, "1"),
        (column("decimal", precision=5, scale=2), Decimal("999.990"), "999.990"),
        (column("decimal", precision=38, scale=0), 10**38 - 1, "9" * 38),
        (column("decimal", precision=5, scale=5), Decimal("0.12345"), "0.12345"),
        (column("decimal", precision=5, scale=2), Decimal("0E-999999999"), "0"),
        (column("money"), Decimal("-922337203685477.5808"), "-922337203685477.5808"),
        (column("float"), Decimal("1E+308"), "1e+308"),
        (column("real"), 0, "0.0"),
        (column("bit"), False, "0"),
        (column("char", 4), "paid    ", "paid    "),
        (column("nvarchar", -1), "x" * 9000, "x" * 9000),
        (column("nchar", 2), "😀", "😀"),
        (column("uniqueidentifier"), "{6F9619FF-8B86-D011-B42D-00C04FC964FF}", "6F9619FF-8B86-D011-B42D-00C04FC964FF"),
        (column("varbinary", 2), "yv4=", "0xcafe"),
        (column("date"), "2026-01-31T00:00:00.000", "2026-01-31"),
        (column("time", scale=0), "13:30", "13:30:00"),
        (column("datetime"), "2026-01-31", "2026-01-31T00:00:00"),
        (column("datetime"), "2026-01-31 10:00:00.0070", "2026-01-31T10:00:00.007"),
        (column("smalldatetime"), "2026-01-31T10:00:00", "2026-01-31T10:00:00"),
        (column("datetime2", scale=7), "0001-01-01T00:00:00.1234567", "0001-01-01T00:00:00.1234567"),
        (column("datetimeoffset", scale=0), "2026-01-31", "2026-01-31T00:00:00+00:00"),
        (column("datetimeoffset", scale=0), "2026-01-31T10:00:00Z", "2026-01-31T10:00:00+00:00"),
        (column("datetimeoffset", scale=0), "2026-01-31T10:00:00-14:00", "2026-01-31T10:00:00-14:00"),
    ],
)
def test_what_fits_reaches_the_server_as_a_text_without_loss(tested: Column, value: Any, text: str) -> None:
    assert operand_text(tested, value) == text


@pytest.mark.parametrize(
    ("tested", "value", "problem"),
    [
        (column("int"), "1", "'1' is a text, and 'C' is int; write a number, without quotes"),
        (column("tinyint"), 256, "256 is out of the range of tinyint"),
        (column("smallint"), -32769, "out of the range"),
        (column("int"), 2**31, "out of the range"),
        (column("bigint"), 2**63, "out of the range"),
        (column("bigint"), 2**300, "a number of 301 bits is out of the range"),
        (column("int"), Decimal("1.5"), "more digits after the point"),
        (column("int"), Decimal("1E+999999999"), "out of the range"),
        (column("decimal", precision=5, scale=2), Decimal("1000"), "out of the range"),
        (
            column("decimal", precision=5, scale=2),
            Decimal("1.005"),
            "more digits after the point than 'C', which is decimal with 2",
        ),
        (column("decimal", precision=5, scale=2), Decimal("1E-999999999"), "out of the range"),
        (column("smallmoney"), Decimal("214748.3648"), "out of the range"),
        (column("money"), Decimal("0.00001"), "more digits after the point"),
        (column("real"), Decimal("1E+39"), "out of the range"),
        (column("float"), Decimal("1E-400"), "out of the range"),
        (column("float"), float("nan"), "nan is no number that a column can hold"),
        (column("float"), Decimal("Infinity"), "is no number that a column can hold"),
        (column("bit"), 2, "2 is no bit, and 'C' is one; write true or false"),
        (column("bit"), "true", "'true' is no bit"),
        (column("nvarchar"), 5, "5 is no text, and 'C' is nvarchar; write it in quotes"),
        (column("nvarchar"), True, "True is no text"),
        (column("char", 4), "unpaid", "'unpaid' has 6 characters, and 'C', which is char(4), never has it"),
        (column("nchar", 1), "😀", "has 2 characters"),
        (column("nvarchar", -1), "a\udc00", "holds half of a character; write whole ones"),
        (column("uniqueidentifier"), "6F9619FF", "is no uniqueidentifier, as 'C' is; write it as 6f9619ff-"),
        (column("varbinary"), "0xCAF", "is no base64, as which 'C' is sent"),
        (column("binary", 1), "yv4=", "has 2 bytes, and 'C' holds 1"),
        (column("date"), 20260131, "20260131 is no moment, and 'C' is date; write it like 2026-01-31"),
        (column("date"), "2026-02-30", "is no moment (day is out of range for month)"),
        (column("date"), "2026-01-31T10:00:00", "is finer than 'C', which is date"),
        (column("date"), "31.01.2026", "is no moment as date has it; write it like 2026-01-31"),
        (column("time", scale=0), "13:30:00.5", "is finer than 'C'"),
        (column("time", scale=0), "25:00", "is no moment (hour must be in 0..23)"),
        (column("datetime"), "1752-12-31", "is out of the range of datetime"),
        (column("datetime"), "2026-01-31T10:00:00.001", "is finer than 'C'"),
        (column("smalldatetime"), "2026-01-31T10:00:01", "is finer than 'C'"),
        (column("smalldatetime"), "2079-06-07", "is out of the range of smalldatetime"),
        (column("datetime2", scale=3), "2026-01-31T10:00:00.0001", "is finer than 'C'"),
        (column("datetime2", scale=3), "2026-01-31T10:00:00Z", "knows no offset: leave it out"),
        (column("datetimeoffset", scale=3), "2026-01-31T10:00:00+14:01", "the offset +14:01 does not exist"),
        (column("datetimeoffset", scale=3), "٢٠٢٦-01-31", "is no moment"),
        (column("geography"), "POINT (1 1)", "a column of type geography can be tested with is_null alone"),
        (column("sql_variant"), 1, "can be tested with is_null alone"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_remedy(tested: Column, value: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        operand_text(tested, value)


def test_every_operand_of_a_list_is_looked_at_and_each_problem_names_its_key() -> None:
    table = Table([ID, column("bit")])
    conditions = [
        Condition("Id", "in", (1, "2", Decimal("3.5"))),
        Condition("C", "is_null", True),
        Condition("C", "equals", 3),
    ]

    found = list(operand_problems(table, conditions))

    assert [text.split(": ")[0] for text in found] == ["condition.Id.in", "condition.Id.in", "condition.C.equals"]


def test_a_condition_has_no_more_values_than_a_statement_takes() -> None:
    [found] = operand_problems(Table([ID]), [Condition("Id", "in", tuple(range(1001)))])

    assert "condition: it has 1001 values, and a statement takes 1000" in found


def test_a_relay_is_refused_for_its_operands() -> None:
    relay = a_relay(condition=(Condition("Id", "equals", "1"),))

    assert list(problems(relay, Table([ID]), unsupported=frozenset())) == [
        "relay 'orders': condition.Id.equals: '1' is a text, and 'Id' is int; write a number, without quotes"
    ]


NAME, CODE = (Column(name, "nvarchar", 50, 0, 0, 0, computed=False) for name in ("Name", "Code"))


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (
            {"rename": {"Name": "Code"}},
            "rename.Name: 'Code' is already the name of the column 'Code' of [dbo].[Orders]; take another",
        ),
        ({"rename": {"Code": "Id"}}, "rename.Code: 'Id' is already the name of the column 'Id'"),
        ({"rename": {"Code": "Id"}, "send": ("Code",)}, "rename.Code: 'Id' is already the name of the column 'Id'"),
        ({"rename": {"Id": "Name"}}, "rename.Id: 'Name' is already the name of the column 'Name'"),
    ],
)
def test_a_new_name_that_another_column_of_a_delivery_has_is_refused(options: dict[str, Any], found: str) -> None:
    [problem] = problems(a_relay(**options), Table([ID, NAME, CODE]), unsupported=frozenset())

    assert found in problem


@pytest.mark.parametrize(
    "options",
    [
        {"rename": {"Name": "Code", "Code": "Name"}},
        {"rename": {"Name": "Code"}, "send": ("Id", "Name")},
        {"rename": {"Name": "id"}},
    ],
)
def test_a_new_name_that_nobody_else_has_is_free(options: dict[str, Any]) -> None:
    assert list(problems(a_relay(**options), Table([ID, NAME, CODE]), unsupported=frozenset())) == []
