"""The fence of the documents, run on a database: a token lower than one that was seen writes nothing."""

import re
from pathlib import Path

import pytest

from adapters.sql_server.migrations import migrate
from relay.errors import DatabaseError
from services.locks import force_release
from tests.contract.lock_scene import LockScene
from tests.sql_client import SqlServer

SCRIPT = (Path(__file__).parents[2] / "docs" / "sql" / "fence.sql").read_text(encoding="utf-8")
MARK = "-- Here come your own statements."


class Ledger:
    """A table behind the fence."""

    def __init__(self, server: SqlServer, name: str) -> None:
        self.server = server
        self.name = name
        server.run(f"CREATE TABLE dbo.[{name}] (Token bigint NOT NULL)")

    def write(self, token: int, resource: str = "") -> None:
        told = f"@resource nvarchar(200) = N'{resource or self.name}', @token bigint = {token};"
        text, count = re.subn(r"@resource nvarchar\(200\) = .*;", told, SCRIPT)
        assert (count, text.count(MARK)) == (1, 1)
        self.server.run(text.replace(MARK, f"INSERT INTO dbo.[{self.name}] VALUES ({token})"))

    def tokens(self) -> list[int]:
        return [token for [token] in self.server.run(f"SELECT Token FROM dbo.[{self.name}]")[0]]


@pytest.fixture
def ledger(server: SqlServer, unique: str) -> Ledger:
    migrate(server, "shop")
    return Ledger(server, unique)


def test_a_token_that_is_as_high_as_any_writes(ledger: Ledger) -> None:
    for token in (4, 4, 9):
        ledger.write(token)

    assert ledger.tokens() == [4, 4, 9]


def test_a_lower_one_is_refused_with_its_number_and_writes_nothing(ledger: Ledger) -> None:
    ledger.write(9)

    with pytest.raises(DatabaseError, match="lower than one that was seen") as refused:
        ledger.write(8)

    assert refused.value.number == 50409
    assert ledger.tokens() == [9]
    ledger.write(9)


def test_each_resource_has_its_own(ledger: Ledger) -> None:
    ledger.write(9)
    ledger.write(1, resource=f"{ledger.name} two")

    assert ledger.tokens() == [9, 1]


def test_a_token_that_was_burnt_is_refused_before_anybody_else_has_written(
    ledger: Ledger, server: SqlServer, app_server: SqlServer
) -> None:
    lock = LockScene(server, app_server, ledger.name)
    token = lock.held("anna")
    ledger.write(token)

    force_release(lock.tables, lock.name, "anna's machine is gone")

    with pytest.raises(DatabaseError) as refused:
        ledger.write(token)
    assert refused.value.number == 50409
    ledger.write(lock.held("ben"))
