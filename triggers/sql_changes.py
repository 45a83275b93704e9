"""One SQL trigger function per relay: an async shell, which holds the durable client, around the blocking batch."""

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.config.values import Relay, Settings
from relay.names import function_name, leases_table
from services.batch import BatchResult, relay_batch
from services.follow_up import follow_up, start_what_is_registered
from services.look_after_aggregates import start_aggregate


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
        def body() -> BatchResult:
            context.thread_local_storage.invocation_id = context.invocation_id  # so that log lines find it
            return relay_batch(changes, wiring.outside(relay.name, wiring.Line.TRIGGER))

        result = await wiring.batch_threads().run_on_pool(body)
        await follow_up(result, app, wiring.instances(client))
        if relay.workflow:
            await start_what_is_registered(relay, wiring.app_outside(client, wiring.Line.TRIGGER))
        if relay.aggregate:
            await start_aggregate(relay.aggregate, wiring.app_outside(client, wiring.Line.TRIGGER))
        if result.error:
            raise result.error
