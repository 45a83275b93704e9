"""From a command line to a running host: settings, the worker, then the host itself.

The worker starts before the host's own parts are imported, so that both load side by side.
"""

import platform
import sys
from collections.abc import MutableMapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from functions_standin import settings
from functions_standin.console import Console, LogFilter
from functions_standin.errors import SettingsError
from functions_standin.port import bind
from functions_standin.time_limit import limit_seconds
from functions_standin.version import NAME, VERSION
from functions_standin.worker_process.supervisor import WorkerSupervisor, announcement

_DEFAULT_PORT = 7071
_DEFAULT_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    app: Path
    port: int | None = None
    address: str | None = None
    time_scale: float = 1.0
    verbose: bool = False
    functions: tuple[str, ...] | None = None


def run(options: Options, environment: MutableMapping[str, str]) -> int:
    """Run the app until SIGTERM or SIGINT, or until the host gives up; return the exit status, raise HostError if it cannot start."""
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
    timeout_seconds = limit_seconds(host_json)
    console = Console(LogFilter(host_json.log_levels, verbose=options.verbose))
    console.plain(_banner(options))
    for message in (*local.warnings, *messages, *_check_runtime(environment)):
        console.plain(message)
    worker = WorkerSupervisor(root)
    try:
        console.plain(announcement(worker.pid))
        from functions_standin import host  # noqa: PLC0415 - what the worker need not wait for

        return host.run(
            host.Setting(
                root=root,
                host_json=host_json,
                environment=environment,
                console=console,
                worker=worker,
                timeout_seconds=timeout_seconds,
                time_scale=options.time_scale,
                bound=bound,
                url=f"http://{address}:{port}",
                base_url=f"http://localhost:{port}",
                allowed=options.functions or host_json.allowed_functions,
            )
        )
    finally:
        worker.close()


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
