"""What a user without rights may not do, and the error that says so. The user has no login: EXECUTE AS makes the tests be him."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from mssql_standin_tests.conformance.client import Client
from mssql_standin_tests.conformance.conftest import Connect, Make

TABLE = "Id int NOT NULL PRIMARY KEY, V int NULL"


@pytest.fixture
def user(client: Client) -> Iterator[str]:
    """A user who may do nothing but connect."""
    name = "u" + uuid.uuid4().hex[:10]
    client.run(f"CREATE USER {name} WITHOUT LOGIN")
    yield name
    client.run(f"DROP USER {name}")


@pytest.fixture
def denied(connect: Connect, user: str) -> Iterator[Client]:
    """A connection that acts as that user."""
    client = connect()
    client.run(f"EXECUTE AS USER = '{user}'")
    yield client
    client.run("REVERT")


@pytest.mark.parametrize(
    ("sql", "rights", "number"),
    [
        ("SELECT V FROM {t}", "SELECT", 229),
        ("INSERT INTO {t} VALUES (1, 1)", "INSERT", 229),
        ("UPDATE {t} SET V = 1", "UPDATE", 229),
        ("UPDATE {t} SET V = 1 WHERE Id = 1", "UPDATE, SELECT", 229),
        ("DELETE FROM {t}", "DELETE", 229),
        ("DELETE FROM {t} WHERE Id = 1", "DELETE, SELECT", 229),
        ("TRUNCATE TABLE {t}", "ALTER", 1088),
        ("ALTER TABLE {t} ADD W int NULL", "ALTER", 1088),
        ("CREATE INDEX i ON {t} (V)", "ALTER", 1088),
    ],
)
def test_a_statement_needs_its_permission(
    client: Client, denied: Client, user: str, table: Make, sql: str, rights: str, number: int
) -> None:
    name = table(TABLE)
    assert denied.error(sql.format(t=name)) == number

    client.run(f"GRANT {rights} ON {name} TO {user}")

    denied.run(sql.format(t=name))


def test_to_create_a_table_one_needs_the_permission_and_the_schema(
    client: Client, denied: Client, user: str, schema: str, unique: Callable[[], str]
) -> None:
    name = unique()
    assert denied.error(f"CREATE TABLE {name} (Id int)") == 262
    client.run(f"GRANT CREATE TABLE TO {user}")
    assert denied.error(f"CREATE TABLE {name} (Id int)") == 2760

    client.run(f"GRANT ALTER ON SCHEMA::{schema} TO {user}")

    denied.run(f"CREATE TABLE {name} (Id int)")


def test_a_denial_beats_what_a_role_was_granted(client: Client, denied: Client, user: str, table: Make) -> None:
    name = table(TABLE)
    client.run(f"ALTER ROLE db_datareader ADD MEMBER {user}")
    assert denied.rows(f"SELECT V FROM {name}") == []

    client.run(f"DENY SELECT ON {name} TO {user}")

    assert denied.error(f"SELECT V FROM {name}") == 229


def test_one_sees_only_what_one_has_a_permission_on(client: Client, denied: Client, user: str, table: Make) -> None:
    name = table(TABLE)
    assert denied.value(f"SELECT OBJECT_ID('{name}')") is None

    client.run(f"GRANT SELECT ON {name} TO {user}")

    assert denied.value(f"SELECT COUNT(*) FROM sys.tables WHERE object_id = OBJECT_ID('{name}')") == 1


def test_one_can_ask_what_one_may_do(client: Client, denied: Client, user: str, table: Make) -> None:
    name = table(TABLE)
    client.run(f"GRANT SELECT ON {name} TO {user}")

    asked = f"HAS_PERMS_BY_NAME('{name}', 'OBJECT', 'SELECT'), HAS_PERMS_BY_NAME('{name}', 'OBJECT', 'DELETE')"
    assert denied.rows(f"SELECT {asked}, IS_MEMBER('db_owner'), USER_NAME()") == [(1, 0, 0, user)]


@pytest.mark.parametrize("sql", ["CREATE USER other WITHOUT LOGIN", "CREATE ROLE other"])
def test_principals_are_made_by_those_who_may(denied: Client, sql: str) -> None:
    assert denied.error(sql) == 15247
