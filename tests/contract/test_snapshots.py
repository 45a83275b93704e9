"""Where the database allows SNAPSHOT a batch reads its rows without locking any, and writes its entries apart from that."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyodbc
import pytest

from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.connection import ResultSet
from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.table import RelayTable
from relay.changes.change import Change
from relay.config.values import Relay
from relay.identifiers import TableName
from tests.contract.conftest import allow_snapshots
from tests.contract.leases import APP
from tests.contract.relay_scene import Scene
from tests.sql_client import SqlServer


class Between(SqlServer):
    """Lets somebody else act right before a batch's statement runs, once."""

    meanwhile: Callable[[], None] | None = None

    def execute(self, sql: str, parameters: Sequence[Any]) -> Sequence[ResultSet]:
        """Run a batch; before a batch of changes is read somebody may act."""
        act, self.meanwhile = self.meanwhile, None
        if act and "OPENJSON(@keys)" in sql:
            act()
        else:
            self.meanwhile = act
        return super().execute(sql, parameters)


class Reading:
    """A relay of three rows in a database that allows snapshots, and another session."""

    def __init__(self, scene: Scene, odbc: OdbcConnection) -> None:
        self.scene, self.server = scene, Between(odbc)
        self.changes = SqlChanges(RelayTable(self.server, APP, scene.relay))
        self.other = pyodbc.connect(odbc.text, autocommit=False)
        scene.run("INSERT INTO {t} (Id, Name) VALUES (1, 'a'), (2, 'b'), (3, 'c')")
        scene.lease()

    def read(self) -> Sequence[Change]:
        return self.changes.enrich([{"Id": number} for number in (1, 2, 3)]).changes

    def elsewhere(self, sql: str) -> None:
        self.other.execute(sql.replace("{t}", str(self.scene.relay.table)))


@pytest.fixture
def reading(server: SqlServer, odbc: OdbcConnection, unique: str) -> Iterator[Callable[..., Reading]]:
    made: list[Reading] = []

    def make(**differences: Any) -> Reading:
        allow_snapshots(server, on=True)
        relay = Relay(name=unique, table=TableName("dbo", unique), endpoint="http://127.0.0.1:1", **differences)
        scene = Scene(server, SqlServer(odbc), relay, "Id int NOT NULL PRIMARY KEY, Name nvarchar(50) NULL")
        made.append(Reading(scene, odbc))
        return made[-1]

    yield make
    for each in made:
        each.other.close()
        each.server.close()
    allow_snapshots(server, on=False)


def test_a_row_that_somebody_is_changing_keeps_no_batch_waiting(reading: Callable[..., Reading]) -> None:
    made = reading()
    [_, before, _] = made.read()

    made.elsewhere("UPDATE {t} SET Name = 'not committed' WHERE Id = 2")
    [_, during, _] = made.read()
    made.other.commit()
    [_, after, _] = made.read()

    assert (during.row, during.version, during.unread) == (before.row, before.version, "")
    assert after.row is not None
    assert (after.row["Name"], after.version > before.version) == ("not committed", True)


@pytest.mark.parametrize("differences", [{}, {"watch": ("Name",)}, {"ignore_contexts": (b"us",)}], ids=str)
def test_entries_are_written_whatever_others_write_meanwhile(
    reading: Callable[..., Reading], differences: dict[str, Any]
) -> None:
    made = reading(**differences)
    made.scene.lease(attempt=3)

    found = made.read()

    assert [change.entry is not None for change in found] == [True] * 3, "an earlier try died before it could settle"
    assert [row[2] for row in made.scene.ledger()] == ["open"] * 3


def test_a_database_that_allows_snapshots_no_more_is_read_with_locks(
    reading: Callable[..., Reading], server: SqlServer
) -> None:
    made = reading()
    made.read()
    allow_snapshots(server, on=False)

    assert [change.row for change in made.read()] == [
        {"Id": 1, "Name": "a"}, {"Id": 2, "Name": "b"}, {"Id": 3, "Name": "c"}
    ]  # fmt: skip


def test_a_reading_that_fails_leaves_no_snapshot_behind(reading: Callable[..., Reading]) -> None:
    made = reading()
    made.read()

    def alter() -> None:
        made.elsewhere("ALTER TABLE {t} ADD Extra int NULL")
        made.other.commit()

    made.server.meanwhile = alter
    [change, _, _] = made.read()

    assert change.row == {"Id": 1, "Name": "a", "Extra": None}
    [[[level]]] = made.server.run(
        "SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID"
    )
    assert level == 2, "READ COMMITTED"
    made.elsewhere("UPDATE {t} SET Name = 'x'")
    made.other.commit()
    made.server.run(f"UPDATE {made.scene.relay.table} SET Name = 'y'")
