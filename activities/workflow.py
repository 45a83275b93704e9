"""What an execution of a definition does in SQL Server and outside."""

import uuid

import azure.durable_functions as df

import wiring
from activities.task import bodies
from services.machines import children, executing, standing, tasks
from services.resources.perform import perform
from workflows.execution.questions import answered
from workflows.machines.names import BEGIN, COLLECT, END, EXECUTE, FORK, KEEP, STOP_CHILDREN, TASK, TELL

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=BEGIN)
def workflow_begin(request: dict) -> dict:
    """{"execution", "epoch"} -> {"definition", "secret", "stands", "shared"}, {"wrong": {"error", "cause"}}, or {"over": why}."""
    return standing.begin(request, standing.new_secret(uuid.uuid4().bytes + uuid.uuid4().bytes), wiring.tables())


@blueprint.activity_trigger(input_name="request", activity=TASK)
def workflow_task(request: dict) -> dict:
    """{…, "stands", "history", "resource", "place", "attempt", "token"} -> {"done": outcome}, {"wait_seconds"}, or {"over": why}; "hints"."""
    outside = wiring.resource_outside(bodies())
    return answered(request, tasks.do_task(request, lambda task: perform(task, outside), wiring.tables()))


@blueprint.activity_trigger(input_name="request", activity=EXECUTE)
@blueprint.durable_client_input(client_name="client")
async def workflow_execute(request: dict, client: str) -> dict:
    """As a task -> {"done": {"child": id}} if its end is waited for, {"done": outcome}, or {"over": why}."""
    return answered(request, await executing.execute(request, wiring.app_outside(client), wiring.workflows().allowed))


@blueprint.activity_trigger(input_name="request", activity=KEEP)
def workflow_keep(request: dict) -> dict:
    """{…, "stands", "history", "due_in_ms"} -> {}, or {"over": why}."""
    return answered(request, standing.keep(request, wiring.tables()))


@blueprint.activity_trigger(input_name="request", activity=FORK)
@blueprint.durable_client_input(client_name="client")
async def workflow_fork(request: dict, client: str) -> dict:
    """{…, "stands", "shared", "history"} -> {}, or {"over": why}: its branches or items are begun."""
    return answered(request, await children.fork(request, wiring.app_outside(client)))


@blueprint.activity_trigger(input_name="request", activity=COLLECT)
@blueprint.durable_client_input(client_name="client")
async def workflow_collect(request: dict, client: str) -> dict:
    """{…, "place", "due_in_ms"} -> {"outcomes": […]}, {} if they are not over, or {"over": why}."""
    return answered(request, await children.collect(request, wiring.app_outside(client)))


@blueprint.activity_trigger(input_name="request", activity=STOP_CHILDREN)
@blueprint.durable_client_input(client_name="client")
async def workflow_stop_children(request: dict, client: str) -> dict:
    """{…, "place"} -> {}: what it has begun there is ended."""
    await children.stop_children(
        [request["execution"]], request["place"], request["epoch"], "its time is over", wiring.app_outside(client)
    )
    return answered(request, {})


@blueprint.activity_trigger(input_name="request", activity=END)
def workflow_end(request: dict) -> dict:
    """{…, "state", "result", "error", "stands", "history"} -> {"next": […], "over": […]}."""
    return standing.end(request, wiring.tables())


@blueprint.activity_trigger(input_name="request", activity=TELL)
@blueprint.durable_client_input(client_name="client")
async def workflow_tell(request: dict, client: str) -> dict:
    """{"next": […], "over": […], "hints": […]} -> {}; each may be left out."""
    return answered(request, await children.tell(request, wiring.app_outside(client)))
