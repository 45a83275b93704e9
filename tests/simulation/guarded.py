"""An orchestration of somebody who works with the app's locks: under all that it wants it writes some times, each time with its tokens."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

import azure.durable_functions as df
import azure.functions as func

from orchestrators.flow import Steps
from orchestrators.locks import LockLost, NotGranted, locked

blueprint = df.Blueprint()
Hears = Callable[[Mapping[str, Any]], bool]
# Told of every write ({"instance", "tokens"}) and of the end ({"instance", "end"}); tells whether all that was written was taken.
hearing: list[Hears] = []


@blueprint.route(route="guarded", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def guarded_start(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST {"instance", "locks", "writes", "works_seconds", "wait_seconds"}: start it, unless it was started before."""
    told, durable = req.get_json(), cast("Any", client)
    found = await durable.get_status(told["instance"])
    if found.runtime_status is None:
        await durable.start_new("guarded", told["instance"], told)
    return func.HttpResponse(status_code=202)


@blueprint.route(route="guarded/{instance}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def guarded_state(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET: its runtime status, empty if there is none."""
    found = await cast("Any", client).get_status(req.route_params["instance"])
    return func.HttpResponse("" if found.runtime_status is None else found.runtime_status.value)


@blueprint.orchestration_trigger(context_name="context", orchestration="guarded")
def guarded(context: df.DurableOrchestrationContext) -> Steps:
    """Write under the locks; return how it ended."""
    told = context.get_input()

    def write(tokens: Mapping[str, int]) -> Steps:
        for _ in range(told["writes"]):
            yield context.create_timer(context.current_utc_datetime + timedelta(seconds=told["works_seconds"]))
            yield context.call_activity("guarded_told", {"instance": told["instance"], "tokens": dict(tokens)})

    try:
        yield from locked(context, told["locks"], write, lease_seconds=30, wait_seconds=told["wait_seconds"])
        end = "done"
    except (NotGranted, LockLost) as error:
        end = type(error).__name__
    yield context.call_activity("guarded_told", {"instance": told["instance"], "end": end})
    return end


@blueprint.activity_trigger(input_name="request", activity="guarded_told")
def guarded_told(request: dict) -> bool:  # type: ignore[type-arg] # the Functions worker rejects generics
    """Write, or tell that it is over."""
    return all(hears(request) for hears in hearing)
