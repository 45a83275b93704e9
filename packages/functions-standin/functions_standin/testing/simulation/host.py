"""One simulated host: the real one on simulated ports."""

import asyncio
import contextvars
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from functions_standin.console import Console, LogFilter
from functions_standin.extension import HostServices
from functions_standin.host import Host
from functions_standin.input_bindings import InputBindings
from functions_standin.invoker import Invoker
from functions_standin.ports import Ports
from functions_standin.settings import HostJson
from functions_standin.storage.memory import MemoryStorage, Way
from functions_standin.storage.port import Storage, StorageUnavailable
from functions_standin.testing.simulation.database import SimulatedDatabase
from functions_standin.testing.simulation.dying import HostDied, Moment
from functions_standin.testing.simulation.exchange import Answer, exchange, request_bytes
from functions_standin.testing.simulation.outside import SimulatedOutside
from functions_standin.testing.simulation.rpc import SimulatedRpcServer
from functions_standin.testing.simulation.worker import InlineWorker
from functions_standin.testing.simulation.world import World
from functions_standin.time_limit import limit_seconds
from functions_standin.worker.loading import AppFunction

Result = TypeVar("Result")
CURRENT: contextvars.ContextVar["SimulatedHost | None"] = contextvars.ContextVar("host", default=None)


class SimulatedHost:
    """A host, made and started by `Simulation.start`. Its name is unique among the hosts that live."""

    def __init__(
        self,
        simulation: World,
        name: str,
        machine: str,
        functions: Sequence[AppFunction],
        host_json: HostJson,
        environment: Mapping[str, str],
    ) -> None:
        self.simulation = simulation
        self.name = name
        self.machine = machine
        self.is_alive = True
        self._reaches_storage = True
        self.tasks: dict[asyncio.Task[Any], None] = {}
        self.outside = SimulatedOutside(simulation, machine, lambda: self.is_alive)
        self.worker = InlineWorker(functions, "/app", self.outside, self.moment)
        self._context = contextvars.copy_context()
        self._context.run(CURRENT.set, self)
        self._database = SimulatedDatabase(simulation.connect, self.moment)
        inputs = InputBindings()
        console = Console(
            LogFilter(host_json.log_levels, verbose=False),
            simulation.log_of(name, lambda: self.is_alive),
            self.outside.now,
        )
        self.invoker = Invoker(console, inputs, self.worker, limit_seconds(host_json), self.outside)
        services = HostServices(
            root=Path("/app"),
            host_id=environment.get("AzureFunctionsWebHost__hostid", "simulated"),
            host_json=host_json,
            environment=environment,
            console=console,
            invoker=self.invoker,
            time_scale=1.0,
            base_url=f"http://{name}",
            ports=Ports(
                outside=self.outside,
                database=self._database,
                database_changes=simulation.database_changes,
                open_storage=self._open_storage,
                open_rpc=self._open_rpc,
                send_request=simulation.send_request,
            ),
            give_up=self.die,
        )
        self._host = Host(services=services, functions=self.worker.load(), inputs=inputs, bound=None)
        self.in_charge = self._host.in_charge

    @property
    def reaches_storage(self) -> bool:
        """Whether its requests to the storage arrive; may be set."""
        return self._reaches_storage

    @reaches_storage.setter
    def reaches_storage(self, reaches: bool) -> None:
        self.simulation.unsettle()
        self._reaches_storage = reaches

    async def start(self) -> None:
        """Start; return when the host answers requests."""
        await self.within(self._host.start())

    async def stop(self, grace_seconds: float = 10.0) -> None:
        """Stop as on SIGTERM."""
        self.simulation.unsettle()
        await self.within(self._host.stop(grace_seconds))
        self.die()

    async def request(
        self, method: str, target: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send an HTTP request, such as `GET /api/hello?x=1`; raise ConnectionError if the host dies first or does not listen."""
        request = request_bytes(method, target, headers or {}, body)
        return await self.within(exchange(self._host.connection(), method, request))

    def die(self) -> None:
        """End at once, as by SIGKILL or a power failure: nothing it does any more reaches storage, database or log."""
        if not self.is_alive:
            return
        self.simulation.unsettle()
        self.is_alive = False
        self.simulation.forget(self.name)
        self._database.lose()
        current = asyncio.current_task()
        for task in list(self.tasks):
            task.cancel()
        if current in self.tasks:
            raise HostDied(self.name)

    def moment(self, kind: str, what: str) -> None:
        """Tell the simulation what the host does; raise HostDied if it is dead or is let die now."""
        if not self.is_alive:
            raise HostDied(self.name)
        self.simulation.moment(self.name, Moment(self.name, self.simulation.loop.time(), kind, what))
        if kind == "call begun":
            self.simulation.stir()

    async def within(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run something as a part of this host; raise ConnectionError if the host dies first."""
        try:
            return await asyncio.get_running_loop().create_task(work, context=self._context.copy())
        except (HostDied, asyncio.CancelledError):
            if self.is_alive:
                raise
            raise ConnectionError(f"{self.name} has died") from None

    def _open_storage(self, connection_string: str) -> Storage:
        return MemoryStorage(self.simulation.account_of(connection_string), self._travel, self.machine)

    async def _travel(self, request: str, way: Way) -> None:
        await asyncio.sleep(self.simulation.latency_seconds())
        self.moment(f"storage {way}", request)
        if not self._reaches_storage:
            raise StorageUnavailable(f"{request}: the storage is out of reach")

    def _open_rpc(self) -> SimulatedRpcServer:
        return self.simulation.open_rpc(self.machine)
