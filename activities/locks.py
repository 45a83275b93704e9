"""What an orchestration does for its locks outside."""

from collections.abc import Callable
from typing import TypeVar

import azure.durable_functions as df

import wiring
from services.app_outside import AppOutside
from services.locks import Done, tell
from services.several_locks import acquire_all, release_all, renew_all
from workflows.locks.names import ACQUIRE, RELEASE, RENEW
from workflows.locks.order import Order

T = TypeVar("T")

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=ACQUIRE)
@blueprint.durable_client_input(client_name="client")
async def locks_acquire(request: dict, client: str) -> dict:
    """Order -> Grant. The same execution finds again what it has."""
    order = Order.from_dict(request)
    return (await _done(lambda app: acquire_all(app.tables, order), client)).to_dict()


@blueprint.activity_trigger(input_name="request", activity=RENEW)
@blueprint.durable_client_input(client_name="client")
async def locks_renew(request: dict, client: str) -> dict:
    """{"tokens": {name: token}} -> {"lost": [names]}."""
    return {"lost": await _done(lambda app: renew_all(app.tables, request["tokens"]), client)}


@blueprint.activity_trigger(input_name="request", activity=RELEASE)
@blueprint.durable_client_input(client_name="client")
async def locks_release(request: dict, client: str) -> dict:
    """{"tokens": {name: token}, "tickets": {name: ticket}} -> {"released": how many}."""
    return {"released": await _done(lambda app: release_all(app.tables, request["tokens"], request["tickets"]), client)}


async def _done(work: Callable[[AppOutside], Done[T]], client: df.DurableOrchestrationClient) -> T:
    """Do blocking work off the event loop; tell other orchestrations of what was offered to them by the way."""
    app = wiring.app_outside(client)
    came = await app.threads.run(work, app)
    await tell(came.hints, app.instances)
    return came.result
