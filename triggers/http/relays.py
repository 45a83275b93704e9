"""How relays are: one of them in full, all of them in a line each, and a verdict for monitors. Looking writes nothing."""

from typing import Any

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.backfill.names import backfill_instance
from relay.config.values import Relay
from relay.dead_letters.names import replay_instance
from relay.errors import ConfigError, DatabaseError, RelayError, SchemaError
from relay.guard.health import Health, broken, summary
from relay.guard.outlook import Outlook
from relay.ports import Recoveries
from relay.recovery.names import recovery_instance
from relay.recovery.situation import Situation
from services.outside import Outside
from triggers.http.answers import answer, answered, problem
from triggers.http.requests import RelayRequest, respond

blueprint = df.Blueprint()


@blueprint.route(route="relays", methods=["GET"])
async def relays(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/relays: a line for each relay."""
    del req  # it says nothing, and the worker passes it by name
    return await answered(list_relays())


@blueprint.route(route="health", methods=["GET"])
async def health(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/health: 200 if the app can work; 503 if the database does not answer or a relay does not fit its table."""
    del req  # as above
    return await answered(judge())


@blueprint.route(route="relays/{name}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def relay_state(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/relays/{name}: what is not settled, its place in change tracking, recovery, backfill, breaker."""
    return await respond(req, client, show_relay)


async def list_relays() -> func.HttpResponse:
    """Return every relay's line. Raises DatabaseError."""
    return answer({"app": wiring.settings().app, "relays": await _lines()})


async def judge() -> func.HttpResponse:
    """Return the verdict for a monitor. Raises DatabaseError."""
    lines = await _lines()
    unfit = [line["reason"] for line in lines if line["health"] == Health.BROKEN]
    if unfit:
        return problem(503, "A relay does not fit its table", " ".join(unfit))
    healths = {line["relay"]: line["health"] for line in lines}
    degraded = any(found != Health.OK for found in healths.values())
    return answer({"status": "degraded" if degraded else "healthy", "relays": healths})


async def show_relay(request: RelayRequest) -> func.HttpResponse:
    """Return the relay's situation, its orchestrations and its breaker."""
    name, outside, instances = request.relay.name, request.outside, request.instances
    outlook = await request.ask(outside.guard.peek)
    situation = await request.ask(_situation, outside.recoveries, outlook)
    backfill = await request.ask(outside.backfills.state)
    ids = {
        "recovery": recovery_instance(request.app, name),
        "backfill": backfill_instance(request.app, name),
        "replay": replay_instance(request.app, name),
    }
    found = {kind: await instances.look(instance_id) for kind, instance_id in ids.items()}
    statuses = {kind: instance.status if instance else None for kind, instance in found.items()}
    recovery = found["recovery"]
    breaker = await instances.breaker(request.app, name)
    return answer({
        "relay": name,
        "app": request.app,
        "situation": {**situation.to_dict(), "open": situation.open} if situation else None,
        "tracking": outlook.to_dict() if outlook else None,
        "backfill": backfill.progress() if backfill else None,
        "recovery": {
            "instance": ids["recovery"],
            "status": statuses["recovery"],
            "detail": recovery.custom_status if recovery else None,
        },
        "orchestrations": statuses,
        "breaker": breaker.to_dict(),
    })  # fmt: skip


def _situation(recoveries: Recoveries, outlook: Outlook | None) -> Situation | None:
    """Return what is not settled; None if the table has changed so that nobody can tell."""
    try:
        return recoveries.peek()
    except RelayError:
        if outlook is None or not outlook.halted:
            raise
        return None


async def _lines() -> list[dict[str, Any]]:
    """Look at every relay, one after the other; a monitor must not become a load. Raises DatabaseError."""
    found = []
    for relay in wiring.settings().relays:
        outside = wiring.outside(relay.name, wiring.Line.OPERATOR)
        found.append(await outside.threads.run(_line, relay, outside))
    return found


def _line(relay: Relay, outside: Outside) -> dict[str, Any]:
    outlook = None
    try:
        outlook = outside.guard.peek()
        return summary(relay, outside.recoveries.peek(), outlook, outside.backfills.state())
    except SchemaError:
        raise  # no relay of the app can work
    except ConfigError as error:
        return broken(relay, " ".join(outlook.halted if outlook and outlook.halted else error.problems))
    except DatabaseError as error:
        if error.number is None:
            raise  # the server is away
        # What it refuses concerns this relay: no reason to tell nothing of the others.
        return broken(relay, " ".join(outlook.halted) if outlook and outlook.halted else str(error))
