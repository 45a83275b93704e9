"""The world of one seed: the app's hosts, its database, the network, and a clock that jumps."""

import contextlib
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import azure.durable_functions as df

import wiring
from adapters.sql_server.enable import enable
from functions_standin.testing.simulation import HostDied, Moment, SimulatedHost, Simulation
from functions_standin.testing.simulation.host import CURRENT
from functions_standin.worker.loading import AppFunction, index
from tests.simulation.errand import Doer, has_errands
from tests.simulation.network import Network
from tests.simulation.process import Process
from tests.simulation.sql_server import SqlServer
from tests.simulation.surroundings import surroundings
from workflows.execution.values import Step

Result = TypeVar("Result")
APP = "shop-relay"
WATCHDOG = "watchdog"
# The watchdog looks rarer the longer nothing has happened, and in long stories always; the bounds of the oracle know it.
IDLE = timedelta(hours=6)
_TIMES_AS_LONG = 3
_HOST_JSON = {"extensions": {"Sql": {"MaxBatchSize": 100, "PollingIntervalMs": 1000}}}


class World:
    """A context manager. `prepare` makes the app's tables, `start` its hosts; `fate` sees everything that processes do.

    Between looks of the watchdog there are at least `seconds_between_looks`. `workflows_toml` is its other file; of `blueprints` there
    are functions beside its own, as of somebody who works with its locks.
    """

    def __init__(
        self,
        seed: int,
        relays_toml: str,
        seconds_between_looks: float = 0.0,
        workflows_toml: str = "",
        blueprints: Sequence[df.Blueprint] = (),
    ) -> None:
        self.seed = seed
        self.seconds_between_looks = seconds_between_looks
        self._between_looks = timedelta(seconds=seconds_between_looks)
        self.simulation = Simulation(seed=seed)
        self.network = Network()
        self.sql: SqlServer
        self.fate: Callable[[SimulatedHost, str], None] = lambda _host, _moment: None
        self.do_step: Doer = lambda name, _wanted, _step: name  # of workflows, if a relay starts any
        self._toml, self._workflows_toml, self._blueprints = relays_toml, workflows_toml, blueprints
        self._resources = contextlib.ExitStack()
        self._processes: dict[str, Process] = {}  # by machine: a host that starts anew is another one
        self._functions: Sequence[AppFunction] = ()
        self._events = 0  # calls of anything but the watchdog, and what happens in the database
        self._last_event = self.simulation.start
        self._look: tuple[datetime, int] | None = None  # the watchdog's last, and how many events there had been
        self._at_work: dict[str, int] = {}  # by machine: how many calls of anything but the watchdog are under way

    def __enter__(self) -> Self:
        self._resources.enter_context(self.simulation)
        self.sql = SqlServer(self.simulation, self.seed, self._happens)
        folder = Path(self._resources.enter_context(tempfile.TemporaryDirectory(prefix="simulation")))
        self.file = folder / "relays.toml"
        self.file.write_text(self._toml, encoding="utf-8")
        workflows = folder / "workflows.toml"
        workflows.write_text(self._workflows_toml, encoding="utf-8")
        self.settings = {
            "WEBSITE_SITE_NAME": APP,
            "SqlConnectionString": self.sql.ado_net,
            "RELAYS_FILE": str(self.file),
            "WORKFLOWS_FILE": str(workflows),
            "AzureFunctionsJobHost__extensions__durableTask__hubName": "simulated",
        }
        self._beside = self._process(None)
        self._resources.enter_context(surroundings(self.current, self.sql, self.network, self.settings))
        if '"workflow:' in self._toml:
            self._resources.enter_context(has_errands(self._does_step))
        self.simulation.at_moment = self._moment
        self.simulation.latency_seconds = lambda: 0.001  # a world in which nothing takes time spins
        self.simulation.idle_until[WATCHDOG] = self._idle_until
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.__exit__(kind, error, trace)

    @property
    def seconds(self) -> float:
        """Return the virtual time."""
        return self.simulation.loop.time()

    def prepare(self) -> None:
        """Do what `./dev sql enable` does."""
        list(enable(wiring.database(), APP, wiring.settings().relays))

    async def start(self, name: str = "host") -> SimulatedHost | None:
        """Start a host; None if it dies at once."""
        if not self._functions:
            built = import_module("function_app").build()  # which builds an app as it is imported
            for blueprint in self._blueprints:
                built.register_functions(blueprint)
            self._functions = index(built)
        environment = {**self.settings, "AzureWebJobs.none.Disabled": "0"}
        with contextlib.suppress(ConnectionError, HostDied):
            return await self.simulation.start_host(
                self._functions, name=name, host_json=_HOST_JSON, environment=environment
            )
        return None

    def kill(self, host: SimulatedHost) -> None:
        """End a host and its worker at once."""
        self._end_process(host)
        host.die()

    def crash(self, host: SimulatedHost) -> None:
        """End the worker of a host; the host has another one at once."""
        self._end_process(host)
        host.worker.crash()

    def lose_storage(self) -> None:
        """Lose all that the storage had, while no host lives."""
        self.simulation._accounts.clear()

    def run(self, story: Coroutine[Any, Any, Result]) -> Result:
        """Run a story to its end."""
        return self.simulation.run(story)

    def current(self) -> Process:
        """Return the process whose code runs."""
        host = CURRENT.get()
        if host is None:
            return self._beside
        if host.machine not in self._processes:
            self._processes[host.machine] = self._process(host)
        return self._processes[host.machine]

    def _process(self, host: SimulatedHost | None) -> Process:
        process = Process(self.simulation, host, self._moment_of_process)
        self.sql.let_in(process)
        return process

    def _does_step(self, name: str, wanted: Any, step: Step) -> Any:
        return self.do_step(name, wanted, step)

    def _end_process(self, host: SimulatedHost) -> None:
        self._at_work.pop(host.machine, None)
        if (process := self._processes.pop(host.machine, None)) is not None:
            process.end()

    def _moment(self, host: SimulatedHost, moment: Moment) -> None:
        if moment.kind == "call begun":
            if moment.what == WATCHDOG:
                self._look = self.simulation.now(), self._events
            else:
                self._happens()
                self._at_work[host.machine] = self._at_work.get(host.machine, 0) + 1
        elif moment.kind == "call ended" and moment.what != WATCHDOG:
            self._at_work[host.machine] = self._at_work.get(host.machine, 0) - 1
        self.fate(host, f"{moment.kind}: {moment.what}")

    def _moment_of_process(self, process: Process, moment: str) -> None:
        if process.host is not None:
            self.fate(process.host, f"app {moment}")

    def _happens(self) -> None:
        self._events += 1
        self._last_event = self.simulation.now()

    def _idle_until(self) -> datetime | None:
        alive = self.simulation.hosts.values()  # not those that have ended by themselves in the middle of their calls
        if self._look is None or any(self._at_work.get(host.machine, 0) > 0 for host in alive):
            return None  # it looks at whoever works for long
        looked_at, events = self._look
        if events != self._events:
            return looked_at + self._between_looks
        return looked_at + max(self._between_looks, min(IDLE, _TIMES_AS_LONG * (looked_at - self._last_event)))
