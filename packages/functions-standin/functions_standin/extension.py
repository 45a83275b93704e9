"""What a family of bindings brings to the host; the SQL trigger is one, timers and durable functions are others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from aiohttp import web

from functions_standin.console import Console
from functions_standin.functions import Binding, LoadedFunction
from functions_standin.invocation import Datum
from functions_standin.invoker import Invoker
from functions_standin.ports import REAL, Ports
from functions_standin.settings import HostJson


@dataclass(frozen=True, slots=True)
class HostServices:
    """What the host offers to its extensions. `time_scale` multiplies times that are fixed on Azure.

    `give_up` ends the host: what an exception that nobody handles does there. From any thread.
    """

    root: Path
    host_id: str
    host_json: HostJson
    environment: Mapping[str, str]
    console: Console
    invoker: Invoker
    time_scale: float
    base_url: str
    ports: Ports = REAL
    give_up: Callable[[], None] = lambda: None


class Extension(Protocol):
    """Runs the triggers of some types and supplies the input bindings of some types."""

    trigger_types: frozenset[str]
    input_types: frozenset[str]

    def add(self, function: LoadedFunction) -> None:
        """Take a function whose trigger it runs; raise FunctionInError if the function cannot run."""

    def start(self) -> None:
        """Start to listen for what triggers its functions; must not block on anything that may be down."""

    def stop(self) -> None:
        """Stop listening; running invocations go on."""

    def manual_argument(self, function: LoadedFunction, text: str) -> Datum:
        """Return the trigger's argument for a run asked for by POST /admin/functions/{name}."""

    def input_argument(self, function: LoadedFunction, binding: Binding, invocation_id: str) -> str:
        """Return the text for an input binding for one invocation."""

    def routes(self) -> Sequence[web.RouteDef]:
        """Return its webhooks, below /runtime/webhooks/."""


@runtime_checkable
class Opens(Protocol):
    """An extension that requests may need; the host answers none before it is open."""

    async def opened(self) -> None:
        """Wait, after `start`, until it is open; not for something that is found to be out of reach."""


@runtime_checkable
class LetsGo(Protocol):
    """An extension that holds what other hosts may want, and needs a moment to let go of it."""

    async def stopped(self) -> None:
        """Wait, after `stop`, until it has let go; it may be cancelled."""


ExtensionFactory = Callable[[HostServices], Extension]
