"""The host as a whole: loads an app, announces it, runs it until it is told to stop."""

import asyncio
import contextlib
import hashlib
import platform
import re
import signal
import socket
import sys
from collections.abc import Collection, MutableMapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from functions_standin import loading, settings
from functions_standin.announcement import announce
from functions_standin.console import Console, LogFilter
from functions_standin.durable.extension import DurableExtension
from functions_standin.errors import SettingsError
from functions_standin.extension import Extension, ExtensionFactory, HostServices, LetsGo, Opens
from functions_standin.functions import LoadedFunction
from functions_standin.functions_in_charge import FunctionsInCharge, take_charge
from functions_standin.http.admin import Admin
from functions_standin.http.routing import Router
from functions_standin.http.server import HttpServer, bind
from functions_standin.input_bindings import InputBindings
from functions_standin.invoker import Invoker
from functions_standin.sql_trigger.extension import SqlTriggerExtension
from functions_standin.timer.extension import TimerExtension
from functions_standin.version import NAME, VERSION
from functions_standin.worker_log import WorkerLogHandler, forward_logs

EXTENSIONS: tuple[ExtensionFactory, ...] = (SqlTriggerExtension, TimerExtension, DurableExtension)
_DEFAULT_PORT = 7071
_DEFAULT_ADDRESS = "127.0.0.1"
# How long running invocations are waited for: by the host when the platform stops it, by Core Tools after Ctrl+C.
_GRACE_SECONDS = {signal.SIGTERM: 10.0, signal.SIGINT: 2.0}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    app: Path
    port: int | None = None
    address: str | None = None
    time_scale: float = 1.0
    verbose: bool = False
    functions: tuple[str, ...] | None = None


class Host:
    """A loaded app on a bound port."""

    def __init__(
        self,
        *,
        services: HostServices,
        functions: Sequence[LoadedFunction],
        inputs: InputBindings,
        bound: socket.socket,
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
        """Listen for triggers, then for requests."""
        for extension in self._extensions:
            extension.start()
        await asyncio.gather(*(each.opened() for each in self._extensions if isinstance(each, Opens)))
        await self._server.start(self._bound)

    async def stop(self, grace_seconds: float) -> None:
        """Stop listening, wait for running invocations as long as allowed, then leave the rest alone."""
        for extension in self._extensions:
            extension.stop()
        await self._server.stop_accepting()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + grace_seconds
        await loop.run_in_executor(None, self._services.invoker.drain, grace_seconds)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await asyncio.gather(*(each.stopped() for each in self._extensions if isinstance(each, LetsGo)))
        await self._server.close()


def run(options: Options, environment: MutableMapping[str, str]) -> None:
    """Run the app until SIGTERM or SIGINT; raise HostError if it cannot start."""
    root = options.app.resolve()
    if not root.is_dir():
        raise SettingsError(f"{root} is no folder; --app names the one with host.json and function_app.py")
    local = settings.read_local_settings(root)
    address = options.address or local.http_address or _DEFAULT_ADDRESS
    wanted_port = options.port if options.port is not None else local.http_port or _DEFAULT_PORT
    bound = bind(address, wanted_port)
    port = bound.getsockname()[1]
    messages = settings.apply_environment(
        {**local.values, **settings.core_tools_values(root, port)},
        environment,
        forced={"AZURE_FUNCTIONS_ENVIRONMENT": "Development"},
    )
    host_json = settings.read_host_json(root, environment)
    console = Console(LogFilter(host_json.log_levels, verbose=options.verbose))
    console.plain(_banner(options))
    for message in (*local.warnings, *messages, *_check_runtime(environment)):
        console.plain(message)
    inputs = InputBindings()
    invoker = Invoker(console, str(root), environment, inputs)
    forward_logs(WorkerLogHandler(console, invoker.function_of_invocation))
    loading.prepare_process(root)
    functions = loading.index(loading.import_app(root, environment))
    services = HostServices(
        root=root,
        host_id=host_id(root, environment),
        host_json=host_json,
        environment=environment,
        console=console,
        invoker=invoker,
        time_scale=options.time_scale,
        base_url=f"http://localhost:{port}",
    )
    host = Host(
        services=services,
        functions=functions,
        inputs=inputs,
        bound=bound,
        allowed=options.functions or host_json.allowed_functions,
    )
    asyncio.run(_serve(host, services, f"http://{address}:{port}"))


async def _serve(host: Host, services: HostServices, url: str) -> None:
    loop = asyncio.get_running_loop()
    told_to_stop: asyncio.Future[signal.Signals] = loop.create_future()

    def stop(number: signal.Signals) -> None:
        if not told_to_stop.done():
            told_to_stop.set_result(number)

    for number in _GRACE_SECONDS:
        loop.add_signal_handler(number, stop, number)
    announce(services, host.in_charge)
    await host.start()
    services.console.plain(f"functions_standin: listening on {url}")
    number = await told_to_stop
    services.console.plain(f"Stopping the host ({number.name}) ...")
    await host.stop(_GRACE_SECONDS[number])


def host_id(root: Path, environment: MutableMapping[str, str]) -> str:
    """Return the host id: a setting, else made from machine and folder, of at most 32 characters."""
    if given := environment.get("AzureFunctionsWebHost__hostid"):
        return given.lower()
    machine = re.sub(r"[^a-z0-9-]", "", platform.node().lower()).strip("-")[:15]
    number = int.from_bytes(hashlib.sha256(str(root).encode()).digest()[:4], "big") >> 1
    return f"{machine or 'host'}-{number}"


def _banner(options: Options) -> str:
    lines = [
        "",
        f"{NAME} {VERSION}",
        "It imitates the Azure Functions host on this machine; it is not made by Microsoft.",
        f"Python {platform.python_version()} ({sys.executable}), azure-functions {_library_version()}",
    ]
    if options.time_scale != 1:
        lines.append(f"Times that are fixed on Azure are multiplied by {options.time_scale:g} (--time-scale).")
    return "\n".join([*lines, ""])


def _library_version() -> str:
    try:
        return version("azure-functions")
    except PackageNotFoundError:
        return "of unknown version"


def _check_runtime(environment: MutableMapping[str, Any]) -> list[str]:
    runtime = environment.get("FUNCTIONS_WORKER_RUNTIME")
    if not runtime:
        return ["FUNCTIONS_WORKER_RUNTIME is not set; set it to python in local.settings.json."]
    if runtime.lower() != "python":
        raise SettingsError(f"FUNCTIONS_WORKER_RUNTIME is {runtime!r}; this stand-in runs python only")
    return []


__all__ = ["FunctionsInCharge", "Host", "Options", "host_id", "run"]
