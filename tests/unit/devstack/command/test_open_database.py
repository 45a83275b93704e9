"""The question whether a database is open, to a fake client."""

import pyodbc
import pytest

from devstack.command import open_database as room
from devstack.command.open_database import open_database
from functions_standin.sql_trigger.connection_string import OdbcConnectionString

ADO_NET = "Server=tcp:127.0.0.1,14331;Database=RelayDemo;User ID=sa;Password=Secret-1;Encrypt=True;TrustServerCertificate=True"


class Server:
    """Takes logins to its databases, and makes new ones."""

    def __init__(self, *databases: str, number: int = 4060) -> None:
        self.databases, self.number, self.statements = list(databases), number, list[str]()

    def connect(self, to: OdbcConnectionString) -> "Server":
        if "RelayDemo" in to.text and "RelayDemo" not in self.databases:
            raise pyodbc.Error("42000", f"[42000] [Microsoft] It cannot be. ({self.number}) (SQLDriverConnect)")
        return self

    def execute(self, statement: str) -> None:
        self.statements.append(statement)
        self.databases.append("RelayDemo")

    def close(self) -> None:
        pass


@pytest.mark.parametrize("there", [True, False])
def test_a_database_that_is_not_there_is_made_once(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    server = Server(*(["RelayDemo"] if there else []))
    monkeypatch.setattr(room, "connect", server.connect)

    open_database(ADO_NET)

    made = ["IF DB_ID(N'RelayDemo') IS NULL CREATE DATABASE [RelayDemo]"]
    assert server.statements == ([] if there else made)


def test_a_server_that_refuses_the_login_is_asked_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(number=18456)
    monkeypatch.setattr(room, "connect", server.connect)

    with pytest.raises(pyodbc.Error, match="18456"):
        open_database(ADO_NET)

    assert server.statements == []
