"""What an operator asks and orders per relay, over HTTP."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from adapters.recovery_store import SqlRecoveryStore
from relay.breaker import Breaker
from relay.errors import RelayError
from relay.guard import Outlook
from relay.names import BREAKER, WAKE, backfill_instance, recovery_instance, replay_instance
from relay.recovery import Command, Situation
from triggers.durable_client import runtime_status, start_recovery
from triggers.http_answers import answer, problem
from triggers.relay_requests import RelayRequest, respond

COMMANDS = {"retry-now": Command.RETRY_NOW, "give-up": Command.GIVE_UP, "close-breaker": None}

blueprint = df.Blueprint()


@blueprint.route(route="relays/{name}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def relay_state(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/relays/{name}: what is not settled, its place in change tracking, recovery, backfill, breaker."""
    return await respond(req, client, state)


@blueprint.route(route="relays/{name}/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def relay_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/retry-now, /give-up, /close-breaker."""
    return await respond(req, client, acted)


async def state(request: RelayRequest) -> func.HttpResponse:
    """Return the relay's situation, its orchestrations and its breaker."""
    name, stores, client = request.relay.name, request.stores, request.client
    recovery_id = recovery_instance(request.app, name)
    outlook = await asyncio.to_thread(stores.guard.look)
    situation = await asyncio.to_thread(_situation, stores.recovery, outlook)
    backfill = await asyncio.to_thread(stores.backfill.state)
    status = await client.get_status(recovery_id)
    filling = await client.get_status(backfill_instance(request.app, name))
    replaying = await client.get_status(replay_instance(request.app, name))
    found = await client.read_entity_state(df.EntityId(BREAKER, name))
    return answer({
        "relay": name,
        "app": request.app,
        "situation": {**situation.to_dict(), "open": situation.open} if situation else None,
        "tracking": outlook.to_dict() if outlook else None,
        "backfill": backfill.progress() if backfill else None,
        "recovery": {
            "instance": recovery_id,
            "status": runtime_status(status),
            "detail": status.custom_status if status else None,
        },
        "orchestrations": {
            "recovery": runtime_status(status),
            "backfill": runtime_status(filling),
            "replay": runtime_status(replaying),
        },
        "breaker": Breaker.from_dict(found.entity_state if found.entity_exists else None).to_dict(),
    })  # fmt: skip


def _situation(store: SqlRecoveryStore, outlook: Outlook | None) -> Situation | None:
    """Return what is not settled; None if the table has changed so that nobody can tell."""
    try:
        return store.check()
    except RelayError:
        if outlook is None or not outlook.halted:
            raise
        return None


async def acted(request: RelayRequest) -> func.HttpResponse:
    """Do what the route's last part says."""
    if request.action not in COMMANDS:
        return problem(404, "No such action", f"There is no {request.action!r}; take one of {', '.join(COMMANDS)}.")
    command = COMMANDS[request.action]
    return await (close_breaker(request) if command is None else give_command(request, command))


async def give_command(request: RelayRequest, command: Command) -> func.HttpResponse:
    """Write the command where it survives, then wake the recovery; start one if none runs."""
    name, store, client = request.relay.name, request.stores.recovery, request.client
    await asyncio.to_thread(store.check)
    if not await asyncio.to_thread(store.command, command):
        return problem(409, "Nothing to recover", f"Relay {name!r} has no open change; nothing was done.")
    if not await start_recovery(client, request.app, name):
        await client.raise_event(recovery_instance(request.app, name), WAKE)
    return answer({"relay": name, "command": command.value}, 202)


async def close_breaker(request: RelayRequest) -> func.HttpResponse:
    """Let requests through again, whatever the breaker knows."""
    name = request.relay.name
    await request.client.signal_entity(df.EntityId(BREAKER, name), "close")
    return answer({"relay": name, "breaker": "closed"}, 202)
