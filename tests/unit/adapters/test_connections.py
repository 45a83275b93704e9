"""Connections: shared by whoever asks, closed when nobody does, given up together, and not asked for again while nobody answers."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pyodbc
import pytest

from adapters.sql_server import connections
from adapters.sql_server.connection import SqlServer
from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.connections import Connections
from adapters.sql_server.translation import TOOK_TOO_LONG
from relay.errors import DatabaseError

BROKEN = pyodbc.OperationalError(
    "08S01", "[08S01] [Microsoft][ODBC Driver 18 for SQL Server]TCP Provider: gone (10054) (SQLExecDirectW)"
)
TOO_LONG = pyodbc.OperationalError(
    "HYT00", "[HYT00] [Microsoft][ODBC Driver 18 for SQL Server]Query timeout expired (0) (SQLExecDirectW)"
)
NOBODY = pyodbc.OperationalError(
    "HYT00", "[HYT00] [Microsoft][ODBC Driver 18 for SQL Server]Login timeout expired (0) (SQLDriverConnect)"
)
DEADLOCK = pyodbc.Error(
    "40001",
    "[40001] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Transaction was deadlocked (1205) (SQLExecDirectW)",
)


class Connection:
    """One that does what the world says next."""

    def __init__(self, world: "World") -> None:
        self.world, self.closed, self.timeout, self.bows = world, False, 0, False

    def add_output_converter(self, _: int, converter: Any) -> None:
        assert converter(b"a\x00") == "a"

    def execute(self, sql: str, *_: Any) -> Any:
        if sql == "SET DEADLOCK_PRIORITY LOW":
            self.bows = True
            return Cursor()
        assert self.bows, "in a circle of waiting transactions a user's would be rolled back"
        self.world.executed += 1
        if sql == "wait":
            self.world.inside.release()
            assert self.world.go_on.wait(30)
        if self.world.answers:
            raise self.world.answers.pop(0)
        return Cursor()

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None:
        self.closed = True


class Cursor:
    """An answer without result sets."""

    description = None

    def __enter__(self) -> "Cursor":
        return self

    def __exit__(self, *_: object) -> None: ...

    def nextset(self) -> bool:
        return False


class World:
    """The server, its clock, and what it says next."""

    def __init__(self) -> None:
        self.now, self.executed, self.connects = 100.0, 0, 0
        self.opened: list[Connection] = []
        self.answers: list[pyodbc.Error] = []
        self.silent_seconds = 0.0  # until a login is given up; 0: somebody answers
        self.inside, self.go_on = threading.Semaphore(0), threading.Event()

    def connect(self, *_: Any, **__: Any) -> Connection:
        self.connects += 1
        if self.silent_seconds:
            self.now += self.silent_seconds
            raise NOBODY
        self.opened.append(Connection(self))
        return self.opened[-1]

    @property
    def open(self) -> int:
        return sum(not connection.closed for connection in self.opened)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = World()
    monkeypatch.setattr(pyodbc, "connect", made.connect)
    monkeypatch.setattr("adapters.sql_server.connections.time.monotonic", lambda: made.now)
    yield made
    made.go_on.set()


def waiting(server: SqlServer, world: World, users: int) -> Sequence[threading.Thread]:
    """Have so many users ask at once, and wait until as many as may are at it."""
    threads = [threading.Thread(target=server.execute, args=("wait", ())) for _ in range(users)]
    for thread in threads:
        thread.start()
    return threads


def test_who_asks_one_after_the_other_shares_one_connection(world: World) -> None:
    server = SqlServer(OdbcConnection("x"), at_once=16)

    for _ in range(100):
        server.execute("SELECT 1", ())

    assert world.connects == 1


def test_so_many_work_at_once_and_no_more(world: World) -> None:
    server = SqlServer(OdbcConnection("x"), at_once=3)

    threads = waiting(server, world, 8)
    for _ in range(3):
        assert world.inside.acquire(timeout=30)

    assert not world.inside.acquire(blocking=False)
    assert world.connects == 3
    world.go_on.set()
    for thread in threads:
        thread.join(30)
    assert (world.executed, world.connects) == (8, 3)


def test_what_nobody_wants_is_closed_and_what_is_used_stays(world: World) -> None:
    kept = Connections(OdbcConnection("x"), lambda _: None, idle_seconds=3600)
    with kept.lent(), kept.lent(), kept.lent():
        pass
    world.now += 100
    with kept.lent():
        pass

    kept.close_idle(older_than_seconds=60)

    assert (world.connects, world.open) == (3, 1)


def test_the_idle_are_closed_without_anybodys_asking(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[tuple[float, Any]] = []

    class Timer:
        daemon = False

        def __init__(self, seconds: float, work: Any) -> None:
            timers.append((seconds, work))

        def start(self) -> None: ...

    monkeypatch.setattr("adapters.sql_server.connections.threading.Timer", Timer)
    server = SqlServer(OdbcConnection("x"))
    server.execute("SELECT 1", ())
    [(seconds, sweep)] = timers

    world.now += seconds
    sweep()

    assert world.open == 0
    assert len(timers) == 1, "nothing is left to look after"
    server.execute("SELECT 1", ())
    assert (world.open, len(timers)) == (1, 2)


def test_one_that_broke_takes_the_idle_with_it_and_the_statement_runs_once_more(world: World) -> None:
    server = SqlServer(OdbcConnection("x"), at_once=8)
    threads = waiting(server, world, 5)
    world.go_on.set()
    for thread in threads:
        thread.join(30)
    before, world.answers = world.connects, [BROKEN]

    server.execute("SELECT 1", ())

    assert (world.connects, world.open) == (before + 1, 1), "five stale ones would use up every try"


def test_a_new_connection_that_breaks_is_not_tried_again(world: World) -> None:
    world.answers = [BROKEN]

    with pytest.raises(DatabaseError, match="Is the server up"):
        SqlServer(OdbcConnection("x")).execute("SELECT 1", ())

    assert world.executed == 1


def test_a_deadlock_is_tried_again_on_the_same_connection(world: World) -> None:
    world.answers = [DEADLOCK, DEADLOCK]

    SqlServer(OdbcConnection("x")).execute("SELECT 1", ())

    assert (world.executed, world.connects) == (3, 1)


def test_a_statement_that_took_too_long_says_so_and_is_not_run_twice(world: World) -> None:
    server = SqlServer(OdbcConnection("x"))
    server.execute("SELECT 1", ())
    world.answers = [TOO_LONG]

    with pytest.raises(DatabaseError, match=r"Query timeout expired.*Command Timeout.*not.*a second time") as caught:
        server.execute("SELECT 2", ())

    assert "Is the server up" not in str(caught.value)
    assert caught.value.number == TOOK_TOO_LONG
    assert (world.executed, world.open) == (2, 0)


def test_while_nobody_answers_the_next_ones_are_told_at_once(world: World) -> None:
    server = SqlServer(OdbcConnection("x"))
    world.silent_seconds = 15.0

    for _ in range(60):
        with pytest.raises(DatabaseError, match=r"Login timeout expired.*Is the server up"):
            server.execute("SELECT 1", ())

    assert (world.connects, world.now) == (1, 115.0), "sixty relays of one database do not wait sixty times"
    world.now, world.silent_seconds = world.now + connections.HOPELESS_SECONDS, 0.0
    server.execute("SELECT 1", ())
    assert world.connects == 2


def test_a_connection_that_is_refused_is_closed_and_asked_for_anew(world: World) -> None:
    refusing = [DatabaseError("newer tables")]

    def look_at(*_: Any) -> None:
        if refusing:
            raise refusing.pop()

    server = SqlServer(OdbcConnection("x"), on_connect=look_at)
    with pytest.raises(DatabaseError, match="newer tables"):
        server.execute("SELECT 1", ())

    server.execute("SELECT 1", ())
    assert (world.connects, world.open) == (2, 1)
