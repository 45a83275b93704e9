"""Puts the app into a simulation: each process has what wiring.py composes for itself, on ports of the simulation's.

What a worker's process keeps in module variables, here is kept per process.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pyodbc

import wiring
from adapters import environment
from adapters.durable import instances
from adapters.http.channel import HttpChannels
from adapters.http.endpoint import HttpEndpoint
from adapters.http.mail import HttpMail
from adapters.sql_server import connections
from tests.simulation.network import Network
from tests.simulation.process import InlineThreads, Process
from tests.simulation.sql_server import SqlServer

Current = Callable[[], Process]


@contextlib.contextmanager
def surroundings(
    current: Current, sql_server: SqlServer, network: Network, settings: Mapping[str, str]
) -> Iterator[None]:
    """While it lasts, the app of this process lives in the simulation."""

    def dial(process: Process) -> Callable[..., Any]:
        return functools.partial(network.dial, process)

    time = SimpleNamespace(monotonic=lambda: current().monotonic_seconds())
    driver = _Pyodbc(lambda text, **how: sql_server.connect(current(), text, autocommit=how.get("autocommit", False)))
    kept = {name: _per_process(found.__wrapped__, current) for name, found in vars(wiring).items() if _is_kept(found)}
    replaced: list[tuple[Any, dict[str, Any]]] = [
        (
            wiring,
            {
                **kept,
                "SystemClock": current,
                "PoolThreads": lambda *_: InlineThreads(current()),
                "HttpEndpoint": lambda relay, clock: HttpEndpoint(relay, clock, dial(current())),
                "HttpChannels": lambda clock: HttpChannels(clock, dial(current())),
                "HttpMail": lambda clock: HttpMail(clock, dial(current())),
                "find_driver": lambda _: "simulated",
                "host_start": lambda: getattr(current().host, "machine", "beside"),
            },
        ),
        (environment, {"app_environment": lambda: settings}),
        (connections, {"pyodbc": driver, "time": time, "threading": SimpleNamespace(Lock=_NoLock, Timer=_NoTimer)}),
        (instances, {"time": time}),
    ]
    with contextlib.ExitStack() as stack:
        for module, names in replaced:
            stack.enter_context(mock.patch.multiple(module, **names))
        yield


def _is_kept(found: Any) -> bool:
    return hasattr(found, "cache_info") and found.__module__ == wiring.__name__


def _per_process(make: Callable[..., Any], current: Current) -> Callable[..., Any]:
    def kept(*arguments: Any) -> Any:
        memory = current().memory
        key = (make, arguments)
        if key not in memory:
            memory[key] = make(*arguments)
        return memory[key]

    return kept


class _Pyodbc:
    """The module, but for its connections."""

    def __init__(self, connect: Callable[..., Any]) -> None:
        self.connect = connect
        self.pooling = False

    def __getattr__(self, name: str) -> Any:
        return getattr(pyodbc, name)


class _NoLock:
    """There is one thread."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


class _NoTimer:
    """Idle connections are not swept: they cost nothing here."""

    daemon = True

    def __init__(self, *_: object) -> None:
        pass

    def start(self) -> None:
        pass
