"""Runs the app's durable functions: the extension of orchestration, activity and entity triggers and of the client.

docs: "Durable Functions overview", "Bindings for Durable Functions".
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import metadata

from aiohttp import web

from functions_standin.durable.client.http_api import HttpApi
from functions_standin.durable.client.links import PUBLIC_PATH, RPC_PATH, Links
from functions_standin.durable.client.operations import Operations
from functions_standin.durable.engine import Engine
from functions_standin.durable.functions import SDK, DurableFunctions, FunctionsByName, sdk_problem
from functions_standin.durable.hub.crash_points import hook_of
from functions_standin.durable.hub.names import HubNames, default_hub_name
from functions_standin.durable.hub.task_hub import TaskHub
from functions_standin.durable.rpc import RpcServer
from functions_standin.durable.settings import DEFAULT_CONNECTION, read_durable_settings
from functions_standin.durable.timing import Timing
from functions_standin.durable.user_code import UserCode
from functions_standin.errors import FunctionInError, SettingsError
from functions_standin.extension import HostServices
from functions_standin.functions import Binding, LoadedFunction
from functions_standin.identity import slot_name
from functions_standin.invocation import Datum
from functions_standin.settings import setting
from functions_standin.storage.port import StorageUnavailable

_CLIENT = "durableClient"


class DurableExtension:
    """The extension of durable functions; it runs on the host's event loop."""

    trigger_types = frozenset({"orchestrationTrigger", "activityTrigger", "entityTrigger"})
    input_types = frozenset({_CLIENT})

    def __init__(self, services: HostServices) -> None:
        self._services = services
        self._settings = read_durable_settings(services.host_json, services.environment)
        self._hook = hook_of(services.environment)
        self._functions = DurableFunctions()
        self._operations: Operations | None = None
        self._rpc: RpcServer | None = None
        self._running: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._tried_to_open = asyncio.Event()
        name = self._settings.connection_name
        self._links = Links(
            base=services.base_url + PUBLIC_PATH,
            hub=self._settings.hub,
            connection="Storage" if name == DEFAULT_CONNECTION else name,
            code=hashlib.sha256(services.host_id.encode()).hexdigest()[:40],
        )
        self._api = HttpApi(self._open_operations, self._links, services.console)

    def add(self, function: LoadedFunction) -> None:
        """Take a function under its durable name, which is its own name unless the decorator gives another."""
        self._refuse_a_shared_hub()
        trigger = function.trigger
        kinds: dict[str, tuple[FunctionsByName, str]] = {
            "orchestrationTrigger": (self._functions.orchestrators, "orchestration"),
            "activityTrigger": (self._functions.activities, "activity"),
            "entityTrigger": (self._functions.entities, "entityName"),
        }
        functions, key = kinds[trigger.type]
        if problem := sdk_problem(_sdk_version()):
            raise FunctionInError(problem)
        if trigger.type != "activityTrigger" and trigger.name != "context":
            raise FunctionInError(
                f"the parameter of a {trigger.type} must be called context; the SDK's wrapper has no other name for it"
            )
        functions.add(str(trigger.properties.get(key) or function.name), function)

    def start(self) -> None:
        """Start the engine in the background, if the app has durable functions."""
        if not any((*self._functions.orchestrators, *self._functions.activities, *self._functions.entities)):
            return
        self._rpc = self._services.ports.open_rpc()
        self._running = asyncio.get_running_loop().create_task(self._run(self._rpc))

    async def opened(self) -> None:
        """Wait until the task hub is open, or is known never to be: without its storage a host answers no request."""
        if self._running is not None:
            await self._tried_to_open.wait()

    def stop(self) -> None:
        """Take no more work; what runs goes on."""
        self._stopping.set()

    async def stopped(self) -> None:
        """Wait until what ran has been written down and the partitions are free for other hosts."""
        if self._running is not None:
            await asyncio.wait([self._running])

    def manual_argument(self, function: LoadedFunction, text: str) -> Datum:
        """Activities get the text; orchestrators and entities make no sense without their history."""
        if function.trigger.type != "activityTrigger":
            raise FunctionInError(f"a {function.trigger.type} cannot be run by hand; use {PUBLIC_PATH}")
        return Datum("string", text)

    def input_argument(self, function: LoadedFunction, binding: Binding, invocation_id: str) -> str:
        """Return the text from which the SDK makes a client."""
        del invocation_id
        self._refuse_a_shared_hub()
        hub = binding.properties.get("taskHub")
        if hub and str(hub).lower() != self._settings.hub.lower():
            raise FunctionInError(
                f"'{function.name}' asks for the task hub {hub}; this stand-in serves that of its app, {self._settings.hub}"
            )
        if self._rpc is None:
            raise FunctionInError(
                f"'{function.name}' has a durableClient, but the app has no durable functions; this stand-in does not "
                "serve clients of other apps"
            )
        return self._links.binding_text(f"{self._rpc.origin}{RPC_PATH}/", self._settings.connection_name)

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the public management API."""
        return self._api.routes(PUBLIC_PATH)

    def _refuse_a_shared_hub(self) -> None:
        default = default_hub_name(self._services.environment.get("WEBSITE_SITE_NAME"))
        if slot_name(self._services.environment) and self._settings.hub == default:
            raise FunctionInError(
                "Task Hub name must be specified in host.json when using slots. Specified name must not equal the default "
                f"HubName ({default}). See documentation on Task Hubs for information on how to set this: "
                "https://docs.microsoft.com/azure/azure-functions/durable/durable-functions-task-hubs"
            )

    def _open_operations(self) -> Operations:
        if self._operations is None:
            raise StorageUnavailable(f"The task hub '{self._settings.hub}' is not open")
        return self._operations

    async def _run(self, rpc: RpcServer) -> None:
        settings = self._settings
        text = setting(self._services.environment, settings.connection_name)
        await rpc.serve(self._api.routes(RPC_PATH))
        ports = self._services.ports
        try:
            if text is None:
                raise SettingsError(
                    f"the setting '{settings.connection_name}' is missing or empty; durable functions need a storage account"
                )
            names = HubNames(settings.hub, settings.partition_count)
            hub = TaskHub(ports.open_storage(text), names, self._hook, self._services.console, ports.outside)
        except SettingsError as error:
            self._services.console.say(f"Durable functions do not run: {error}")
            self._tried_to_open.set()
            await self._stopping.wait()
            await rpc.close()
            return
        self._operations = Operations(hub, self._functions, overrides_any_state=settings.overrides_any_state)
        engine = Engine(
            hub=hub,
            functions=self._functions,
            user_code=UserCode(self._functions, self._services.invoker),
            settings=settings,
            timing=Timing(self._services.time_scale, settings),
            console=self._services.console,
            tried_to_open=self._tried_to_open,
            send_request=ports.send_request,
        )
        running = asyncio.create_task(engine.run())
        told_to_stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([running, told_to_stop], return_when=asyncio.FIRST_COMPLETED)
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            await engine.finish()
        except Exception as error:  # noqa: BLE001 - the rest of the host goes on
            self._services.console.say(f"Durable functions have stopped: {type(error).__name__}: {error}")
        finally:
            running.cancel()
            told_to_stop.cancel()
            self._operations = None
            await rpc.close()
            await hub.close()


@cache
def _sdk_version() -> str:
    return metadata.version(SDK)
