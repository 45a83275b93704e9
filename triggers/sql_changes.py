"""One SQL trigger function per relay: an async shell, which holds the durable client, around the blocking batch."""

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor

import azure.durable_functions as df
import azure.functions as func

from adapters import wiring
from relay.config import Relay
from relay.names import function_name, leases_table
from triggers.durable_client import pause_of
from triggers.follow_up import follow_up
from triggers.relay_batch import BatchResult, Pause, relay_batch

BREAKER_PATIENCE_SECONDS = 10.0

blueprint = df.Blueprint()


def register(relay: Relay, executor: Executor) -> None:
    """Add the relay's SQL trigger function to the blueprint; its blocking body runs on the executor."""
    settings = wiring.settings()

    @blueprint.function_name(function_name(relay.name))
    @blueprint.sql_trigger(
        arg_name="changes",
        table_name=str(relay.table),
        connection_string_setting="SqlConnectionString",
        leases_table_name=leases_table(settings.app, relay.name),
    )
    @blueprint.durable_client_input(client_name="client")
    async def relay_changes(changes: str, context: func.Context, client: str) -> None:
        loop = asyncio.get_running_loop()

        def breaker() -> Pause | None:
            asked = asyncio.run_coroutine_threadsafe(pause_of(client, relay.name), loop)
            return asked.result(BREAKER_PATIENCE_SECONDS)

        def body() -> BatchResult:
            context.thread_local_storage.invocation_id = context.invocation_id  # so that log lines find it
            adapters = wiring.relay_adapters(relay.name)
            return relay_batch(changes, relay, adapters.source, adapters.endpoint, adapters.executor, breaker=breaker)

        result = await loop.run_in_executor(executor, body)
        await follow_up(result, settings.app, client)
        if result.error:
            raise result.error


def register_all() -> None:
    """Register one function per relay; the trigger calls each of them strictly one batch after the other."""
    relays = wiring.settings().relays
    executor = ThreadPoolExecutor(min(len(relays), 32), thread_name_prefix="relay")
    for relay in relays:
        register(relay, executor)


register_all()
