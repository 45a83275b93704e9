"""The host as a whole: takes the app's functions, announces them, runs until it is told to stop or has to give up."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions_standin.announcement import announce
from functions_standin.console import Console
from functions_standin.durable.extension import DurableExtension
from functions_standin.extension import Extension, ExtensionFactory, HostServices, LetsGo, Opens
from functions_standin.functions import LoadedFunction
from functions_standin.functions_in_charge import take_charge
from functions_standin.http.admin import Admin
from functions_standin.http.routing import Router
from functions_standin.http.server import HttpServer
from functions_standin.identity import host_id
from functions_standin.input_bindings import InputBindings
from functions_standin.invoker import Invoker
from functions_standin.settings import HostJson
from functions_standin.sql_trigger.extension import SqlTriggerExtension
from functions_standin.timer.extension import TimerExtension
from functions_standin.worker_process.supervisor import WorkerSupervisor

EXTENSIONS: tuple[ExtensionFactory, ...] = (SqlTriggerExtension, TimerExtension, DurableExtension)
_BACKLOG = 512
# How long running invocations are waited for: by the host when the platform stops it, by Core Tools after Ctrl+C.
_GRACE_SECONDS = {signal.SIGTERM: 10.0, signal.SIGINT: 2.0}


@dataclass(frozen=True, slots=True)
class _Stop:
    reason: str
    grace_seconds: float
    exit_status: int


# What waits for a worker that does not come is not waited for.
_GAVE_UP = _Stop("it cannot go on", 0.0, 1)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a host is started with: settings that have been read, a bound port, a worker that is loading the app."""

    root: Path
    host_json: HostJson
    environment: Mapping[str, str]
    console: Console
    worker: WorkerSupervisor
    timeout_seconds: float | None
    time_scale: float
    bound: socket.socket
    url: str
    base_url: str
    allowed: Collection[str] | None


class Host:
    """A loaded app on a bound port, or without one for those who open `connection`s themselves."""

    def __init__(
        self,
        *,
        services: HostServices,
        functions: Sequence[LoadedFunction],
        inputs: InputBindings,
        bound: socket.socket | None,
        allowed: Collection[str] | None = None,
        extensions: Sequence[ExtensionFactory] = EXTENSIONS,
    ) -> None:
        self._services = services
        self._bound = bound
        router = Router(services.host_json.route_prefix)
        self._extensions: list[Extension] = [factory(services) for factory in extensions]
        for extension in self._extensions:
            for input_type in extension.input_types:
                inputs.register(input_type, extension.input_argument)
        self.in_charge = take_charge(
            functions,
            router=router,
            extensions=self._extensions,
            inputs=inputs,
            environment=services.environment,
            allowed=allowed,
        )
        admin = Admin(services, self.in_charge, self._extensions)
        self._server = HttpServer(
            router=router,
            invoker=services.invoker,
            console=services.console,
            routes=[*admin.routes(), *(route for extension in self._extensions for route in extension.routes())],
        )

    async def start(self) -> None:
        """Listen for triggers, then for requests: those that come before wait for their answer."""
        if self._bound is not None:
            self._bound.listen(_BACKLOG)
        for extension in self._extensions:
            extension.start()
        await asyncio.gather(*(each.opened() for each in self._extensions if isinstance(each, Opens)))
        await self._server.start(self._bound)

    def connection(self) -> asyncio.Protocol:
        """Return the protocol of a new connection for requests."""
        return self._server.connection()

    async def stop(self, grace_seconds: float) -> None:
        """Stop listening, wait for running invocations as long as allowed, then leave the rest alone."""
        for extension in self._extensions:
            extension.stop()
        await self._server.stop_accepting()
        outside = self._services.ports.outside
        deadline = outside.monotonic_seconds() + grace_seconds
        await self._services.invoker.drain(grace_seconds)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, deadline - outside.monotonic_seconds())):
                await asyncio.gather(*(each.stopped() for each in self._extensions if isinstance(each, LetsGo)))
        await self._server.close()


def run(setting: Setting) -> int:
    """Run until SIGTERM or SIGINT, or until the host gives up; return the exit status."""
    return asyncio.run(_serve(setting))


async def _serve(setting: Setting) -> int:
    loop = asyncio.get_running_loop()
    told_to_stop: asyncio.Future[_Stop] = loop.create_future()

    def stop(why: _Stop) -> None:
        if not told_to_stop.done():
            told_to_stop.set_result(why)

    def give_up() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(stop, _GAVE_UP)

    for number, grace_seconds in _GRACE_SECONDS.items():
        loop.add_signal_handler(number, stop, _Stop(number.name, grace_seconds, 0))
    console = setting.console
    inputs = InputBindings()
    invoker = Invoker(console, inputs, setting.worker, setting.timeout_seconds)
    setting.worker.attend(console, invoker.take_log, give_up, setting.time_scale)
    services = HostServices(
        root=setting.root,
        host_id=host_id(setting.root, setting.environment),
        host_json=setting.host_json,
        environment=setting.environment,
        console=console,
        invoker=invoker,
        time_scale=setting.time_scale,
        base_url=setting.base_url,
        give_up=give_up,
    )
    host = Host(
        services=services,
        functions=setting.worker.load(),
        inputs=inputs,
        bound=setting.bound,
        allowed=setting.allowed,
    )
    announce(services, host.in_charge)
    starting = asyncio.create_task(host.start())
    either: list[asyncio.Future[Any]] = [starting, told_to_stop]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        starting.result()
        console.plain(f"functions_standin: listening on {setting.url}")
    else:
        starting.cancel()
    why = await told_to_stop
    console.plain(f"Stopping the host ({why.reason}) ...")
    await host.stop(why.grace_seconds)
    return why.exit_status
