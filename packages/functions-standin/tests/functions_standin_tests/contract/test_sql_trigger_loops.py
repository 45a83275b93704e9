"""The SQL trigger's threads: what they survive and what ends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions_standin.sql_trigger.connection import find_driver
from functions_standin.sql_trigger.connection_string import to_odbc
from functions_standin.sql_trigger.pool import OF_THE_PROCESS
from functions_standin.testing.sql_trigger import Scene, scene_on
from functions_standin_tests.azurite import free_ports
from functions_standin_tests.waiting import wait_until
from mssql_standin.testing.stand_in import StandIn

INSERT = 0


@pytest.fixture
def scene(sql_connection_string: str, unique: str) -> Iterator[Scene]:
    with scene_on(sql_connection_string, unique) as scene:
        yield scene


@contextmanager
def server_of_our_own(folder: Path) -> Iterator[StandIn]:
    server = StandIn(folder)
    server.start(port=free_ports(1)[0])
    try:
        yield server
    finally:
        server.kill()


def test_the_running_loops_survive_a_crash_of_the_server(tmp_path: Path, unique: str) -> None:
    with server_of_our_own(tmp_path) as server, scene_on(server.ado_net, unique) as scene:
        worker = scene.worker(time_scale=0.02)
        with worker.running():
            scene.insert("A")
            wait_until(lambda: worker.batches == [[("A", INSERT)]], description="A was delivered")
            # else B's release leaves it behind A
            wait_until(lambda: scene.position == 1, description="A was released")

            server.kill()
            wait_until(
                lambda: "Exception reconnecting ChangeConsumptionConnection. Exception = " in worker.log,
                description="the crash was noticed",
            )
            server.start(port=server.port)
            wait_until(
                lambda: "Successfully re-established ChangeConsumptionConnection!" in worker.log,
                description="a new connection",
            )
            scene.reconnect()
            scene.insert("B")
            wait_until(lambda: worker.batches[-1] == [("B", INSERT)], description="B was delivered")
            wait_until(lambda: scene.position == 2, description="B was released")

    assert "Exiting" not in worker.log
    assert "Starting change consumption loop. MaxBatchSize: 100 PollingIntervalMs: 1000" in worker.log
    assert "Starting lease renewal loop." in worker.log
    assert (
        "Fatal SQL Client exception processing changes. Will attempt to reestablish connection in 1000ms." in worker.log
    )
    assert "ChangeConsumptionConnection is broken, attempting to reconnect..." in worker.log


def test_the_change_loop_ends_for_good_if_its_first_connection_fails(scene: Scene) -> None:
    nobody = to_odbc("Server=tcp:127.0.0.1,1;UID=sa;PWD=Secret-1;Connect Timeout=1", find_driver())
    worker = scene.worker(to=nobody)

    with worker.running():
        wait_until(
            lambda: "Exiting change consumption loop due to exception: Microsoft.Data.SqlClient" in worker.log,
            description="the loop ended",
        )

    assert "Secret-1" not in worker.log


def test_a_listener_that_finds_the_pool_of_its_host_used_up_ends_for_good(
    scene: Scene, sql_connection_string: str
) -> None:
    to = to_odbc(f"{sql_connection_string};Max Pool Size=2;Connect Timeout=5", find_driver())
    first, second = scene.worker(to=to), scene.worker(to=to)
    with first.running():
        wait_until(lambda: OF_THE_PROCESS.in_use(to) == 2, description="the first listener has its two connections")
        with second.running():
            wait_until(lambda: "Exiting change consumption loop" in second.log, description="the second one ends")

    assert "all pooled connections were in use and max pool size was reached" in second.log
