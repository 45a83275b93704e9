from decimal import Decimal

import pytest

from functions_standin.sql_trigger.columns import Column
from functions_standin.sql_trigger.failures import ClientError
from functions_standin.sql_trigger.identifiers import TableName
from functions_standin.sql_trigger.leases import MOST_PARAMETERS, renew
from functions_standin.sql_trigger.payload import Change
from functions_standin.sql_trigger.rows import fits_decimal
from functions_standin.sql_trigger.statements import TableStatements
from functions_standin.sql_trigger.watched_table import WatchedTable


@pytest.mark.parametrize(
    ("value", "scale", "fits"),
    [
        ("79228162514264337593543950335", 0, True),  # 96 bits
        ("79228162514264337593543950336", 0, False),
        ("1.5000000000", 10, True),
        ("12345678901234567890.5000000000", 10, True),  # more than 96 bits, but only in zeros
        ("1234567890123456789012345678.0123456789", 10, False),
        ("0.00000000000000000000000000001", 29, False),
        ("1.500000000000000000000000000000", 30, True),
        ("9.500000000000000000000000000000", 30, False),  # it gets 28 places, and then 9.5 has more than 96 bits
        ("12.500000000000000000000000000000", 30, True),
        ("0", 38, True),
    ],
)
def test_a_decimal_of_dotnet_holds_96_bits_and_28_places(value: str, scale: int, fits: bool) -> None:
    assert fits_decimal(Decimal(value), scale) is fits
    assert fits_decimal(Decimal(value).copy_negate(), scale) is fits


class Reached(Exception):
    """The database would have been asked."""


class Connection:
    autocommit = True

    def cursor(self) -> "Connection":
        return self

    def execute(self, sql: str, parameters: object) -> None:
        if "SET [_az_func_LeaseExpirationTime]" in sql:
            raise Reached

    description = None

    def nextset(self) -> bool:
        return False

    def close(self) -> None: ...

    def rollback(self) -> None: ...


@pytest.mark.parametrize(("rows", "is_asked"), [(MOST_PARAMETERS // 2, True), (MOST_PARAMETERS // 2 + 1, False)])
def test_a_renewal_has_a_parameter_for_each_row_and_key_column(rows: int, is_asked: bool) -> None:
    keys = (Column("A", "int", 4, 10, 0), Column("B", "int", 4, 10, 0))
    statements = TableStatements(TableName("dbo", "T"), TableName("az_func", "L"), keys, keys, rows, 1000, 60_000)
    changes = [Change(1, 0, (number, 1), {}) for number in range(rows)]

    with pytest.raises(Reached if is_asked else ClientError, match="^$" if is_asked else "maximum of 2100 parameters"):
        renew(Connection(), WatchedTable("f", 1, statements), changes)
