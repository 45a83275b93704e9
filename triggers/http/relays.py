"""How relays are: one of them in full, all of them in a line each, and a verdict for monitors. Looking writes nothing."""

import asyncio
import json
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
from relay.hub.owner import anothers
from relay.ports import Recoveries
from relay.recovery.names import recovery_instance
from relay.recovery.situation import Situation
from services.look_after_app import names_of
from services.look_after_notices import channels_in_trouble, trouble_of
from services.outside import Outside
from triggers.http.answers import answer, answered, problem
from triggers.http.requests import RelayRequest, respond
from workflows.mailing.values import PAUSED_BY_PEOPLE

PATIENCE_SECONDS = 20.0  # a monitor's own is seldom longer
MOST_MAILINGS = 20  # that are named, of those that stand still
_HELD_UP = {
    "mailing": "It pauses: {reason}. When that is mended: POST /api/mailings/{name}/resume, or cancel.",
    "query of mailing": "It is asked again every minute: {reason} Mend that, or POST to /api/mailings/{name}/cancel.",
    "aggregate": "It comes no further: {reason}",
}

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
    lines = await _lines_in_time()
    return answer({"app": wiring.settings().app, "relays": lines, "app_troubles": await _app_troubles()})


async def judge() -> func.HttpResponse:
    """Return the verdict for a monitor. Raises DatabaseError."""
    lines = await _lines_in_time()
    unfit = [line["reason"] for line in lines if line["health"] == Health.BROKEN]
    if unfit:
        return problem(503, "A relay does not fit its table", " ".join(unfit))
    healths = {line["relay"]: line["health"] for line in lines}
    troubles = await _app_troubles()
    degraded = bool(troubles) or any(found != Health.OK for found in healths.values())
    reasons = {line["relay"]: line["reason"] for line in lines if line["reason"]} | troubles
    verdict = {"status": "degraded" if degraded else "healthy", "relays": healths}
    return answer({**verdict, "reasons": reasons} if reasons else verdict)


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
    return answer({
        "relay": name,
        "app": request.app,
        "situation": {**situation.to_dict(), "open": situation.open} if situation else None,
        "tracking": outlook.to_dict(),
        "backfill": backfill.progress() if backfill else None,
        "recovery": {
            "instance": ids["recovery"],
            "status": statuses["recovery"],
            "detail": recovery.custom_status if recovery else None,
        },
        "orchestrations": statuses,
        "breaker": _breaker(situation) if situation else None,
    })  # fmt: skip


def _breaker(situation: Situation) -> dict[str, Any]:
    """Return for how long nothing is sent, by whom, and why."""
    return {
        "failed_before_wait_seconds": round(situation.held_back_seconds, 1),
        "all_wait_seconds": round(situation.paused_seconds, 1),
        "one_is_tried_first": situation.untested or situation.paused_seconds > 0,
        "asked_for_seconds": situation.asked_seconds,
        "away": situation.away,
        "reason": situation.standing_reason,
    }


def _situation(recoveries: Recoveries, outlook: Outlook) -> Situation | None:
    """Return what is not settled; None if the table has changed so that nobody can tell."""
    try:
        return recoveries.peek()
    except RelayError:
        if not outlook.halted:
            raise
        return None


async def _lines_in_time() -> list[dict[str, Any]]:
    """Look at every relay. Raises DatabaseError, also if that takes too long: a server may be silent and hold its connections."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _lines()
    except TimeoutError:
        raise DatabaseError(f"SQL Server: no answer within {PATIENCE_SECONDS:g} seconds.") from None


async def _app_troubles() -> dict[str, str]:
    """Return what is wrong beyond the relays of relays.toml, by what it is wrong with. Raises DatabaseError."""
    settings = wiring.settings()
    tables = wiring.tables(wiring.Line.OPERATOR)
    hub, removed, _ = await wiring.threads().run(lambda: tables.ask("guard/app", relays=names_of(settings)))
    found = {"task hub": anothers(settings.app, hub[0]["owner"])} if hub else {}
    found |= {
        row[
            "relay"
        ]: f"It is not in relays.toml any more, and {row['open']} changes of it are not settled: nobody delivers them."
        for row in removed
    }
    channels = await wiring.threads().run(channels_in_trouble, settings, tables)
    found |= {f"channel {row['channel']}": trouble_of(row) for row in channels}
    [counts] = await wiring.threads().run(lambda: tables.ask("execution/counts"))
    found |= {
        f"workflow {row['workflow']}": f"{row['executions']} executions rest; GET /api/executions?state=stuck lists them: resume or stop each."
        for row in counts
    }
    workflows = wiring.workflows()
    told = {
        "aggregates": json.dumps([each.name for each in workflows.aggregates]),
        "streams": json.dumps([each.name for each in workflows.streams]),
        "by_people": json.dumps(PAUSED_BY_PEOPLE),
        "limit": MOST_MAILINGS,
    }
    [held_up] = await wiring.threads().run(lambda: tables.ask("guard/held_up", **told))
    return found | {f"{row['kind']} {row['name']}": _HELD_UP[row["kind"]].format_map(row) for row in held_up}


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
        if error.nobody_answers:
            raise
        # What it refuses concerns this relay: no reason to tell nothing of the others.
        return broken(relay, " ".join(outlook.halted) if outlook and outlook.halted else str(error))
