"""The SQL trigger of simulated hosts on a server, which has a clock of its own: a client over a wire is a client too."""

import contextlib
from collections.abc import Iterator

import pytest

from functions_standin.sql_trigger.connection import connect
from functions_standin.testing.simulation import Moment, SimulatedHost, Simulation
from functions_standin.testing.sql_trigger import Scene, scene_on
from functions_standin_tests.simulation.trigger_app import App


@pytest.fixture
def scene(sql_connection_string: str, unique: str) -> Iterator[Scene]:
    with scene_on(sql_connection_string, unique) as scene:
        yield scene


@contextlib.contextmanager
def app_of(scene: Scene, sql_connection_string: str) -> Iterator[App]:
    with Simulation() as simulation:
        simulation.connect = lambda _text: connect(scene.to)
        app = App(simulation, sql_connection_string, scene.table.name)
        yield app
        scene.run(f"DROP TABLE {leases_table(scene)}")


def leases_table(scene: Scene) -> str:
    """Return the table that the app's listener made, beside the scene's own."""
    found = scene.run("SELECT name FROM sys.tables WHERE name LIKE ?", f"Leases[_]%[_]{scene.watched.table_id}")
    [name] = [name for [name] in found if name not in scene.leases_table]
    return f"az_func.[{name}]"


def test_changes_are_delivered_and_the_polls_between_are_left_out(scene: Scene, sql_connection_string: str) -> None:
    seen: list[Moment] = []
    with app_of(scene, sql_connection_string) as app:
        simulation = app.simulation
        simulation.run(app.start())
        simulation.let_pass(100)
        simulation.at_moment = lambda _host, moment: seen.append(moment)
        simulation.let_pass(14 * 24 * 3600)
        idle_moments = len(seen)

        scene.insert("A", "B")
        simulation.database_changes.tell()
        simulation.let_pass(2)

        assert idle_moments < 20
        assert sorted(app.delivered) == [scene.id_of("A"), scene.id_of("B")]


def test_a_batch_whose_host_died_comes_again(scene: Scene, sql_connection_string: str) -> None:
    def at_moment(host: SimulatedHost, moment: Moment) -> None:
        if moment.kind == "call ended" and host.name == "first":
            host.die()

    with app_of(scene, sql_connection_string) as app:
        simulation = app.simulation
        simulation.at_moment = at_moment
        simulation.run(app.start("first"))
        simulation.let_pass(5)
        scene.insert("A")
        simulation.database_changes.tell()
        simulation.let_pass(5)
        assert (app.delivered, simulation.hosts) == ([scene.id_of("A")], {})

        simulation.run(app.start("second"))
        simulation.let_pass(5)
        assert app.delivered == [scene.id_of("A")]  # still leased
        past = "DATEADD(second, -1, SYSDATETIME())"
        scene.run(f"UPDATE {leases_table(scene)} SET _az_func_LeaseExpirationTime = {past}")
        simulation.let_pass(5)

        assert app.delivered == [scene.id_of("A")] * 2
