"""What an execution does in SQL Server, and the start of the one behind it."""

import azure.durable_functions as df

import wiring
from services import executions
from services.start_executions import start_all
from workflows.execution.names import BEGIN, END, REMEMBER, REST, START_NEXT, TAKE_EVENT
from workflows.execution.questions import answered

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=BEGIN)
def execution_begin(request: dict) -> dict:
    """{"execution", "epoch"} -> {"input", "started_at", "results": {place: result}}, or {"over": why}."""
    return executions.begin(request, wiring.tables())


@blueprint.activity_trigger(input_name="request", activity=REMEMBER)
def execution_remember(request: dict) -> dict:
    """{"execution", "epoch", "step", "visit", "result"} -> {"kept": result}, or {"over": why}."""
    return answered(request, executions.remember(request, wiring.tables()))


@blueprint.activity_trigger(input_name="request", activity=REST)
def execution_rest(request: dict) -> dict:
    """{"execution", "epoch", "due_in_ms"} -> {}, or {"over": why}."""
    return answered(request, executions.rest(request, wiring.tables()))


@blueprint.activity_trigger(input_name="request", activity=TAKE_EVENT)
def execution_take_event(request: dict) -> dict:
    """{"execution", "epoch", "name", "visit", "due_in_ms"} -> {"event": body}, {}, or {"over": why}."""
    return answered(request, executions.take_event(request, wiring.tables()))


@blueprint.activity_trigger(input_name="request", activity=END)
def execution_end(request: dict) -> dict:
    """{"execution", "epoch", "state", "result", "error"} -> {"next": [{"id", "workflow", "epoch"}]}."""
    return executions.end(request, wiring.tables())


@blueprint.activity_trigger(input_name="request", activity=START_NEXT)
@blueprint.durable_client_input(client_name="client")
async def execution_start_next(request: dict, client: str) -> dict:
    """{"next": [{"id", "workflow", "epoch"}]} -> {}; an activity, for orchestrators start nothing but children."""
    await start_all(request["next"], wiring.app_outside(client))
    return {}
