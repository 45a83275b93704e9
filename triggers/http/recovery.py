"""What an operator orders of a relay's recovery and of its breaker, over HTTP."""

import azure.durable_functions as df
import azure.functions as func

from relay.recovery.names import recovery_instance
from relay.recovery.situation import Command
from services.start import start_recovery
from triggers.http.answers import answer, problem
from triggers.http.requests import RelayRequest, respond

COMMANDS = {"retry-now": Command.RETRY_NOW, "give-up": Command.GIVE_UP, "close-breaker": None}

blueprint = df.Blueprint()


@blueprint.route(route="relays/{name}/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def relay_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/relays/{name}/retry-now, /give-up, /close-breaker."""
    return await respond(req, client, command_relay)


async def command_relay(request: RelayRequest) -> func.HttpResponse:
    """Do what the route's last part says."""
    if request.action not in COMMANDS:
        return problem(404, "No such action", f"There is no {request.action!r}; take one of {', '.join(COMMANDS)}.")
    command = COMMANDS[request.action]
    return await (_close_breaker(request) if command is None else _command_recovery(request, command))


async def _command_recovery(request: RelayRequest, command: Command) -> func.HttpResponse:
    """Write the command where it survives, then wake the recovery; start one if none runs."""
    name, recoveries, instances = request.relay.name, request.outside.recoveries, request.instances
    await request.ask(recoveries.take_stock)
    if not await request.ask(recoveries.command, command):
        return problem(409, "Nothing to recover", f"Relay {name!r} has no open change; nothing was done.")
    if not await start_recovery(instances, request.app, name):
        await instances.wake(recovery_instance(request.app, name))
    return answer({"relay": name, "command": command.value}, 202)


async def _close_breaker(request: RelayRequest) -> func.HttpResponse:
    """Let requests through again, whatever the breaker knows and the endpoint has asked for."""
    await request.ask(request.outside.recoveries.let_through)
    return answer({"relay": request.relay.name, "breaker": "closed"}, 202)
