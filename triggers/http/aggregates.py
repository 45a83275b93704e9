"""How aggregates stand, and the order to recompute one, over HTTP."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.backfill.values import BackfillOrder
from services.app_outside import AppOutside
from services.look_after_aggregates import stand
from services.start import start_backfill
from triggers.http.answers import answer, answered, problem
from triggers.http.requests import from_elsewhere, not_for_pages
from triggers.http.streams import stand_of_streams
from workflows.aggregates.decisions import is_looked_through
from workflows.aggregates.names import rows_relay
from workflows.aggregates.values import Aggregate
from workflows.streams.values import Stream

_SHOWN = ("groups", "dirty", "results", "failing", "dead_letters", "untaken")
_CANCELLED = {
    "cancelled": "That all rows are looked through was cancelled, so that nothing is computed; POST to …/recompute begins it anew."
}

blueprint = df.Blueprint()


@blueprint.route(route="aggregates", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def aggregate_list(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/aggregates: how all of them stand."""
    del req  # there is nothing to ask for
    return await answered(list_aggregates(wiring.app_outside(client, wiring.Line.OPERATOR)))


@blueprint.route(route="aggregates/{name}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def aggregate_state(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/aggregates/{name}: how one stands."""
    if stream := wiring.workflows().stream(str(req.route_params["name"])):
        return await answered(show_stream(stream, wiring.app_outside(client, wiring.Line.OPERATOR)))
    return await respond(req, client, show_aggregate)


@blueprint.route(route="aggregates/{name}/recompute", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def aggregate_recompute_all(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/aggregates/{name}/recompute: look all rows through, then recompute every group."""
    return await respond(req, client, recompute_aggregate)


async def list_aggregates(app: AppOutside) -> func.HttpResponse:
    """Return how all aggregates stand."""
    rows = [_shown(row) for row in await stand(wiring.workflows().aggregates, app)]
    return answer({"aggregates": [*rows, *await stand_of_streams(wiring.workflows().streams, app)]})


async def show_aggregate(aggregate: Aggregate, app: AppOutside) -> func.HttpResponse:
    """Return how one stands, and what it is."""
    [row] = await stand([aggregate], app)
    return answer(
        {
            **_shown(row),
            "table": str(aggregate.table),
            "group_by": list(aggregate.group_by),
            "measures": {name: str(measure) for name, measure in aggregate.measures.items()},
            "relays": {"rows": rows_relay(aggregate.name), "results": aggregate.name},
        }
    )


async def show_stream(stream: Stream, app: AppOutside) -> func.HttpResponse:
    """Return how one of kind events stands, and what it is."""
    [stands] = await stand_of_streams([stream], app)
    return answer(
        {
            **stands,
            "group_by": list(stream.group_by),
            "measures": {name: str(measure) for name, measure in stream.measures.items()},
            "window": stream.window.value,
            "relays": {"results": stream.name, **({"late": stream.late_name} if stream.late_endpoint else {})},
        }
    )


async def recompute_aggregate(aggregate: Aggregate, app: AppOutside) -> func.HttpResponse:
    """Order a backfill of the rows where it survives: when it is over, all groups are dirty."""
    rows = wiring.outside(rows_relay(aggregate.name), wiring.Line.OPERATOR)
    if not await rows.threads.run(rows.backfills.begin, BackfillOrder()):
        detail = f"Look at GET /api/relays/{rows.relay.name}/backfill, or cancel it first."
        return problem(409, "All rows are looked through already", detail)
    await start_backfill(app.instances, app.settings.app, rows.relay.name)
    follow = f"{app.settings.public_url}/relays/{rows.relay.name}/backfill"
    return answer({"aggregate": aggregate.name, "recompute": "running", "follow": follow}, 202)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "kind": "rows",
        **{key: row[key] for key in _SHOWN},
        "looked_through": is_looked_through(row),
        "problem": row["problem"] or _CANCELLED.get(row["backfill_state"], ""),
    }


async def respond(
    http: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    work: Callable[[Aggregate, AppOutside], Awaitable[func.HttpResponse]],
) -> func.HttpResponse:
    """Do the work for the aggregate that the route names."""
    if from_elsewhere(http):
        return not_for_pages()
    name = str(http.route_params["name"])
    aggregate = wiring.workflows().aggregate(name)
    if aggregate is None:
        names = [
            *(each.name for each in wiring.workflows().aggregates),
            *(each.name for each in wiring.workflows().streams),
        ]
        known = ", ".join(names) or "none"
        return problem(404, "No such aggregate", f"There is no aggregate {name!r}; workflows.toml has {known}.")
    return await answered(work(aggregate, wiring.app_outside(client, wiring.Line.OPERATOR)))
