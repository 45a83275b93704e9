"""Scenarios that a real host on Azurite and a simulated one on memory bring to the same end."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions_standin_tests.contract.durable.hosts import EVERYTHING, scene
from functions_standin_tests.simulation.driver import Driver, RealDriver, simulated, wait_for

pytestmark = pytest.mark.filterwarnings("default")  # what the SDK warns of is the app's business
Scenario = Callable[[Driver, str], Any]


def fan_out(driver: Driver, key: str) -> Any:
    driver.start("wide", 5, key)
    return wait_for(driver, key)["output"]


def timer(driver: Driver, key: str) -> Any:
    driver.start("sleeping", 1, key)
    return wait_for(driver, key)["runtimeStatus"]


def external_event(driver: Driver, key: str) -> Any:
    driver.start("waiting", None, key)
    wait_for(driver, key, "Running")
    driver.client("raise_event", key, "go", {"a": 1})
    return wait_for(driver, key)["output"]


def everything(driver: Driver, key: str) -> Any:
    """Retries, children, continue-as-new, an entity, timers, an event and a value too large for a message."""
    driver.start("everything", {"round": 0}, key)
    driver.wait_until(key, lambda found: bool(found["customStatus"] == "second round"))
    driver.client("raise_event", key, "go", "now")
    output = wait_for(driver, key)["output"]
    return {**output, "fan_out": [each if each != key else "its id" for each in output["fan_out"]]}


def terminate(driver: Driver, key: str) -> Any:
    driver.start("waiting", None, key)
    wait_for(driver, key, "Running")
    driver.client("terminate", key, "enough")
    return wait_for(driver, key, "Terminated")["output"]


def suspend(driver: Driver, key: str) -> Any:
    driver.start("waiting", None, key)
    wait_for(driver, key, "Running")
    driver.client("suspend", key, "a while")
    wait_for(driver, key, "Suspended")
    driver.client("raise_event", key, "go", 1)
    driver.client("resume", key, "on")
    return wait_for(driver, key)["output"]


def rewind(driver: Driver, key: str) -> Any:
    driver.start("mended", "m" + key, key)
    wait_for(driver, key, "Failed")
    driver.client("rewind", key, "once more")
    return wait_for(driver, key)["output"].removesuffix(key)


def failure(driver: Driver, key: str) -> Any:
    driver.start("failing", "again", key)
    return wait_for(driver, key, "Failed")["output"].partition(" \n ")[0]


EXPECTED: dict[Scenario, Any] = {
    fan_out: 5,
    timer: "Completed",
    external_event: '{"a": 1}',
    everything: {**EVERYTHING, "fan_out": [0, 2, 4, "its id", 40]},
    terminate: "enough",
    suspend: "1",
    rewind: "m",
    failure: "Orchestrator function 'failing' failed: Activity function 'fail_always' failed: ValueError: never again",
}


@pytest.fixture(scope="module")
def real(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    with scene(tmp_path_factory.mktemp("real"), azurite) as opened:
        yield RealDriver(opened.host())


@pytest.mark.parametrize("scenario", EXPECTED, ids=lambda scenario: scenario.__name__)
def test_a_real_host_on_azurite(scenario: Scenario, real: Driver) -> None:
    assert scenario(real, scenario.__name__) == EXPECTED[scenario]


@pytest.mark.parametrize("scenario", EXPECTED, ids=lambda scenario: scenario.__name__)
def test_a_simulated_host_on_memory(scenario: Scenario) -> None:
    with simulated() as driver:
        assert scenario(driver, scenario.__name__) == EXPECTED[scenario]
