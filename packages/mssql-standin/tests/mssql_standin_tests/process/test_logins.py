"""Logins of one's own, over the wire."""

import contextlib
import re

import pyodbc
import pytest

from mssql_standin.testing.stand_in import DATABASE, PASSWORD
from mssql_standin_tests.odbc import to_odbc
from mssql_standin_tests.stand_in import StandIn


@pytest.fixture(scope="module")
def server(shared_stand_in: StandIn) -> StandIn:
    with contextlib.closing(shared_stand_in.connect()) as owner:
        owner.execute(
            "CREATE LOGIN app WITH PASSWORD = 'app;1'; CREATE USER app; CREATE LOGIN stranger WITH PASSWORD = 'x'"
        )
        owner.execute("CREATE TABLE t (Id int); GRANT SELECT ON t TO app")
    return shared_stand_in


def enter(server: StandIn, login: str, password: str, database: str = DATABASE) -> pyodbc.Connection:
    text = (
        to_odbc(server.ado_net)
        .replace("UID=sa", f"UID={login}")
        .replace(f"Database={DATABASE}", f"Database={database}")
    )
    return pyodbc.connect(
        re.sub("PWD={.*?[^}]}(?!})", lambda _: f"PWD={{{password}}}", text), autocommit=True, timeout=60
    )


def test_a_login_of_ones_own_may_do_what_it_was_granted(server: StandIn) -> None:
    with contextlib.closing(enter(server, "app", "app;1")) as app:
        assert app.execute("SELECT * FROM t").fetchall() == []
        assert tuple(app.execute("SELECT USER_NAME(), SUSER_SNAME()").fetchone()) == ("app", "app")
        with pytest.raises(pyodbc.ProgrammingError, match=r"DELETE permission was denied .* \(229\)"):
            app.execute("DELETE t")


@pytest.mark.parametrize(
    ("login", "password", "database", "text"),
    [
        ("app", "wrong", DATABASE, r"Login failed for user 'app'\. \(18456\)"),
        ("nobody", "x", DATABASE, r"Login failed for user 'nobody'\. \(18456\)"),
        (
            "stranger",
            "x",
            DATABASE,
            rf'Cannot open database "{DATABASE}" requested by the login\. The login failed\. \(4060\)',
        ),
        (
            "app",
            "app;1",
            "Elsewhere",
            r'Cannot open database "Elsewhere" requested by the login\. The login failed\. \(4060\)',
        ),
        ("sa", PASSWORD.lower(), DATABASE, r"Login failed for user 'sa'\. \(18456\)"),
    ],
)
def test_who_may_not_enter_is_told_so(server: StandIn, login: str, password: str, database: str, text: str) -> None:
    with pytest.raises(pyodbc.Error, match=text):
        enter(server, login, password.replace("}", "}}"), database)
