"""A bulk copy by a client of Microsoft's that has a protocol of its own: mssql-python's, with all of its options."""

import contextlib
import datetime
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import mssql_python
import pytest

from mssql_standin.testing.stand_in import DATABASE, PASSWORD, USER
from mssql_standin_tests.stand_in import StandIn

COLUMNS = (
    "Id int NOT NULL PRIMARY KEY, Name nvarchar(30) NULL DEFAULT N'none', Price decimal(9, 2) NULL, At datetime2(3) NULL, Old datetime NULL, "
    "Share float NOT NULL CHECK (Share > 0), Flag bit NULL, Mark uniqueidentifier NULL, Long nvarchar(max) NULL, Raw varbinary(10) NULL"
)
FULL = (
    *(1, "hé😀", Decimal("12.50"), datetime.datetime(2026, 1, 2, 3, 4, 5, 678000), datetime.datetime(2026, 1, 2, 3, 4, 5, 677000)),  # noqa: DTZ001
    *(1.5, True, uuid.UUID(int=5), "x" * 9000, b"\0\1"),
)  # fmt: skip


def row(number: int, *, name: str | None = "a", share: float = 1.0) -> tuple[Any, ...]:
    return (number, name, None, None, None, share, None, None, None, None)


@pytest.fixture
def cursor(shared_stand_in: StandIn) -> Iterator[mssql_python.Cursor]:
    quoted = PASSWORD.replace("}", "}}")
    connection = mssql_python.connect(
        f"Server=127.0.0.1,{shared_stand_in.port};UID={USER};PWD={{{quoted}}};Database={DATABASE};Encrypt=yes;TrustServerCertificate=yes",
        autocommit=True,
    )
    with contextlib.closing(connection), contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS dbo.Copied; CREATE TABLE dbo.Copied ({COLUMNS})")
        yield cursor


def names(cursor: mssql_python.Cursor) -> list[tuple[int, str | None]]:
    return [tuple(found) for found in cursor.execute("SELECT Id, Name FROM dbo.Copied ORDER BY Id").fetchall()]


def test_rows_of_all_types_arrive_exactly(cursor: mssql_python.Cursor) -> None:
    copied = cursor.bulkcopy("dbo.Copied", [FULL, row(2, name=None)])

    assert copied["rows_copied"] == 2
    first, second = cursor.execute("SELECT * FROM dbo.Copied ORDER BY Id").fetchall()
    assert tuple(first)[:7] == FULL[:7]
    assert (str(first[7]).lower(), *tuple(first)[8:]) == (str(FULL[7]), *FULL[8:])
    assert tuple(second) == row(2, name="none")


def test_batches_are_loads_of_their_own(cursor: mssql_python.Cursor) -> None:
    cursor.bulkcopy("dbo.Copied", [row(number) for number in range(25)], batch_size=10, use_internal_transaction=True)

    assert len(names(cursor)) == 25


def test_nulls_are_kept_if_that_is_asked_for(cursor: mssql_python.Cursor) -> None:
    cursor.bulkcopy("dbo.Copied", [row(1, name=None)], keep_nulls=True, table_lock=True, fire_triggers=True)

    assert names(cursor) == [(1, None)]


def test_checks_count_if_that_is_asked_for(cursor: mssql_python.Cursor) -> None:
    cursor.bulkcopy("dbo.Copied", [row(1, share=-1)])
    with pytest.raises(RuntimeError, match="547"):
        cursor.bulkcopy("dbo.Copied", [row(2, share=-1)], check_constraints=True)

    assert names(cursor) == [(1, "a")]


def test_a_key_that_is_there_already_stops_the_load(cursor: mssql_python.Cursor) -> None:
    cursor.bulkcopy("dbo.Copied", [row(1)])
    with pytest.raises(RuntimeError, match="2627"):
        cursor.bulkcopy("dbo.Copied", [row(2), row(1)])

    assert names(cursor) == [(1, "a")]


def test_identity_values_are_made_or_kept(cursor: mssql_python.Cursor) -> None:
    cursor.execute(
        "DROP TABLE IF EXISTS dbo.Made; CREATE TABLE dbo.Made (Id int IDENTITY(5, 1) NOT NULL, Name varchar(9) NULL)"
    )

    cursor.bulkcopy("dbo.Made", [("made",)], column_mappings=["Name"])
    cursor.bulkcopy("dbo.Made", [(70, "kept")], keep_identity=True)

    assert [tuple(found) for found in cursor.execute("SELECT Id, Name FROM dbo.Made ORDER BY Id").fetchall()] == [
        (5, "made"),
        (70, "kept"),
    ]
