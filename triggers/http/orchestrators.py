"""Starts orchestrations over HTTP: those that may be started by hand, each with an input that is checked first."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.config.values import Settings
from relay.errors import InputError
from relay.notification.names import NOTIFICATION
from relay.notification.notice import Notice, Telling
from relay.recovery.names import RECOVERY, recovery_instance
from services.announce import announce_telling
from services.app_outside import AppOutside
from services.operate_executions import start_by_hand
from services.start import start_recovery
from triggers.http.answers import answer, answered, problem
from triggers.http.bodies import body_of, json_object
from triggers.http.executions import IDS
from triggers.http.notices import notice_problem
from triggers.http.requests import from_elsewhere, not_for_pages

blueprint = df.Blueprint()


def _recovery_problem(body: dict[str, Any], settings: Settings) -> str | None:
    known = [relay.name for relay in settings.relays]
    if set(body) == {"relay"} and body["relay"] in known:
        return None
    return f'The body must be {{"relay": name}} with one of the relays {", ".join(known)}.'


def _notification_problem(body: dict[str, Any], settings: Settings) -> str | None:
    known = [channel.name for channel in settings.channels]
    channels = body.get("channels")
    named = [str(channel) for channel in channels] if isinstance(channels, list) else []
    usable = named and len(set(named)) == len(named) and set(named) <= set(known)
    if set(body) != {"notice", "channels"} or not usable:
        return f'The body must be {{"notice": {{...}}, "channels": [...]}} with channels out of {", ".join(known)}, each at most once.'
    if not isinstance(body["notice"], dict):
        return "notice: it must be an object"
    return notice_problem(body["notice"], settings)


ALLOWED: Mapping[str, Callable[[dict[str, Any], Settings], str | None]] = {
    RECOVERY: _recovery_problem,
    NOTIFICATION: _notification_problem,
}


@blueprint.route(route="orchestrators/{name}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def start_orchestration(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/orchestrators/{name} with a JSON input: 202 with its id, and where to follow it."""
    if from_elsewhere(req):
        return not_for_pages()
    return await answered(start(req.route_params["name"], req, wiring.app_outside(client, wiring.Line.OPERATOR)))


async def start(name: str, req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Check the input, then start. Raises InputError for what is no JSON object."""
    settings = app.settings
    if name in wiring.workflow_names():
        return await _start_workflow(name, req, app)
    check = ALLOWED.get(name)
    if check is None:
        known = ", ".join([*ALLOWED, *sorted(wiring.workflow_names())])
        return problem(404, "No such orchestration", f"There is no {name!r} to start; take one of {known}.")
    body = json_object(req)
    wrong = check(body, settings)
    if wrong:
        return problem(400, "The input cannot be used", wrong)
    if name == RECOVERY:
        relay, instance_id = body["relay"], recovery_instance(settings.app, body["relay"])
        await start_recovery(app.instances, settings.app, relay)  # one per relay: running already is success
        return answer({"id": instance_id, "follow": f"{req.url.partition('/orchestrators/')[0]}/relays/{relay}"}, 202)
    notice = Notice.from_dict(body["notice"])  # by hand it may be sent again and again
    telling = Telling(notice, notice.instance_id(app.clock.now().isoformat()), body["channels"])
    await announce_telling(telling, app)
    return answer({"id": telling.id}, 202)


async def _start_workflow(name: str, req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Start an execution under the id that the query or the Idempotency-Key names; asked again it is the same one."""
    execution = req.params.get("id") or req.headers.get("Idempotency-Key") or uuid.uuid4().hex
    if not IDS.fullmatch(execution):
        raise InputError(["id: it must be of letters, digits, . _ and -, at most 100."])
    found = await start_by_hand(name, execution, json_object(req) if body_of(req) else {}, app)
    if found["workflow"] != name:
        return problem(
            409, "The id is taken", f"Execution {execution!r} is of workflow {found['workflow']!r}; take another id."
        )
    follow = f"{req.url.partition('/orchestrators/')[0]}/executions/{execution}"
    return answer({"id": execution, "state": found["state"], "follow": follow}, 202)
