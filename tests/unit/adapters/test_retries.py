"""Which of SQL Server's errors are tried again, after which pauses, and for how long."""

from collections.abc import Sequence

import pyodbc
import pytest

from adapters.sql_server.connection import SqlServer
from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.retries import Retries
from relay.errors import DatabaseError
from tests.fakes import FakeClock
from tests.unit.adapters.test_connections import BROKEN, DEADLOCK, TOO_LONG, World, world

__all__ = ["world"]
PASSING = (4060, 4221, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920)
LASTING = (207, 208, 229, 547, 2627, 8134, 18456, 51001)


def error(number: int) -> pyodbc.Error:
    return pyodbc.ProgrammingError(
        "42000", f"[42000] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Says why ({number}) (SQLExecDirectW)"
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server(clock: FakeClock) -> SqlServer:
    return SqlServer(OdbcConnection("x"), retries=Retries(clock))


def asked(server: SqlServer, world: World, answers: Sequence[pyodbc.Error]) -> int:
    """Return how often the server was asked for one statement."""
    before, world.answers = world.executed, list(answers)
    server.execute("SELECT 1", ())
    return world.executed - before


@pytest.mark.parametrize("number", PASSING)
def test_what_passes_is_waited_for_longer_and_longer(
    server: SqlServer, world: World, clock: FakeClock, number: int
) -> None:
    assert asked(server, world, [error(number)] * 5) == 6
    assert clock.slept == [0.5, 1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("number", LASTING)
def test_what_does_not_pass_is_not_repeated(server: SqlServer, world: World, clock: FakeClock, number: int) -> None:
    with pytest.raises(DatabaseError) as caught:
        asked(server, world, [error(number)])

    assert (caught.value.number, world.executed, clock.slept) == (number, 1, [])


def test_what_took_too_long_is_not_repeated(server: SqlServer, world: World) -> None:
    with pytest.raises(DatabaseError):
        asked(server, world, [TOO_LONG])

    assert world.executed == 1


@pytest.mark.parametrize("collision", [DEADLOCK, error(3960), error(3961), BROKEN])
def test_who_collided_tries_again_at_once_and_then_waits(
    server: SqlServer, world: World, clock: FakeClock, collision: pyodbc.Error
) -> None:
    asked(server, world, [])

    assert asked(server, world, [collision]) == 2
    assert clock.slept == []
    assert asked(server, world, [error(1205), error(1205), error(1205)]) == 4
    assert clock.slept == [1.0, 2.0]


def test_tries_end(server: SqlServer, world: World, clock: FakeClock) -> None:
    with pytest.raises(DatabaseError, match="Says why"):
        asked(server, world, [error(40613)] * 9)

    assert (world.executed, sum(clock.slept)) == (6, 15.5)


def test_trouble_that_lasts_is_waited_for_by_nobody_until_it_is_over(
    server: SqlServer, world: World, clock: FakeClock
) -> None:
    for _ in range(9):  # each relay of the app has its statement
        with pytest.raises(DatabaseError):
            asked(server, world, [error(40613)] * 9)
    assert sum(clock.slept) <= 30.0

    world.answers = []
    asked(server, world, [])
    assert asked(server, world, [error(40613)]) == 2, "the next trouble is another one"


def test_a_server_that_is_just_away_is_waited_for(server: SqlServer, world: World, clock: FakeClock) -> None:
    assert asked(server, world, [BROKEN, BROKEN]) == 3, "a new connection that breaks: the database is on the move"
    assert clock.slept == [0.5, 1.0]


def test_without_a_clock_nobody_waits(world: World) -> None:
    with pytest.raises(DatabaseError):
        asked(SqlServer(OdbcConnection("x")), world, [error(40501)])

    assert world.executed == 1
