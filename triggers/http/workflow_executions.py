"""Executions of definitions over HTTP: start one; and what a task's token is answered with."""

import uuid

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay import exact_json
from relay.errors import InputError
from services.app_outside import AppOutside
from services.definitions import definition_for_start
from services.machines import operate, tokens
from services.machines.executing import MOST_RUNNING
from services.machines.standing import new_secret
from triggers.http.answers import answer, answered, problem, too_many
from triggers.http.bodies import body_of, json_object
from triggers.http.executions import IDS
from triggers.http.requests import from_elsewhere, not_for_pages
from workflows.definitions.names import check_name
from workflows.machines.answers import failure_of, success_of

MOST_INPUT_BYTES = 300_000  # with what is around the input itself, which has 262,144 at most
_KNOWN = {"input", "id", "version"}
_RETRY_AFTER_SECONDS = 10  # while as many run as may

blueprint = df.Blueprint()


@blueprint.route(route="workflows/{name}/executions", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def workflow_start(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/workflows/{name}/executions with {"input", "id", "version"}: 202; the same id and input again are the same one: 200."""
    if from_elsewhere(req):
        return not_for_pages()
    return await answered(start(req, wiring.app_outside(client, wiring.Line.OPERATOR)))


@blueprint.route(route="tasks/{token}/success", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def task_success(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/tasks/{token}/success with {"output": …}: what the task yields."""
    return await _respond(req, client, "success")


@blueprint.route(route="tasks/{token}/failure", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def task_failure(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/tasks/{token}/failure with {"error", "cause"}: what it fails with."""
    return await _respond(req, client, "failure")


@blueprint.route(route="tasks/{token}/heartbeat", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def task_heartbeat(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/tasks/{token}/heartbeat: it is still worked at."""
    return await _respond(req, client, "heartbeat")


async def _respond(req: func.HttpRequest, client: str, what: str) -> func.HttpResponse:
    if from_elsewhere(req):
        return not_for_pages()
    return await answered(take(req, what, wiring.app_outside(client, wiring.Line.OPERATOR)))


async def start(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Register an execution and start it. Raises InputError, DatabaseError."""
    name = req.route_params["name"]
    check_name(name)
    body = json_object(req, MOST_INPUT_BYTES) if body_of(req, MOST_INPUT_BYTES) else {}
    if unknown := sorted(body.keys() - _KNOWN):
        raise InputError([f"{unknown[0][:40]!r} is no key here; take {', '.join(sorted(_KNOWN))}."])
    execution, version = body.get("id", uuid.uuid4().hex), body.get("version")
    if not isinstance(execution, str) or not IDS.fullmatch(execution):
        raise InputError(["id: it must be of letters, digits, . _ and -, at most 100."])
    if version is not None and (isinstance(version, bool) or not isinstance(version, int) or not 1 <= version < 2**31):
        raise InputError(["version: it must be a whole number from 1 on, below 2147483648."])
    rules = wiring.definition_rules(name)
    definition = await app.threads.run(definition_for_start, name, version, rules, app.tables)
    given = body.get("input", {})
    secret = new_secret(uuid.uuid4().bytes + uuid.uuid4().bytes)
    found = await operate.start(name, definition.version, execution, given, secret, MOST_RUNNING, app)
    if not found:
        detail = f"{MOST_RUNNING} executions run; try again when some have ended. Nothing was started."
        return too_many("Too many executions", detail, _RETRY_AFTER_SECONDS)
    if operate.is_another(found, name, given):
        detail = (
            f"Execution {execution!r} is another one: of {found['workflow']}, or with another input. Take another id."
        )
        return problem(409, "The id is taken", detail)
    links = {"execution": f"{req.url.partition('/workflows/')[0]}/executions/{execution}"}
    told = {"id": execution, "workflow": name, "state": found["state"], "links": links}
    return answer(told, 202 if found["registered"] else 200)


async def take(req: func.HttpRequest, what: str, app: AppOutside) -> func.HttpResponse:
    """Store an answer to a token. Raises InputError, DatabaseError."""
    body = exact_json.with_floats(json_object(req, MOST_INPUT_BYTES)) if body_of(req, MOST_INPUT_BYTES) else {}
    if what == "heartbeat":
        taken = await tokens.answer(req.route_params["token"], {"heartbeat": True}, uuid.uuid4().hex, app)
    else:
        told = success_of(body) if what == "success" else failure_of(body)
        taken = await tokens.answer(req.route_params["token"], told, "", app)
    if taken is tokens.Taken.UNKNOWN:
        return problem(404, "No such token", "Nobody has given such a token; take the one that came with the task.")
    if taken is tokens.Taken.GONE:
        detail = "The task was answered, its time is over, or its execution has ended. Nothing was stored."
        return problem(410, "The task is not waited for any more", detail)
    return answer({"stored": what}, 202)
