"""What an operator asks and orders per relay, over HTTP."""

import asyncio
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from adapters import wiring
from adapters.recovery_store import SqlRecoveryStore
from relay.breaker import Breaker
from relay.config import Settings
from relay.errors import RelayError
from relay.guard import Outlook
from relay.names import BREAKER, WAKE, backfill_instance, recovery_instance, replay_instance
from relay.recovery import Command, Situation
from triggers.durable_client import runtime_status, start_recovery
from triggers.http_answers import answer, no_such_relay, problem

COMMANDS = {"retry-now": Command.RETRY_NOW, "give-up": Command.GIVE_UP, "close-breaker": None}

blueprint = df.Blueprint()


@blueprint.route(route="relays/{name}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def relay_state(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/relays/{name}: what is not settled, its place in change tracking, recovery, backfill, breaker."""
    return await _guarded(req.route_params["name"], state, client)


@blueprint.route(route="relays/{name}/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def relay_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/retry-now, /give-up, /close-breaker."""
    action = req.route_params["action"]
    if action not in COMMANDS:
        return problem(404, "No such action", f"There is no {action!r}; take one of {', '.join(COMMANDS)}.")
    command = COMMANDS[action]
    if command is None:
        return await _guarded(req.route_params["name"], close_breaker, client)

    async def order(name: str, settings: Settings, store: SqlRecoveryStore, client: Any) -> func.HttpResponse:
        return await give_command(command, name, settings, store, client)

    return await _guarded(req.route_params["name"], order, client)


async def _guarded(name: str, work: Any, client: Any) -> func.HttpResponse:
    settings = wiring.settings()
    known = [relay.name for relay in settings.relays]
    if name not in known:
        return no_such_relay(name, known)
    try:
        found: func.HttpResponse = await work(name, settings, wiring.recovery_adapters(name).store, client)
    except RelayError as error:
        return problem(503, "The database does not answer", str(error))
    return found


async def state(name: str, settings: Settings, store: SqlRecoveryStore, client: Any) -> func.HttpResponse:
    """Return the relay's situation, its recovery and its breaker."""
    outlook = await asyncio.to_thread(wiring.guard_store(name).look)
    situation = await asyncio.to_thread(_situation, store, outlook)
    backfill = await asyncio.to_thread(wiring.backfill_store(name).state)
    status = await client.get_status(recovery_instance(settings.app, name))
    filling = await client.get_status(backfill_instance(settings.app, name))
    replaying = await client.get_status(replay_instance(settings.app, name))
    found = await client.read_entity_state(df.EntityId(BREAKER, name))
    return answer({
        "relay": name,
        "app": settings.app,
        "situation": {**situation.to_dict(), "open": situation.open} if situation else None,
        "tracking": outlook.to_dict() if outlook else None,
        "backfill": backfill.progress() if backfill else None,
        "recovery": {
            "instance": recovery_instance(settings.app, name),
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


async def give_command(
    command: Command, name: str, settings: Settings, store: SqlRecoveryStore, client: Any
) -> func.HttpResponse:
    """Write the command where it survives, then wake the recovery; start one if none runs."""
    await asyncio.to_thread(store.check)
    if not await asyncio.to_thread(store.command, command):
        return problem(409, "Nothing to recover", f"Relay {name!r} has no open change; nothing was done.")
    if not await start_recovery(client, settings.app, name):
        await client.raise_event(recovery_instance(settings.app, name), WAKE)
    return answer({"relay": name, "command": command.value}, 202)


async def close_breaker(name: str, _settings: Settings, _store: SqlRecoveryStore, client: Any) -> func.HttpResponse:
    """Let requests through again, whatever the breaker knows."""
    await client.signal_entity(df.EntityId(BREAKER, name), "close")
    return answer({"relay": name, "breaker": "closed"}, 202)
