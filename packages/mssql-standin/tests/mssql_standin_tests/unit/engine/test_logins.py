"""Logins: who may enter the database, as which user, and what a restart keeps of them."""

from pathlib import Path

import pytest

from mssql_standin.parser.statements import parse_batch
from mssql_standin.security.entering import LoginRefusedError
from mssql_standin.security.principals import Login, hashed
from mssql_standin.session import Database
from mssql_standin_tests.unit.engine.client import Client

CREATE = "CREATE LOGIN app WITH PASSWORD = N'p''w', CHECK_POLICY = OFF; CREATE USER app FOR LOGIN app"


def refusal(database: Database, login: str, password: str) -> list[int]:
    with pytest.raises(LoginRefusedError) as refused:
        database.enter(login, password)
    return [message.number for message in refused.value.messages]


def test_a_login_enters_as_its_user(client: Client, database: Database) -> None:
    client.run(CREATE)

    assert database.enter("APP", "p'w") == client.value("SELECT USER_ID('app')")


def test_a_wrong_name_or_password_is_one_and_the_same_error(client: Client, database: Database) -> None:
    client.run(CREATE)

    assert (
        refusal(database, "app", "P'W") == refusal(database, "nobody", "p'w") == refusal(database, "sa", "") == [18456]
    )


@pytest.mark.parametrize(
    ("sql", "numbers"),
    [
        ("ALTER LOGIN app DISABLE", [18470]),
        ("ALTER LOGIN app WITH PASSWORD = 'other'", [18456]),
        ("DROP LOGIN app", [18456]),
        ("DROP USER app", [4060, 18456]),
        ("REVOKE CONNECT FROM app", [4060, 18456]),
        ("DENY CONNECT TO app", [4060, 18456]),
    ],
)
def test_who_may_no_longer_enter_is_refused(client: Client, database: Database, sql: str, numbers: list[int]) -> None:
    client.run(CREATE)
    client.run(sql)

    assert refusal(database, "app", "p'w") == numbers


def test_a_member_of_sysadmin_enters_as_dbo_and_may_do_everything(client: Client, database: Database) -> None:
    client.run(CREATE)
    client.run("ALTER SERVER ROLE sysadmin ADD MEMBER app")

    assert database.enter("app", "p'w") is None


def test_a_user_can_be_given_another_login_and_name(client: Client, database: Database) -> None:
    client.run(CREATE)
    client.run("CREATE LOGIN second WITH PASSWORD = 'x'; ALTER USER app WITH NAME = renamed, LOGIN = second")

    user = database.enter("second", "x")

    assert client.value(f"SELECT USER_NAME({user})") == "renamed"
    assert refusal(database, "app", "p'w") == [4060, 18456]


def test_principals_and_permissions_outlive_a_restart(tmp_path: Path, ran: list[str]) -> None:
    path = tmp_path / "kept.sqlite3"
    first = Database.open(path, "Kept")
    owner = Client(first, ran)
    owner.run("CREATE TABLE t (Id int)")
    owner.run(CREATE + "; GRANT SELECT ON t TO app; CREATE ROLE writers; ALTER ROLE writers ADD MEMBER app")
    owner.run("CREATE SCHEMA theirs AUTHORIZATION app")
    first.close()

    again = Database.open(path, "Kept")
    app = Client(again, ran, "app", again.enter("app", "p'w"))

    assert app.rows("SELECT * FROM t") == []
    assert app.rows("SELECT IS_MEMBER('writers'), HAS_PERMS_BY_NAME('theirs', 'SCHEMA', 'CONTROL')") == [(1, 1)]
    assert app.number("DELETE t") == 229
    assert b"p'w" not in path.read_bytes()
    again.close()


@pytest.mark.parametrize("statement", [CREATE, "ALTER LOGIN app WITH PASSWORD = N'p''w'"])
def test_no_password_is_shown_where_a_statement_is(statement: str) -> None:
    assert "p'w" not in repr(parse_batch(statement, set()).statements)


def test_no_hash_is_shown_where_a_login_is() -> None:
    login = Login(5, "app", "02", hashed("p'w", bytes(8)))

    assert login.password not in repr(login)
