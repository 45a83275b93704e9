"""More connections than the process may open files for: one is refused, the others go on, and so does the server."""

import contextlib
import resource
from collections.abc import Iterator

import pyodbc
import pytest

from mssql_standin_tests.stand_in import StandIn

ROOM = 40  # files: enough for the server itself and a few clients, each of which takes three


def test_a_client_too_many_is_refused_and_the_next_one_enters_when_another_leaves(shared_stand_in: StandIn) -> None:
    hard = resource.prlimit(shared_stand_in.process_id, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(shared_stand_in.process_id, resource.RLIMIT_NOFILE, (ROOM, hard))
    with contextlib.ExitStack() as clients:
        leaves = shared_stand_in.connect()
        entered = [clients.enter_context(contextlib.closing(one)) for one in until_one_is_refused(shared_stand_in)]
        for _ in range(3):
            with pytest.raises(pyodbc.Error):
                shared_stand_in.connect()
        assert len(entered) > 3
        assert [client.execute("SELECT 1").fetchone()[0] for client in entered] == [1] * len(entered)

        leaves.close()
        with contextlib.closing(connect_when_the_other_has_left(shared_stand_in)) as client:
            assert client.execute("SELECT 2").fetchone()[0] == 2

    said = shared_stand_in.errors.read_text()
    assert said.count("ulimit -n") == 1
    assert "Traceback" not in said


def until_one_is_refused(stand_in: StandIn) -> Iterator[pyodbc.Connection]:
    with contextlib.suppress(pyodbc.Error):
        for _ in range(ROOM):
            yield stand_in.connect()


def connect_when_the_other_has_left(stand_in: StandIn) -> pyodbc.Connection:
    """Its handles come free a moment after the client has closed its end."""
    while True:
        with contextlib.suppress(pyodbc.Error):
            return stand_in.connect()
