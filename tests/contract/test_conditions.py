"""Row conditions are what SQL Server says: under the column's type, collation, padding and precision, whatever the row looks like in JSON."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.enable import enable
from adapters.sql_server.table import RelayTable
from relay.changes.conditions import Condition
from relay.config.values import Relay
from relay.errors import ConfigError
from relay.identifiers import TableName
from tests.contract.leases import APP
from tests.contract.relay_scene import Scene
from tests.sql_client import SqlServer

# Column -> its declaration and the value of row 1; row 2 has NULL everywhere.
COLUMNS = {
    "Char": ("char(10)", "'paid'"),
    "NChar": ("nchar(5)", "N'SE'"),
    "Varchar": ("varchar(5)", "'SE  '"),
    "Lower": ("nvarchar(10)", "N'se'"),
    "Strict": ("nvarchar(10) COLLATE Latin1_General_100_CS_AS", "N'se'"),
    "Bytewise": ("varchar(10) COLLATE Latin1_General_100_BIN2", "'Åse'"),
    "Max": ("nvarchar(max)", "N'long'"),
    "Guid": ("uniqueidentifier", "'6f9619ff-8b86-d011-b42d-00c04fc964ff'"),
    "Offset": ("datetimeoffset(3)", "'2025-12-31T20:00:00-05:00'"),
    "Moment": ("datetime2(7)", "'2026-01-31'"),
    "Old": ("datetime", "'2026-01-31T10:00:00.997'"),
    "Small": ("smalldatetime", "'2026-01-31T10:00:00'"),
    "Day": ("date", "'2026-01-31'"),
    "Time": ("time(3)", "'13:30:00.5'"),
    "Tiny": ("tinyint", "7"),
    "Int": ("int", "7"),
    "Big": ("bigint", "9007199254740993"),
    "Amount": ("decimal(38, 10)", "12345678901234567890.0000000001"),
    "Price": ("money", "12.5"),
    "Float": ("float", "0.1"),
    "Real": ("real", "0.1"),
    "Flag": ("bit", "1"),
    "Bytes": ("varbinary(8)", "0xCAFE"),
    "Fixed": ("binary(4)", "0xCAFE0000"),
    "Br]ack 'et?": ("int", "7"),
}


@pytest.fixture(scope="module")
def table(odbc: OdbcConnection) -> Iterator[Scene]:
    server = SqlServer(odbc)
    relay = Relay(name="conditions", table=TableName("dbo", "Every kind of column"), endpoint="http://127.0.0.1:1")
    columns = ", ".join(f"[{name.replace(']', ']]')}] {kind} NULL" for name, (kind, _) in COLUMNS.items())
    made = Scene(server, server, relay, f"Id int NOT NULL PRIMARY KEY, {columns}")
    made.run(f"INSERT INTO {{t}} VALUES (1, {', '.join(value for _, value in COLUMNS.values())})")
    made.run("INSERT INTO {t} (Id) VALUES (2)")
    made.lease()
    yield made
    server.close()


def meets(table: Scene, row: int, *conditions: Condition) -> bool:
    relay = replace(table.relay, condition=conditions)
    [change] = SqlChanges(RelayTable(table.server, APP, relay)).enrich([{"Id": row}]).changes
    return change.meets_condition


@pytest.mark.parametrize(
    ("column", "operator", "operand", "expected"),
    [
        # Blanks at the end tell nothing apart, in the row or in the operand.
        ("Char", "equals", "paid", True),
        ("Char", "equals", "PAID   ", True),
        ("Char", "equals", "paid it", False),
        ("Char", "at_most", "paid", True),
        ("NChar", "in", ("NO", "SE"), True),
        ("NChar", "not_in", ("SE",), False),
        ("Varchar", "equals", "SE", True),
        ("Varchar", "equals", "SE         ", True),
        # Capitals and accents as the column's collation has them.
        ("Lower", "in", ("SE",), True),
        ("Lower", "not_equals", "SE", False),
        ("Strict", "in", ("SE",), False),
        ("Strict", "equals", "se ", True),
        ("Bytewise", "equals", "Åse", True),
        ("Bytewise", "equals", "åse", False),
        ("Bytewise", "at_least", "z", True),
        ("Max", "equals", "LONG", True),
        ("Max", "equals", "x" * 9000, False),
        # Identifiers have no case.
        ("Guid", "equals", "6F9619FF-8B86-D011-B42D-00C04FC964FF", True),
        ("Guid", "in", ("{6f9619ff-8b86-d011-b42d-00c04fc964fe}",), False),
        # A moment is a moment, however it is written; without an offset it is UTC.
        ("Offset", "equals", "2026-01-01T01:00:00Z", True),
        ("Offset", "at_least", "2026-01-01T00:00:00Z", True),
        ("Offset", "at_least", "2026-01-01T01:00:00.001", False),
        ("Offset", "at_most", "2026-01-01", False),
        ("Moment", "at_most", "2026-01-31", True),
        ("Moment", "equals", "2026-01-31T00:00:00.0000000", True),
        ("Moment", "at_least", "2026-01-31 00:00:00.0000001", False),
        ("Old", "equals", "2026-01-31T10:00:00.997", True),
        ("Old", "at_least", "2026-01-31T10:00:01", False),
        ("Small", "equals", "2026-01-31T10:00", True),
        ("Day", "equals", "2026-01-31T00:00:00", True),
        ("Day", "at_least", "2026-02-01", False),
        ("Time", "equals", "13:30:00.500", True),
        ("Time", "at_most", "13:30", False),
        # Numbers to the last digit.
        ("Tiny", "in", (7, 8), True),
        ("Int", "equals", Decimal("7.0"), True),
        ("Int", "not_in", (8, 9), True),
        ("Big", "equals", 9007199254740993, True),
        ("Big", "equals", 9007199254740992, False),
        ("Amount", "at_least", Decimal("12345678901234567890.0000000001"), True),
        ("Amount", "at_least", Decimal("12345678901234567890.0000000002"), False),
        ("Price", "equals", Decimal("12.5000"), True),
        ("Float", "equals", Decimal("0.1"), True),
        ("Real", "equals", Decimal("0.1"), True),
        ("Real", "at_most", Decimal("0.09999"), False),
        ("Flag", "equals", True, True),
        ("Flag", "not_equals", 1, False),
        ("Bytes", "equals", "yv4=", True),
        ("Bytes", "equals", "yv8=", False),
        ("Fixed", "equals", "yv4=", True),
        ("Br]ack 'et?", "equals", 7, True),
    ],
)
def test_a_row_meets_a_condition_if_sql_server_says_so(
    table: Scene, column: str, operator: str, operand: Any, expected: bool
) -> None:
    assert meets(table, 1, Condition(column, operator, operand)) is expected


@pytest.mark.parametrize("column", COLUMNS)
def test_null_is_told_from_every_value_of_every_type(table: Scene, column: str) -> None:
    assert meets(table, 2, Condition(column, "is_null", True))
    assert not meets(table, 1, Condition(column, "is_null", True))
    assert meets(table, 1, Condition(column, "is_null", False))


@pytest.mark.parametrize(
    ("operator", "operand", "expected"),
    [
        ("equals", 7, False),
        ("in", (7,), False),
        ("at_least", 0, False),
        ("at_most", 9, False),
        ("not_equals", 7, True),
        ("not_in", (7,), True),
    ],
)
def test_null_is_no_value_and_none_of_them(table: Scene, operator: str, operand: Any, expected: bool) -> None:
    assert meets(table, 2, Condition("Int", operator, operand)) is expected


def test_all_tests_of_a_condition_must_hold(table: Scene) -> None:
    int_is_7, price_is_low = Condition("Int", "equals", 7), Condition("Price", "at_most", 1)

    assert meets(table, 1)
    assert meets(table, 1, int_is_7, Condition("Price", "at_least", 1))
    assert not meets(table, 1, int_is_7, price_is_low)


def test_a_list_may_be_long(table: Scene) -> None:
    assert meets(table, 1, Condition("Int", "in", tuple(range(1, 1001))))


def test_a_text_reaches_the_column_in_the_columns_own_letters(table: Scene) -> None:
    """What its code page has not would silently become another letter, or a question mark."""
    relay = replace(
        table.relay,
        condition=(
            Condition("Bytewise", "equals", "Åse"),
            Condition("Varchar", "in", ("SE", "Łódź")),
            Condition("Lower", "equals", "Łódź"),
        ),
    )

    with pytest.raises(
        ConfigError, match=r"1 problem.*\n.*condition\.Varchar\.in: 'Łódź' has characters that the column"
    ):
        list(enable(table.server, APP, [relay]))


def test_a_relay_whose_operand_does_not_fit_is_refused_before_anything_is_read(table: Scene) -> None:
    relay = replace(
        table.relay, condition=(Condition("Int", "in", ("1", "2")), Condition("Day", "at_least", "31.1.2026"))
    )

    with pytest.raises(ConfigError) as raised:
        SqlChanges(RelayTable(table.server, APP, relay)).enrich([{"Id": 1}])

    assert "relay 'conditions': condition.Int.in: '1' is a text, and 'Int' is int; write a number" in str(raised.value)
    assert "condition.Day.at_least: '31.1.2026' is no moment as date has it; write it like 2026-01-31" in str(
        raised.value
    )


def test_what_is_gone_meets_every_condition(table: Scene) -> None:
    table.run("INSERT INTO {t} (Id) VALUES (3)")
    table.run("DELETE FROM {t} WHERE Id = 3")
    table.lease()

    assert meets(table, 3, Condition("Int", "equals", 7))
