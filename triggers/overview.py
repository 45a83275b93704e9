"""All relays at once, for people and for monitors."""

import asyncio
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from adapters import wiring
from relay.config import Relay
from relay.errors import ConfigError, DatabaseError
from relay.health import Health, broken, summary
from triggers.http_answers import answer, answered, problem

blueprint = df.Blueprint()


@blueprint.route(route="relays", methods=["GET"])
async def relays(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/relays: a line for each relay."""
    del req  # it says nothing, and the worker passes it by name
    return await answered(listed())


@blueprint.route(route="health", methods=["GET"])
async def health(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/health: 200 if the app can work; 503 if the database does not answer or a relay does not fit its table."""
    del req  # as above
    return await answered(judged())


async def listed() -> func.HttpResponse:
    """Return every relay's line. Raises DatabaseError."""
    return answer({"app": wiring.settings().app, "relays": await _lines()})


async def judged() -> func.HttpResponse:
    """Return the verdict for a monitor. Raises DatabaseError."""
    lines = await _lines()
    unfit = [line["reason"] for line in lines if line["health"] == Health.BROKEN]
    if unfit:
        return problem(503, "A relay does not fit its table", " ".join(unfit))
    healths = {line["relay"]: line["health"] for line in lines}
    degraded = any(found != Health.OK for found in healths.values())
    return answer({"status": "degraded" if degraded else "healthy", "relays": healths})


async def _lines() -> list[dict[str, Any]]:
    """Look at every relay, one after the other; a monitor must not become a load. Raises DatabaseError."""
    return [await asyncio.to_thread(_line, relay) for relay in wiring.settings().relays]


def _line(relay: Relay) -> dict[str, Any]:
    stores, outlook = wiring.relay_stores(relay.name), None
    try:
        outlook = stores.guard.look()
        situation = stores.recovery.check()
        return summary(relay, situation, outlook, stores.backfill.state())
    except ConfigError as error:
        return broken(relay, " ".join(outlook.halted if outlook and outlook.halted else error.problems))
    except DatabaseError:
        if outlook is None or not outlook.halted:
            raise
        return broken(
            relay, " ".join(outlook.halted)
        )  # its table is another one: no reason to tell nothing of the others
