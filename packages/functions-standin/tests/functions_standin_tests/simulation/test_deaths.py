"""A simulated host that dies at any moment of an orchestration, and the next one, which finishes what it began."""

import asyncio
import contextlib
import itertools
from pathlib import Path
from typing import Any

import pytest

from functions_standin.testing.simulation import Moment, SimulatedHost, Simulation
from functions_standin_tests.contract.durable.hosts import EVERYTHING, MANAGEMENT
from functions_standin_tests.simulation.driver import SimulatedDriver, functions, wait_for

pytestmark = pytest.mark.filterwarnings("default")  # what the SDK warns of is the app's business
ID = "killed"
EVERY = 37  # a moment in so many; another one with every seed
SEEDS = range(2)


def moments_of_a_whole_run(seed: int) -> list[Moment]:
    """Return everything that a host does which nobody kills."""
    seen: list[Moment] = []
    with Simulation(seed=seed) as simulation:
        simulation.at_moment = lambda _host, moment: seen.append(moment)
        carry_through(SimulatedDriver(simulation, start(simulation)))
    return seen


def start(simulation: Simulation) -> SimulatedHost:
    return simulation.run(simulation.start_host(functions(), name=f"host{len(simulation.log)}"))


def carry_through(driver: SimulatedDriver) -> dict[str, Any]:
    """See an instance through to its end, whatever has been done of that before."""
    driver.every_seconds = 20.0
    if driver.status(ID)["runtimeStatus"] == "Missing":
        driver.start("everything", {"round": 0}, ID)
    found = driver.wait_until(
        ID, lambda found: found["customStatus"] == "second round" or found["runtimeStatus"] == "Failed"
    )
    if found["runtimeStatus"] == "Running":
        driver.client("raise_event", ID, "go", "now")
    return wait_for(driver, ID)


def killed_at(number: int, seed: int) -> dict[str, Any]:
    """Let the first host die at its moment of that number; return what the second one makes of the instance."""
    with Simulation(seed=seed) as simulation:
        seen = 0

        def at_moment(host: SimulatedHost, _moment: Moment) -> None:
            nonlocal seen
            seen += 1
            if seen == number:
                host.die()

        simulation.at_moment = at_moment
        with contextlib.suppress(ConnectionError):
            carry_through(SimulatedDriver(simulation, start(simulation)))
        assert seen >= number, "the host lived"
        return carry_through(SimulatedDriver(simulation, start(simulation)))


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_at_any_moment(seed: int, runs: Path) -> None:
    total = len(moments_of_a_whole_run(seed))

    for number in range(1 + seed * EVERY // len(SEEDS), total, EVERY):
        runs.write_text("", encoding="utf-8")
        found = killed_at(number, seed)

        assert found["runtimeStatus"] == "Completed", (seed, number, found)
        assert found["output"] == {**EVERYTHING, "fan_out": [0, 2, 4, ID, 40]}, (seed, number)


def test_what_a_dead_host_was_about_to_do_never_happens() -> None:
    after: list[Moment] = []
    with Simulation() as simulation:
        host = start(simulation)
        driver = SimulatedDriver(simulation, host)
        driver.start("waiting", None, ID)
        simulation.run(_die(host))
        lines = len(simulation.log)
        simulation.at_moment = lambda _host, moment: after.append(moment)

        simulation.let_pass(3600)

        assert (after, len(simulation.log)) == ([], lines)
        with pytest.raises(ConnectionError):
            driver.status(ID)


async def _die(host: SimulatedHost) -> None:
    host.die()


def test_a_host_that_does_not_listen_yet_refuses_a_request() -> None:
    async def ask_while_it_starts() -> None:
        starting = asyncio.ensure_future(simulation.start_host(functions(), name="host"))
        while not simulation.hosts:
            await asyncio.sleep(0)
        with pytest.raises(ConnectionError):
            await simulation.hosts["host"].request("GET", "/")
        answer = await (await starting).request("GET", "/admin/host/status")
        assert answer.status == 200

    with Simulation() as simulation:
        simulation.run(ask_while_it_starts())


def test_an_orchestration_whose_worker_dies_has_failed_and_the_next_one_has_not() -> None:
    with Simulation() as simulation:
        driver = SimulatedDriver(simulation, start(simulation))

        def at_moment(host: SimulatedHost, moment: Moment) -> None:
            if (moment.kind, moment.what) == ("call begun", "chain"):
                simulation.at_moment = lambda _host, _moment: None
                host.worker.crash()

        simulation.at_moment = at_moment
        driver.start("chain", 1, "unlucky")
        failed = wait_for(driver, "unlucky", "Failed")
        driver.start("chain", 1, "lucky")

        assert failed["output"] == "Orchestrator function 'chain' failed: python exited with code 137 (0x89)"
        assert wait_for(driver, "lucky")["output"] == 8


@pytest.mark.parametrize("seed", [1, 2])
def test_three_hosts_that_die_at_random_carry_everything_through(seed: int) -> None:
    ids = [f"i{number}" for number in range(8)]
    with Simulation(seed=seed) as simulation:
        simulation.latency_seconds = lambda: simulation.random.uniform(0.001, 0.05)
        names = itertools.count()
        deaths_left = 6

        async def story() -> None:
            for _ in range(3):
                await simulation.start_host(functions(), name=f"host{next(names)}")
            for instance_id in ids:
                host = simulation.random.choice(list(simulation.hosts.values()))
                await host.request("POST", f"/api/start/chain?id={instance_id}", body=b"1")
            simulation.at_moment = die_at_random
            while not all([await ended(simulation, instance_id) for instance_id in ids]):
                await asyncio.sleep(20)
                while len(simulation.hosts) < 3:
                    with contextlib.suppress(ConnectionError):
                        await simulation.start_host(functions(), name=f"host{next(names)}")

        def die_at_random(host: SimulatedHost, _moment: Moment) -> None:
            nonlocal deaths_left
            if deaths_left and simulation.random.random() < 0.02:
                deaths_left -= 1
                host.die()

        simulation.run(story())

    assert deaths_left == 0


async def ended(simulation: Simulation, instance_id: str) -> bool:
    for host in list(simulation.hosts.values()):
        with contextlib.suppress(ConnectionError):
            answer = await host.request("GET", f"{MANAGEMENT}/instances/{instance_id}")
            found = answer.json()
            return bool((found["runtimeStatus"], found["output"]) == ("Completed", 8))
    return False
