"""The connection that heals itself, and foreign errors in the relay's own words."""

from dataclasses import replace

import pytest

from adapters.sql_server.connection_string import OdbcConnection
from relay.errors import DatabaseError
from tests.sql_client import SqlServer


def broken(odbc: OdbcConnection, old: str, new: str) -> SqlServer:
    assert old in odbc.text
    return SqlServer(replace(odbc, text=odbc.text.replace(old, new), login_timeout_seconds=30))


def test_each_result_set_is_returned(server: SqlServer) -> None:
    assert server.run("SELECT 1 AS a; SELECT ? AS b, 3 AS c;", 2) == [[[1]], [[2, 3]]]


def test_a_failed_batch_leaves_nothing_behind(server: SqlServer, unique: str) -> None:
    server.run(f"CREATE TABLE dbo.{unique} (Id int PRIMARY KEY)")

    with pytest.raises(DatabaseError) as caught:
        server.run(f"INSERT INTO dbo.{unique} VALUES (1); INSERT INTO dbo.{unique} VALUES (1);")

    assert caught.value.number == 2627
    assert server.run(f"SELECT * FROM dbo.{unique}") == [[]]


def test_a_wrong_password_says_so_without_showing_it(odbc: OdbcConnection) -> None:
    password = odbc.text.split("PWD={")[1].split("}")[0]
    wrong = broken(odbc, f"PWD={{{password}}}", "PWD={geheim}")

    with pytest.raises(DatabaseError, match="User ID or Password") as caught:
        wrong.run("SELECT 1")

    assert "geheim" not in str(caught.value)


def test_a_server_that_is_down_says_where_to_look(odbc: OdbcConnection) -> None:
    down = SqlServer(
        replace(odbc, text="Driver" + odbc.text.split("Driver")[1].split(";")[0] + ";Server=127.0.0.1,1;UID=u;PWD=p")
    )

    with pytest.raises(DatabaseError, match="Is the server up"):
        down.run("SELECT 1")


def test_a_connection_that_broke_is_opened_anew(odbc: OdbcConnection) -> None:
    server = SqlServer(odbc)
    server.run("SELECT 1")
    server._connections._idle[0][1].close()

    assert server.run("SELECT 2") == [[[2]]]
    server.close()
