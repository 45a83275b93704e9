"""One SQL trigger function per relay: an async shell, which holds the durable client, around the blocking batch."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.config.values import Relay, Settings
from relay.delivery.breaker import Pause
from relay.names import function_name, leases_table
from services.batch import BatchResult, relay_batch
from services.follow_up import follow_up, pause_of

BREAKER_PATIENCE_SECONDS = 10.0


def sql_changes(settings: Settings) -> df.Blueprint:
    """Return the functions of all relays; the trigger calls each of them strictly one batch after the other."""
    blueprint = df.Blueprint()
    for relay in settings.relays:
        _register(blueprint, relay, settings.app)
    return blueprint


def _register(blueprint: df.Blueprint, relay: Relay, app: str) -> None:
    @blueprint.function_name(function_name(relay.name))
    @blueprint.sql_trigger(
        arg_name="changes",
        table_name=str(relay.table),
        connection_string_setting="SqlConnectionString",
        leases_table_name=leases_table(app, relay.name),
    )
    @blueprint.durable_client_input(client_name="client")
    async def relay_changes(changes: str, context: func.Context, client: str) -> None:
        loop = asyncio.get_running_loop()
        instances, clock = wiring.instances(client), wiring.clock()

        def breaker() -> Pause | None:
            asked = asyncio.run_coroutine_threadsafe(pause_of(instances, app, relay.name, clock), loop)
            return asked.result(BREAKER_PATIENCE_SECONDS)

        def body() -> BatchResult:
            context.thread_local_storage.invocation_id = context.invocation_id  # so that log lines find it
            return relay_batch(changes, wiring.outside(relay.name, wiring.Line.TRIGGER), breaker=breaker)

        result = await wiring.batch_threads().run_on_pool(body)
        await follow_up(result, app, instances, clock)
        if result.error:
            raise result.error
