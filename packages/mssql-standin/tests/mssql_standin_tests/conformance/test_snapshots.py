"""SNAPSHOT isolation: the state of the first access, and conflicts of changes."""

import pytest

from mssql_standin_tests.conformance.client import Client
from mssql_standin_tests.conformance.conftest import Connect, Make

UNDER_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION"


@pytest.fixture
def rows(client: Client, table: Make) -> str:
    """A table with one row, in a database that allows snapshots."""
    client.run("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON")
    name = table("Id int NOT NULL PRIMARY KEY, V int NULL")
    client.run(f"INSERT INTO {name} VALUES (1, 1)")
    return name


def test_a_transaction_sees_the_state_of_its_first_access(client: Client, connect: Connect, rows: str) -> None:
    mine = connect()
    mine.run(UNDER_SNAPSHOT)
    assert mine.value(f"SELECT V FROM {rows}") == 1
    client.run(f"UPDATE {rows} SET V = 2")

    assert mine.value(f"SELECT V FROM {rows}") == 1

    mine.run("COMMIT")
    assert mine.value(f"SELECT V FROM {rows}") == 2


def test_a_change_of_what_somebody_else_changed_ends_the_transaction(
    client: Client, connect: Connect, rows: str
) -> None:
    mine = connect()
    mine.run(f"{UNDER_SNAPSHOT}; SELECT V FROM {rows}")
    client.run(f"UPDATE {rows} SET V = 2")

    assert mine.error(f"UPDATE {rows} SET V = 3") == 3960

    assert mine.value("SELECT @@TRANCOUNT") == 0
    assert client.value(f"SELECT V FROM {rows}") == 2


def test_a_transaction_that_began_otherwise_cannot_go_over_to_snapshot(connect: Connect, rows: str) -> None:
    mine = connect()
    mine.run(f"BEGIN TRANSACTION; SELECT V FROM {rows}")

    assert mine.error(f"SET TRANSACTION ISOLATION LEVEL SNAPSHOT; SELECT V FROM {rows}") == 3951

    assert mine.value("SELECT @@TRANCOUNT") == 0


def test_tables_are_not_altered_under_snapshot(connect: Connect, rows: str) -> None:
    mine = connect()

    assert mine.error(f"{UNDER_SNAPSHOT}; ALTER TABLE {rows} ADD W int NULL") == 3964
