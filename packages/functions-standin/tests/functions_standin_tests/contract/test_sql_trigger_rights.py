"""The rights that a SQL trigger's login needs: each that is left out makes its polls fail, and the log names it."""

from collections.abc import Iterator

import pytest

from functions_standin.sql_trigger.connection import find_driver
from functions_standin.sql_trigger.connection_string import to_odbc
from functions_standin.testing.sql_trigger import Scene, Worker, scene_on
from mssql_standin.testing.stand_in import PASSWORD, StandIn

RIGHTS = {
    "SELECT": "SELECT ON dbo.{table}",
    "VIEW CHANGE TRACKING": "VIEW CHANGE TRACKING ON dbo.{table}",
    "SELECT of the state": "SELECT ON SCHEMA::az_func",
    "INSERT": "INSERT ON SCHEMA::az_func",
    "UPDATE": "UPDATE ON SCHEMA::az_func",
    "DELETE": "DELETE ON SCHEMA::az_func",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A server of this module's own: logins belong to it, and a real one may not let tests make them."""
    with StandIn(tmp_path_factory.mktemp("sql")) as server:
        yield server


@pytest.fixture
def scene(server: StandIn, unique: str) -> Iterator[Scene]:
    with scene_on(server.ado_net, unique) as scene:
        scene.run(f"CREATE LOGIN {unique} WITH PASSWORD = 'Local-Only-1'; CREATE USER {unique} FOR LOGIN {unique}")
        yield scene


@pytest.fixture
def worker(server: StandIn, scene: Scene, unique: str) -> Worker:
    """A host whose login may connect and do nothing else."""
    ado_net = server.ado_net.replace("User ID=sa", f"User ID={unique}").replace(PASSWORD, "Local-Only-1")
    return scene.worker(to=to_odbc(ado_net, find_driver()))


def grant(scene: Scene, login: str, *, except_for: str | None = None) -> None:
    for name, right in RIGHTS.items():
        if name != except_for:
            scene.run(f"GRANT {right.format(table=scene.table.name)} TO {login}")


def test_with_all_rights_changes_are_delivered_and_released(scene: Scene, worker: Worker, unique: str) -> None:
    grant(scene, unique)
    scene.insert("A")

    assert worker.turn() == [("A", 0)]
    assert worker.turn() == []

    assert scene.position == 1


@pytest.mark.parametrize("missing", RIGHTS)
def test_a_right_that_is_left_out_is_named_in_the_log(scene: Scene, worker: Worker, unique: str, missing: str) -> None:
    grant(scene, unique, except_for=missing)
    scene.insert("A")

    worker.listener.turn(worker.link)
    worker.listener.turn(worker.link)

    assert f"The {missing.partition(' of')[0]} permission was denied on the object" in worker.log
