"""What drivers ask for behind the application's back: prepared statements, described parameters, arrays."""

import contextlib
import datetime
import uuid
from decimal import Decimal
from typing import Any

import pyodbc
import pytest

from mssql_standin_tests.conformance.client import Client
from mssql_standin_tests.conformance.conftest import Make

COLUMNS = (
    "Id int NOT NULL PRIMARY KEY, T nvarchar(max) NULL, S varchar(20) NULL, B varbinary(max) NULL, D decimal(12, 3) NULL, "
    "F float NULL, M datetime2(6) NULL, Y date NULL, Q bit NULL, G uniqueidentifier NULL"
)
FULL: tuple[Any, ...] = (
    "\u00e9\U0001f600" * 3000, "plain", b"\0\xff" * 5000, Decimal("123456789.125"), 0.1,
    datetime.datetime(2026, 1, 2, 3, 4, 5, 678901), datetime.date(2026, 1, 2), True, uuid.UUID(int=255),  # noqa: DTZ001
)  # fmt: skip
EMPTY: tuple[Any, ...] = (None,) * len(FULL)


def expected(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(str(value).upper() if isinstance(value, uuid.UUID) else value for value in row) for row in rows]


@pytest.mark.parametrize("fast", [False, True], ids=["one by one", "as an array"])
@pytest.mark.parametrize("first", [FULL, EMPTY], ids=["values first", "NULL first"])
def test_many_rows_arrive_exactly(client: Client, table: Make, fast: bool, first: tuple[Any, ...]) -> None:
    name = table(COLUMNS)
    rows = [(n, *(first if n % 2 == 0 else EMPTY if first is FULL else FULL)) for n in range(40)]

    client.insert_many(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows, fast=fast)

    assert client.rows(f"SELECT * FROM {name} ORDER BY Id") == expected(rows)


@pytest.mark.parametrize("fast", [False, True], ids=["one by one", "as an array"])
def test_one_bad_row_fails_the_whole_call_inside_a_transaction(client: Client, table: Make, fast: bool) -> None:
    name = table("Id int NOT NULL PRIMARY KEY")
    client.connection.autocommit = False

    with pytest.raises(pyodbc.IntegrityError, match="2627"):
        client.insert_many(f"INSERT INTO {name} VALUES (?)", [(1,), (2,), (1,), (3,)], fast=fast)
    client.connection.rollback()

    assert client.rows(f"SELECT * FROM {name}") == []


def test_null_takes_the_type_of_its_place(client: Client, table: Make) -> None:
    name = table(COLUMNS)

    client.run(f"INSERT INTO {name} (Id, B, G, M) VALUES (?, ?, ?, ?)", 1, None, None, None)
    client.run(f"UPDATE {name} SET B = ?, D = ? WHERE Id = ?", None, None, 1)
    client.run(
        f"MERGE {name} AS t USING (SELECT ? AS Id, ? AS B) AS s ON s.Id = t.Id WHEN MATCHED THEN UPDATE SET B = s.B;",
        1,
        b"x",
    )

    assert client.rows(f"SELECT B, D FROM {name} WHERE Id = ? OR G = ?", 1, None) == [(b"x", None)]


def described(client: Client, sql: str) -> list[tuple[str, str]]:
    with contextlib.closing(client.connection.cursor()) as cursor:
        cursor.execute("{CALL sys.sp_describe_undeclared_parameters (?)}", sql)
        return [(row.name, row.suggested_system_type_name) for row in cursor.fetchall()]


def test_undeclared_parameters_are_described_by_their_places(client: Client, table: Make) -> None:
    name = table(COLUMNS)

    assert described(client, f"INSERT INTO {name} (Id, S, B, D) VALUES (@P1, @P2, @P3, @P4)") == [
        ("@P1", "int"), ("@P2", "varchar(20)"), ("@P3", "varbinary(max)"), ("@P4", "decimal(12,3)"),
    ]  # fmt: skip
    assert described(client, f"UPDATE {name} SET M = @m, T = @t WHERE Id = @i") == [
        ("@m", "datetime2(6)"), ("@t", "nvarchar(max)"), ("@i", "int"),
    ]  # fmt: skip


def test_the_same_statement_runs_again_and_again(client: Client) -> None:
    assert [client.value("SELECT ? + 1", n) for n in range(50)] == list(range(1, 51))


def test_a_parameter_may_change_its_type_between_calls(client: Client, table: Make) -> None:
    name = table("Id int NOT NULL PRIMARY KEY, A nvarchar(max) NULL")

    for n, value in enumerate(["x", 5, Decimal("1.5"), None, "y" * 9000, datetime.date(2026, 1, 2)]):
        client.run(f"INSERT INTO {name} VALUES (?, ?)", n, value)

    assert [row[0] for row in client.rows(f"SELECT A FROM {name} ORDER BY Id")] == [
        "x", "5", "1.5", None, "y" * 9000, "2026-01-02",
    ]  # fmt: skip


def test_a_batch_with_parameters_may_hold_many_statements(client: Client, table: Make) -> None:
    name = table("Id int NOT NULL PRIMARY KEY, A int NULL")

    assert client.results(f"INSERT INTO {name} VALUES (?, 1); UPDATE {name} SET A = ?; SELECT A FROM {name}", 1, 7) == [
        1, 1, [(7,)],
    ]  # fmt: skip


def test_a_procedure_is_called_in_odbcs_own_words(client: Client) -> None:
    with contextlib.closing(client.connection.cursor()) as cursor:
        cursor.execute("{CALL sp_executesql (?)}", "SELECT 41 + 1")
        assert cursor.fetchone()[0] == 42


def test_a_connection_tells_what_it_is_connected_to(client: Client) -> None:
    assert client.connection.getinfo(pyodbc.SQL_DBMS_NAME) == "Microsoft SQL Server"
    assert client.value("SELECT DB_NAME()") == client.connection.getinfo(pyodbc.SQL_DATABASE_NAME)
    assert client.value("SELECT @@SPID") > 50
