"""One way to drive the sample app, on a real host or on a simulated one."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol

from functions_standin.testing.simulation import SimulatedHost, Simulation
from functions_standin.worker.loading import AppFunction, index
from functions_standin_tests.contract.durable.app import function_app
from functions_standin_tests.contract.durable.hosts import MANAGEMENT, Host

PATIENCE_SECONDS = 3600.0


@cache
def functions() -> list[AppFunction]:
    """Return the sample app's functions, which can be asked for once."""
    return index(function_app.app)


class Driver(Protocol):
    """What the scenarios do."""

    def start(self, name: str, value: Any = None, instance_id: str = "") -> str: ...

    def client(self, verb: str, instance_id: str, *arguments: Any) -> Any: ...

    def wait_until(self, instance_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]: ...


def wait_for(driver: Driver, instance_id: str, status: str = "Completed") -> dict[str, Any]:
    """Wait until an instance has a status; return what is told of it."""
    return driver.wait_until(instance_id, lambda found: bool(found["runtimeStatus"] == status))


class RealDriver:
    """Drives a host process."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def start(self, name: str, value: Any = None, instance_id: str = "") -> str:
        return self._host.start(name, value, instance_id)

    def client(self, verb: str, instance_id: str, *arguments: Any) -> Any:
        return self._host.client(verb, instance_id, *arguments)

    def wait_until(self, instance_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        return self._host.wait_until(instance_id, holds)


class SimulatedDriver:
    """Drives a simulated host; whoever hands in another one goes on with that."""

    def __init__(self, simulation: Simulation, host: SimulatedHost) -> None:
        self.simulation = simulation
        self.host = host
        self.every_seconds = 1.0  # between two looks

    def start(self, name: str, value: Any = None, instance_id: str = "") -> str:
        answer = self._request("POST", f"/api/start/{name}" + (f"?id={instance_id}" if instance_id else ""), value)
        assert answer.status == 202, answer
        return str(answer.json()["id"])

    def client(self, verb: str, instance_id: str, *arguments: Any) -> Any:
        answer = self._request("POST", f"/api/client/{verb}/{instance_id}", arguments)
        assert answer.status == 200, self.simulation.log[-5:]
        return answer.json()

    def status(self, instance_id: str) -> dict[str, Any]:
        answer = self._request("GET", f"{MANAGEMENT}/instances/{instance_id}")
        return (
            dict(answer.json()) if answer.status in {200, 202} else {"runtimeStatus": "Missing", "customStatus": None}
        )

    def wait_until(self, instance_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = self.simulation.loop.time() + PATIENCE_SECONDS
        while not holds(found := self.status(instance_id)):
            assert self.simulation.loop.time() < end, found
            self.simulation.let_pass(self.every_seconds)
        return found

    def _request(self, method: str, target: str, value: Any = None) -> Any:
        body = b"" if value is None else json.dumps(value).encode()
        return self.simulation.run(self.host.request(method, target, body=body))


@contextmanager
def simulated(seed: int = 0) -> Iterator[SimulatedDriver]:
    """A simulation with one host of the sample app."""
    with Simulation(seed=seed) as simulation:
        yield SimulatedDriver(simulation, simulation.run(simulation.start_host(functions())))
