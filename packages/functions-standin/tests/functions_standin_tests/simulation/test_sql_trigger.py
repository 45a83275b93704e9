"""The SQL trigger of simulated hosts on a database in memory, on one clock."""

import asyncio
import contextlib
from itertools import pairwise

import azure.functions as func
import pytest

from functions_standin.testing.simulation import Moment, SimulatedHost, Simulation
from functions_standin.worker.loading import index
from functions_standin_tests.simulation.database import Orders
from functions_standin_tests.simulation.trigger_app import App

TWO_WEEKS_SECONDS = 14 * 24 * 3600.0


def test_a_change_is_delivered_at_the_next_poll_and_the_position_goes_on() -> None:
    with Simulation() as simulation:
        orders = Orders(simulation)
        app = App(simulation, orders.ado_net)
        simulation.run(app.start())
        simulation.let_pass(10.5)

        orders.insert(1, 2)
        simulation.let_pass(3)

        assert sorted(app.delivered) == [1, 2]
        assert 10.5 < app.calls[0][0] < 12
        assert orders.leased == 0


def test_a_batch_that_fails_comes_five_times_as_its_leases_run_out() -> None:
    async def fail(_ids: list[int]) -> None:
        raise ValueError("sick")

    with Simulation() as simulation:
        orders = Orders(simulation)
        app = App(simulation, orders.ado_net, works=fail)
        simulation.run(app.start())
        simulation.let_pass(5)

        orders.insert(1)
        simulation.let_pass(3600)

        moments = [moment for moment, _ in app.calls]
        assert len(moments) == 5
        assert all(60 <= after - before <= 62 for before, after in pairwise(moments))


def test_a_change_does_not_wait_for_the_leases_of_others_to_run_out() -> None:
    async def fail(ids: list[int]) -> None:
        if ids == [1]:
            raise ValueError("sick")

    with Simulation() as simulation:
        orders = Orders(simulation)
        app = App(simulation, orders.ado_net, works=fail)
        simulation.run(app.start())
        orders.insert(1)
        simulation.let_pass(10)

        orders.insert(2)
        simulation.let_pass(2)

        assert app.delivered == [1, 2]


def test_a_lease_that_ran_out_and_cannot_be_taken_is_not_looked_for_ever() -> None:
    async def fail(_ids: list[int]) -> None:
        raise ValueError("sick")

    with Simulation() as simulation:
        orders = Orders(simulation)
        app = App(simulation, orders.ado_net, works=fail)
        simulation.run(app.start())
        simulation.let_pass(5)
        orders.insert(1)
        simulation.let_pass(10)
        orders.run("TRUNCATE TABLE dbo.Orders")
        simulation.let_pass(300)
        seen: list[Moment] = []
        simulation.at_moment = lambda _host, moment: seen.append(moment)

        simulation.let_pass(3600)

        assert len(seen) < 20
        assert app.delivered == [1]


def test_a_lock_is_waited_for_while_its_holder_blocks() -> None:
    with Simulation() as simulation:
        host = simulation.run(App(simulation, Orders(simulation).ado_net).start())
        lock, held = host.outside.lock(), []

        async def hold() -> None:
            with lock:
                held.append(simulation.loop.time())
                simulation.block(10)

        async def both() -> None:
            await asyncio.gather(hold(), hold())

        simulation.run(both())

        assert held[1] - held[0] == 10


def test_a_batch_that_takes_long_is_renewed_and_given_to_nobody_else() -> None:
    async def take_long(_ids: list[int]) -> None:
        await asyncio.sleep(600)

    with Simulation() as simulation:
        orders = Orders(simulation)
        app = App(simulation, orders.ado_net, works=take_long)
        simulation.run(app.start("first"))
        simulation.run(app.start("second"))
        simulation.let_pass(5)

        orders.insert(1)
        simulation.let_pass(3600)

        assert app.delivered == [1]
        assert orders.leased == 0


def test_what_a_dead_host_had_leased_goes_to_the_other_when_the_lease_has_run_out() -> None:
    with Simulation() as simulation:
        orders = Orders(simulation)
        app = App(simulation, orders.ado_net)
        hosts = [simulation.run(app.start(name)) for name in ("first", "second")]
        simulation.let_pass(5)

        def at_moment(host: SimulatedHost, moment: Moment) -> None:
            if moment.kind == "call ended" and len(hosts) == 2:
                hosts.remove(host)
                host.die()

        simulation.at_moment = at_moment
        orders.insert(1)
        simulation.let_pass(300)

        assert app.delivered == [1, 1]
        assert 60 <= app.calls[1][0] - app.calls[0][0] <= 62
        assert orders.leased == 0


def test_nothing_is_lost_whichever_statement_a_host_dies_at() -> None:
    total = len(_moments_of_a_batch(0))

    assert total > 20
    for number in range(1, total + 1, 3):
        assert sorted(set(_moments_of_a_batch(number))) == [1, 2, 3], number


def _moments_of_a_batch(fatal: int) -> list[int]:
    """Let the first host die at its moment of that number after rows have come; return what was delivered, 0 for each moment if none."""
    with Simulation() as simulation:
        orders = Orders(simulation)
        app = App(simulation, orders.ado_net)
        simulation.run(app.start("first"))
        simulation.let_pass(200)
        seen: list[int] = []

        def at_moment(host: SimulatedHost, _moment: Moment) -> None:
            if host.name == "first":
                seen.append(0)
                if len(seen) == fatal:
                    host.die()

        simulation.at_moment = at_moment
        orders.insert(1, 2, 3)
        simulation.let_pass(2.5)
        if not fatal:
            return seen
        with contextlib.suppress(ConnectionError):
            simulation.run(app.start("second"))
        simulation.let_pass(300)
        assert orders.leased == 0
        return app.delivered


def test_two_idle_weeks_ask_the_database_nothing() -> None:
    with Simulation() as simulation:
        orders = Orders(simulation)
        app = App(simulation, orders.ado_net)
        simulation.run(app.start())
        simulation.let_pass(300)
        seen: list[Moment] = []
        simulation.at_moment = lambda _host, moment: seen.append(moment)

        simulation.let_pass(TWO_WEEKS_SECONDS)
        assert len(seen) < 20
        orders.insert(1)
        simulation.let_pass(2)

        assert app.delivered == [1]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_does_the_same(seed: int) -> None:
    def everything() -> list[str]:
        seen: list[Moment] = []
        with Simulation(seed=seed) as simulation:
            orders = Orders(simulation)
            app = App(simulation, orders.ado_net)
            simulation.at_moment = lambda _host, moment: seen.append(moment)
            simulation.run(app.start())
            orders.insert(*range(1, 30))
            simulation.let_pass(100)
            return [*simulation.log, *map(str, seen)]

    assert everything() == everything()


def test_functions_that_block_let_others_work_and_end_in_their_own_time() -> None:
    app = func.FunctionApp()
    ended: list[tuple[str, float]] = []
    with Simulation() as simulation:

        @app.route(route="{name}/{seconds}")
        def block(req: func.HttpRequest) -> str:
            simulation.block(float(req.route_params["seconds"]))
            ended.append((req.route_params["name"], simulation.loop.time()))
            return "done"

        host = simulation.run(simulation.start_host(index(app)))

        async def story() -> None:
            await asyncio.gather(
                host.request("GET", "/api/first/20"),
                host.request("GET", "/api/longer/30"),
                host.request("GET", "/api/shorter/10"),
            )

        simulation.run(story())

    assert ended == [("shorter", 10.0), ("first", 20.0), ("longer", 30.0)]
