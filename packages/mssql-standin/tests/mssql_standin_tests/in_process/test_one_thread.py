"""Several sessions in one thread: who waits lets others work or time pass, and never hangs; who dies leaves nothing behind."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mssql_standin.session import Database
from mssql_standin.testing.in_process import Connection, Driver, errors
from mssql_standin.testing.simulated import NobodyComesError, Simulated

LOGIN = "UID=sa;PWD=p"


class Crash(BaseException):
    """A process dies here."""


class World:
    """A database in one thread, whose waits run what is waiting to be run, or else let time pass."""

    def __init__(self) -> None:
        self.tasks: list[Callable[[], Any]] = []
        self.outside = Simulated(seed=1, let_pass=self._let_pass)
        self.database = Database.in_memory("Demo", outside=self.outside)
        self.driver = Driver(self.database, "p", hook=self._hook)
        self.crash_at: tuple[str, str] = ("", "")
        first = self.connect()
        first.execute("CREATE TABLE t (Id int NOT NULL PRIMARY KEY, A int NULL)")
        first.execute("INSERT t VALUES (1, 0), (2, 0)")
        first.execute("ALTER DATABASE Demo SET ALLOW_SNAPSHOT_ISOLATION ON")
        self.first = first

    def connect(self, *, autocommit: bool = True) -> Connection:
        return self.driver.connect(LOGIN, autocommit=autocommit)

    def _let_pass(self, happened: Callable[[], bool], seconds: float | None) -> None:
        while self.tasks and not happened():
            self.tasks.pop(0)()
        if happened():
            return
        if seconds is None:
            raise NobodyComesError
        self.outside.advance(seconds)

    @contextmanager
    def _hook(self, connection: Connection, text: str) -> Iterator[None]:
        del connection
        moment, at = self.crash_at
        if at and at in text:
            self.crash_at = ("", "")
            if moment == "before":
                raise Crash
            yield
            raise Crash
        yield


@pytest.fixture
def world() -> Iterator[World]:
    before = set(threading.enumerate())
    world = World()
    yield world
    world.database.close()
    assert set(threading.enumerate()) <= before, "nothing has started a thread"


def values(connection: Connection) -> list[int]:
    return [row.A for row in connection.execute("SELECT A FROM t ORDER BY Id").fetchall()]


def test_readers_see_what_is_committed_while_a_writer_works(world: World) -> None:
    writer = world.connect(autocommit=False)
    writer.execute("UPDATE t SET A = 1")

    assert values(world.first) == [0, 0]
    writer.commit()
    assert values(world.first) == [1, 1]


def test_a_snapshot_stays_while_others_commit(world: World) -> None:
    reader = world.connect(autocommit=False)
    reader.execute("SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
    assert values(reader) == [0, 0]

    world.first.execute("UPDATE t SET A = 1")

    assert values(reader) == [0, 0]
    with pytest.raises(errors.ProgrammingError, match="3960"):
        reader.execute("UPDATE t SET A = 2")


def test_a_wait_for_a_lock_lets_the_holder_go_on(world: World) -> None:
    holder = world.connect(autocommit=False)
    holder.execute("UPDATE t SET A = A + 1")
    world.tasks.append(holder.commit)

    world.first.execute("UPDATE t SET A = A * 10")

    assert values(world.first) == [10, 10]
    assert world.outside.monotonic_seconds() == 0


def test_a_wait_for_a_lock_ends_with_the_lock_time_out(world: World) -> None:
    holder = world.connect(autocommit=False)
    holder.execute("UPDATE t SET A = 1")

    with pytest.raises(errors.ProgrammingError, match="1222"):
        world.first.execute("SET LOCK_TIMEOUT 1500; UPDATE t SET A = 2")

    assert world.outside.monotonic_seconds() == 1.5


def test_a_wait_for_a_lock_ends_with_the_time_out_of_the_request(world: World) -> None:
    holder = world.connect(autocommit=False)
    holder.execute("UPDATE t SET A = 1")
    world.first.timeout = 30

    with pytest.raises(errors.OperationalError, match="Query timeout expired"):
        world.first.execute("UPDATE t SET A = 2")

    assert world.outside.monotonic_seconds() == 30
    holder.rollback()
    assert values(world.first) == [0, 0]


def test_a_wait_that_nobody_can_end_is_an_error(world: World) -> None:
    holder = world.connect(autocommit=False)
    holder.execute("UPDATE t SET A = 1")

    with pytest.raises(NobodyComesError):
        world.first.execute("UPDATE t SET A = 2")


def test_who_closes_a_circle_of_waiting_is_its_victim(world: World) -> None:
    one, two = world.connect(autocommit=False), world.connect(autocommit=False)
    locking = "DECLARE @r int; EXEC @r = sp_getapplock 'a', 'Exclusive', 'Transaction', -1; SELECT @r"
    one.execute(locking)
    two.execute("SET DEADLOCK_PRIORITY LOW; UPDATE t SET A = 2")
    got: list[int] = []
    world.tasks += [lambda: got.append(two.execute(locking).fetchval()), two.rollback]

    one.execute("UPDATE t SET A = A + 1")

    assert got == [-3]
    one.commit()
    assert values(world.first) == [1, 1]


def test_a_statement_waits_in_virtual_time(world: World) -> None:
    waited = world.first.execute(
        "DECLARE @b datetime2 = SYSUTCDATETIME(); WAITFOR DELAY '00:10:00'; SELECT DATEDIFF(second, @b, SYSUTCDATETIME())"
    ).fetchval()

    assert waited == 600


@pytest.mark.parametrize(("moment", "left"), [("before", [0, 0]), ("after", [0, 0])])
def test_who_dies_at_a_statement_leaves_no_transaction_and_no_lock(world: World, moment: str, left: list[int]) -> None:
    dying = world.connect(autocommit=False)
    dying.execute("UPDATE t SET A = 1 WHERE Id = 1")
    world.crash_at = (moment, "Id = 2")

    with pytest.raises(Crash):
        dying.execute("UPDATE t SET A = 1 WHERE Id = 2")

    world.first.execute("UPDATE t SET A = A + 0")
    assert values(world.first) == left
    assert world.first.execute("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE is_user_process = 1").fetchval() == 1


@pytest.mark.parametrize(("moment", "left"), [("before", [0, 0]), ("after", [1, 1])])
def test_who_dies_at_a_commit_may_have_committed(world: World, moment: str, left: list[int]) -> None:
    dying = world.connect(autocommit=False)
    dying.execute("UPDATE t SET A = 1")
    world.crash_at = (moment, "COMMIT")

    with pytest.raises(Crash):
        dying.commit()

    assert values(world.first) == left


@pytest.mark.parametrize(
    "locking", ["UPDATE t SET A = A + 1", "EXEC sp_getapplock 'a', 'Exclusive', 'Transaction', -1"]
)
def test_who_is_dropped_while_waiting_keeps_no_lock_and_hears_that_the_link_is_lost(world: World, locking: str) -> None:
    holder, waiting, third = (world.connect(autocommit=False) for _ in range(3))
    holder.execute(locking)

    def lose_both() -> None:  # before the one that waits looks again
        waiting.drop()
        holder.rollback()

    world.tasks.append(lose_both)

    with pytest.raises(errors.OperationalError, match="08S01"):
        waiting.execute(locking)

    third.execute(locking)
    third.commit()
    assert values(world.first) in ([0, 0], [1, 1])


def test_a_program_that_dies_loses_all_its_connections(world: World) -> None:
    other = Driver(world.database, "p")
    mine = [other.connect(LOGIN), other.connect(LOGIN)]
    mine[0].execute("UPDATE t SET A = 1")

    other.drop_all()

    assert values(world.first) == [0, 0]
    for connection in mine:
        with pytest.raises(errors.OperationalError, match="08S01"):
            connection.execute("SELECT 1")


def test_the_order_of_dates_is_that_of_the_session_after_a_wait(world: World) -> None:
    holder, waiting = world.connect(autocommit=False), world.connect()
    holder.execute("UPDATE t SET A = 1")
    world.tasks += [lambda: world.first.execute("SET DATEFORMAT ymd; SELECT 1"), holder.commit]

    found = waiting.execute("UPDATE t SET A = DATEPART(day, CAST('01/02/2026' AS date)); SELECT A FROM t WHERE Id = 1")
    found.nextset()

    assert found.fetchval() == 2


def test_a_connection_that_was_forgotten_is_collected_while_the_lock_is_held_that_its_end_needs(world: World) -> None:
    sessions = "SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE is_user_process = 1"
    take = "DECLARE @got int; EXEC @got = sp_getapplock 'mine', 'Exclusive', 'Session', 0; SELECT @got"
    other = world.connect()
    before = other.execute(sessions).fetchall()
    forgotten = world.connect(autocommit=False)
    assert forgotten.execute(take).fetchval() == 0
    assert other.execute(take).fetchval() == -1

    with world.database._store.locks._lock:  # as where garbage is collected at the wrong moment
        del forgotten
        gc.collect()

    assert other.execute(take).fetchval() == 0
    assert other.execute(sessions).fetchall() == before
