"""No room on the disk: a clear error, nothing lost, and it goes on as soon as there is room.

The process may not let its files grow any more (RLIMIT_FSIZE): that works for everybody and everywhere, and the write
fails where it would fail on a full disk.
"""

import contextlib
import resource

import pyodbc
import pytest

from mssql_standin_tests.stand_in import StandIn

NO_ROOM = r"transaction log .* is full.*\(9002\)"
ROOM_BYTES = 400_000
CONTENT = b"\x5a" * 20_000


@pytest.fixture
def full(stand_in: StandIn) -> StandIn:
    """A stand-in with a table, a few rows, and a disk that is full."""
    log = stand_in.database_file.with_name(stand_in.database_file.name + "-wal")
    with contextlib.closing(stand_in.connect()) as client:
        client.execute("CREATE TABLE dbo.T (Id int NOT NULL PRIMARY KEY, Content varbinary(max) NOT NULL)")
        stand_in.limit_files(log.stat().st_size + ROOM_BYTES)
        with pytest.raises(pyodbc.Error, match=NO_ROOM):
            fill(client)
    return stand_in


def fill(client: pyodbc.Connection) -> None:
    for number in range(1000):
        client.execute("INSERT INTO dbo.T VALUES (?, ?)", number, CONTENT)


def make_room(stand_in: StandIn) -> None:
    stand_in.limit_files(resource.RLIM_INFINITY)


def stored(client: pyodbc.Connection) -> list[int]:
    return [number for (number,) in client.execute("SELECT Id FROM dbo.T WHERE Content = ? ORDER BY Id", CONTENT)]


def test_what_was_committed_is_still_read(full: StandIn) -> None:
    with contextlib.closing(full.connect()) as client:
        found = stored(client)

    assert len(found) > 3
    assert found == list(range(len(found)))


def test_a_transaction_that_has_no_room_at_its_commit_is_gone_as_a_whole(full: StandIn) -> None:
    with contextlib.closing(full.connect(autocommit=False)) as writer, contextlib.closing(full.connect()) as reader:
        before = stored(reader)
        for number in range(1000, 1020):
            writer.execute("INSERT INTO dbo.T VALUES (?, ?)", number, CONTENT)
        with pytest.raises(pyodbc.Error, match=NO_ROOM):
            writer.commit()
        assert stored(reader) == before
        assert writer.execute("SELECT COUNT(*) FROM dbo.T WHERE Id >= 1000").fetchone()[0] == 0

        make_room(full)
        writer.execute("INSERT INTO dbo.T VALUES (?, ?)", 2000, CONTENT)
        assert stored(reader) == before
        writer.commit()

        assert stored(reader) == [*before, 2000]


def test_the_error_can_be_caught_and_the_transaction_only_rolled_back(full: StandIn) -> None:
    with contextlib.closing(full.connect()) as client:
        row = client.execute(
            "SET NOCOUNT ON; BEGIN TRY BEGIN TRANSACTION; INSERT INTO dbo.T VALUES (3000, ?); COMMIT; END TRY"
            " BEGIN CATCH SELECT ERROR_NUMBER(), XACT_STATE(); IF @@TRANCOUNT > 0 ROLLBACK; END CATCH",
            CONTENT * 20,
        ).fetchone()

        assert tuple(row) == (9002, -1)
        make_room(full)
        assert 3000 not in stored(client)


def test_with_room_it_goes_on_and_a_kill_loses_nothing(full: StandIn) -> None:
    with contextlib.closing(full.connect()) as client:
        before = stored(client)
        make_room(full)
        for number in range(2000, 2050):
            client.execute("INSERT INTO dbo.T VALUES (?, ?)", number, CONTENT)
    full.kill()
    full.start()

    with contextlib.closing(full.connect()) as client:
        assert stored(client) == [*before, *range(2000, 2050)]
    assert "Traceback" not in full.errors.read_text()
