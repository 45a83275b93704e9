"""The clock that jumps: what the same seed does again, and what two idle weeks cost."""

import asyncio
import importlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import azure.functions as func
import pytest

from functions_standin.testing.simulation import Moment, NothingWillHappen, Simulation
from functions_standin.testing.simulation.sdk import time_of
from functions_standin.worker.loading import AppFunction, index
from functions_standin_tests.contract.durable.hosts import MANAGEMENT
from functions_standin_tests.simulation.driver import SimulatedDriver, functions, wait_for

pytestmark = pytest.mark.filterwarnings("default")  # what the SDK warns of is the app's business
TWO_WEEKS_SECONDS = 14 * 24 * 3600.0


def everything_that_happens(seed: int) -> list[str]:
    seen: list[Moment] = []
    with Simulation(seed=seed) as simulation:
        simulation.at_moment = lambda _host, moment: seen.append(moment)
        simulation.latency_seconds = lambda: simulation.random.uniform(0.001, 0.02)
        driver = SimulatedDriver(simulation, simulation.run(simulation.start_host(functions())))
        for number in range(3):
            driver.start("everything", {"round": 0}, f"i{number}")
        driver.wait_until("i2", lambda found: bool(found["customStatus"] == "second round"))
        driver.client("raise_event", "i2", "go", 1)
        wait_for(driver, "i2")
        return [*simulation.log, *map(str, seen)]


def test_the_same_seed_does_the_same(runs: Path) -> None:
    first = everything_that_happens(7)
    runs.write_text("", encoding="utf-8")
    again = everything_that_happens(7)
    runs.write_text("", encoding="utf-8")

    assert again == first
    assert everything_that_happens(8) != first


def test_two_idle_weeks_pass_in_well_below_a_second() -> None:
    with Simulation() as simulation:
        seen: list[Moment] = []
        driver = SimulatedDriver(simulation, simulation.run(simulation.start_host(functions())))
        driver.start("waiting", None, "w")
        wait_for(driver, "w", "Running")
        simulation.let_pass(3600)
        simulation.at_moment = lambda _host, moment: seen.append(moment)

        simulation.let_pass(TWO_WEEKS_SECONDS)

        assert len(seen) < 100
        simulation.at_moment = lambda _host, _moment: None
        driver.client("raise_event", "w", "go", 1)
        assert wait_for(driver, "w")["output"] == "1"


def test_a_timer_of_two_weeks_fires_when_it_is_due() -> None:
    with Simulation() as simulation:
        driver = SimulatedDriver(simulation, simulation.run(simulation.start_host(functions())))
        driver.start("sleeping", TWO_WEEKS_SECONDS, "s")
        simulation.let_pass(TWO_WEEKS_SECONDS - 60)
        assert driver.status("s")["runtimeStatus"] == "Running"

        simulation.let_pass(120)

        assert driver.status("s")["runtimeStatus"] == "Completed"


def test_a_host_that_slept_keeps_its_partitions_from_the_next_one() -> None:
    with Simulation() as simulation:
        first = simulation.run(simulation.start_host(functions(), name="first"))
        simulation.let_pass(TWO_WEEKS_SECONDS)
        simulation.run(simulation.start_host(functions(), name="second"))
        assert owners(simulation) == {"first": 4}

        simulation.let_pass(300)
        assert owners(simulation) == {"first": 2, "second": 2}

        simulation.let_pass(TWO_WEEKS_SECONDS)
        simulation.run(first.stop())
        simulation.let_pass(300)
        assert owners(simulation) == {"second": 4}


def test_a_host_that_died_after_a_long_sleep_is_missed_only_when_its_leases_run_out() -> None:
    with Simulation() as simulation:
        first = simulation.run(simulation.start_host(functions(), name="first"))
        simulation.let_pass(TWO_WEEKS_SECONDS)

        async def dies() -> None:
            first.die()

        simulation.run(dies())
        simulation.run(simulation.start_host(functions(), name="second"))
        simulation.let_pass(5)
        assert owners(simulation) == {"first": 4}

        simulation.let_pass(60)
        assert owners(simulation) == {"second": 4}


def owners(simulation: Simulation) -> dict[str, int]:
    """Return how many partitions are each host's."""
    [table] = [
        rows
        for name, rows in simulation.account_of("UseDevelopmentStorage=true").tables.items()
        if name.endswith("Partitions")
    ]
    found: dict[str, int] = {}
    for row in table[""].values():
        if owner := row["CurrentOwner"].split(".")[0]:
            found[owner] = found.get(owner, 0) + 1
    return found


def timer_app(ran: list[bool]) -> list[AppFunction]:
    app = func.FunctionApp()

    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
    def watchdog(timer: func.TimerRequest) -> None:
        ran.append(timer.past_due)

    return index(app)


def test_a_timer_fires_every_minute() -> None:
    ran: list[bool] = []
    with Simulation() as simulation:
        simulation.run(simulation.start_host(timer_app(ran)))

        simulation.let_pass(3601)

        assert len(ran) == 60


def test_idle_ticks_are_left_out_until_something_happens() -> None:
    ran: list[bool] = []
    with Simulation() as simulation:
        simulation.idle_until["watchdog"] = lambda: datetime.max.replace(tzinfo=UTC)
        host = simulation.run(simulation.start_host(timer_app(ran)))
        simulation.let_pass(TWO_WEEKS_SECONDS + 30)
        assert ran == []

        simulation.idle_until.clear()
        simulation.run(host.request("GET", "/admin/host/status"))
        simulation.stir()
        simulation.let_pass(121)

        assert ran == [False, False]


def test_idle_ticks_are_left_out_until_the_moment_that_is_named() -> None:
    ran: list[bool] = []
    with Simulation() as simulation:
        next_week = simulation.now() + timedelta(days=7)
        simulation.idle_until["watchdog"] = lambda: next_week
        simulation.run(simulation.start_host(timer_app(ran)))

        simulation.let_pass(7 * 24 * 3600 - 1)
        assert ran == []
        simulation.let_pass(242)

        assert len(ran) == 5


def test_of_two_hosts_one_fires_and_the_other_takes_over() -> None:
    first_ran: list[bool] = []
    second_ran: list[bool] = []
    with Simulation() as simulation:
        first = simulation.run(simulation.start_host(timer_app(first_ran), name="first"))
        simulation.run(simulation.start_host(timer_app(second_ran), name="second"))
        simulation.let_pass(601)
        assert (len(first_ran), len(second_ran)) == (10, 0)

        async def dies() -> None:
            first.die()

        simulation.run(dies())
        simulation.let_pass(600)

        assert len(first_ran) == 10
        assert len(second_ran) in {9, 10, 11}  # with the one that is made up for


def test_a_host_whose_storage_is_out_of_reach_ends_and_the_next_one_goes_on() -> None:
    ran: list[bool] = []
    with Simulation() as simulation:
        host = simulation.run(simulation.start_host(timer_app(ran)))
        simulation.let_pass(600)

        host.reaches_storage = False
        simulation.let_pass(120)

        assert not host.is_alive


def test_a_host_that_is_cut_off_loses_its_partitions_to_the_other_and_shares_them_again() -> None:
    with Simulation() as simulation:
        first = simulation.run(simulation.start_host(functions(), name="first"))
        simulation.let_pass(TWO_WEEKS_SECONDS)
        simulation.run(simulation.start_host(functions(), name="second"))

        first.reaches_storage = False
        simulation.let_pass(120)
        assert owners(simulation) == {"second": 4}

        first.reaches_storage = True
        simulation.let_pass(300)
        assert owners(simulation) == {"first": 2, "second": 2}


def test_a_host_has_a_clock_of_its_own() -> None:
    ran: list[bool] = []
    with Simulation() as simulation:
        host = simulation.run(simulation.start_host(timer_app(ran)))
        simulation.let_pass(121)
        assert len(ran) == 2

        host.outside.skew = timedelta(hours=-1)
        simulation.let_pass(3600)

        assert len(ran) in {2, 3}  # until the hour has come again


def test_a_function_that_hangs_is_ended_by_the_time_limit() -> None:
    app = func.FunctionApp()

    @app.route(route="hang")
    async def hang(req: func.HttpRequest) -> str:
        await asyncio.sleep(1e6)
        return "never"

    with Simulation() as simulation:
        host = simulation.run(simulation.start_host(index(app), host_json={"functionTimeout": "00:05:00"}))

        answer = simulation.run(host.request("GET", "/api/hang"))

        assert answer.status == 500
        assert simulation.loop.time() == 300.0


def test_a_story_in_which_nothing_can_happen_says_so() -> None:
    async def story() -> None:
        await asyncio.Event().wait()

    with Simulation() as simulation, pytest.raises(NothingWillHappen):
        simulation.run(story())


@pytest.mark.parametrize(
    "text",
    ["2026-01-01T00:00:00.0000001Z", "2026-08-31T23:59:59.1234567Z", "2026-08-31T23:59:59Z", "0001-01-01T00:00:00"],
)
def test_times_are_read_as_the_sdk_reads_them(text: str) -> None:
    expected = importlib.import_module("dateutil.parser").parse(text)

    assert (time_of(text), repr(time_of(text))) == (expected, repr(expected))


def test_the_management_api_answers_without_a_socket() -> None:
    with Simulation() as simulation:
        host = simulation.run(simulation.start_host(functions()))

        assert simulation.run(host.request("GET", "/admin/host/status")).json()["state"] == "Running"
        assert simulation.run(host.request("GET", f"{MANAGEMENT}/instances/none")).status == 404
        assert simulation.run(host.request("GET", "/nothing/here")).status == 404
