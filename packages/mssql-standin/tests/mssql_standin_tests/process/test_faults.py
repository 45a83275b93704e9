"""Errors on demand over the wire: at the login and around a request, the connection closed where a server closes it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pyodbc
import pytest

from mssql_standin.faults import CUT, Fault
from mssql_standin.testing.stand_in import CONTROL
from mssql_standin_tests.stand_in import StandIn


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    server = StandIn(tmp_path_factory.mktemp("sql"), CONTROL)
    server.start()
    with contextlib.closing(server.connect()) as client:
        client.execute("CREATE TABLE t (Id int NOT NULL)")
    yield server
    server.stop()
    assert server.errors.read_text() == ""


@pytest.fixture
def server(running: StandIn) -> Iterator[StandIn]:
    yield running
    running.stop_failing()
    with contextlib.closing(running.connect()) as client:
        client.execute("DELETE t")


@pytest.mark.parametrize("number", [4060, 10928, 10929, 40197, 40501, 40613, 49918])
def test_a_login_fails_as_often_as_it_was_told(server: StandIn, number: int) -> None:
    server.fail(Fault(number, "login", times=2))

    for _ in range(2):
        with pytest.raises(pyodbc.Error, match=rf"\({number}\)"):
            server.connect()

    server.connect().close()


def test_a_connection_is_cut_at_its_login(server: StandIn) -> None:
    before = server.failures()
    server.fail(Fault(CUT, "login"))

    with pytest.raises(pyodbc.OperationalError):
        server.connect()

    assert server.failures() == before + 1


@pytest.mark.parametrize("number", [10928, 40197, 40501, 40613])
@pytest.mark.parametrize(("moment", "left"), [("before", 0), ("during", 0), ("after", 1)])
def test_an_error_that_closes_the_connection_is_told_first(
    server: StandIn, number: int, moment: str, left: int
) -> None:
    with contextlib.closing(server.connect()) as client, contextlib.closing(server.connect()) as witness:
        server.fail(Fault(number, moment, text="INSERT"))

        with pytest.raises(pyodbc.Error, match=rf"\({number}\)"):
            client.execute("INSERT t VALUES (?)", 1)
        with pytest.raises(pyodbc.OperationalError):
            client.execute("SELECT 1")

        assert witness.execute("SELECT COUNT(*) FROM t").fetchval() == left


@pytest.mark.parametrize(("moment", "left"), [("before", 0), ("after", 1)])
def test_a_connection_is_cut_around_a_commit(server: StandIn, moment: str, left: int) -> None:
    with (
        contextlib.closing(server.connect(autocommit=False)) as client,
        contextlib.closing(server.connect()) as witness,
    ):
        client.execute("INSERT t VALUES (?)", 1)
        server.fail(Fault(CUT, moment, text="COMMIT"))

        with pytest.raises(pyodbc.OperationalError, match="08S01"):
            client.commit()

        assert witness.execute("SELECT COUNT(*) FROM t").fetchval() == left


def test_an_error_of_a_busy_service_leaves_the_connection(server: StandIn) -> None:
    with contextlib.closing(server.connect()) as client:
        server.fail(Fault(49918, "during", text="INSERT"))

        with pytest.raises(pyodbc.Error, match=r"\(49918\)"):
            client.execute("INSERT t VALUES (1)")

        assert client.execute("SELECT COUNT(*) FROM t").fetchval() == 0


def test_without_control_there_are_no_orders(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="--control"):
        StandIn(tmp_path).fail(Fault(40613))
