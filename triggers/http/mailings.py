"""Mailings over HTTP: order, follow, pause, resume, cancel, try."""

import azure.durable_functions as df
import azure.functions as func

from relay.errors import InputError
from services.app_outside import AppOutside
from services.look_after_mailings import start_mailing
from services.mail_outside import MailOutside, Row
from services.mail_test import send_test
from services.mailing import dry_run, order, report, summary
from triggers.http.answers import answer, problem
from triggers.http.bodies import json_object
from triggers.http.mail_requests import MailRequest, respond
from workflows.mailing.decisions import COMMANDS
from workflows.mailing.names import mailing_instance
from workflows.mailing.request import parse_mailing
from workflows.mailing.values import SAID_SO, MailingState

MOST_BYTES = 16 * 1024 * 1024  # ten thousand recipients with their fields
_LISTED = 100
_ACTIVE = frozenset({MailingState.QUERYING, MailingState.RUNNING})

blueprint = df.Blueprint()


@blueprint.route(route="mailings", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def mailing_order(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/mailings: order one; with dry_run, only see what it would send."""
    return await respond(req, client, order_mailing)


@blueprint.route(route="mailings", methods=["GET"])
async def mailing_list(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/mailings: the newest ones."""
    return await respond(req, None, list_mailings)


@blueprint.route(route="mailings/{id}", methods=["GET"])
async def mailing_state(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/mailings/{id}: how it stands, with counts that add up."""
    return await respond(req, None, show_mailing)


@blueprint.route(route="mailings/{id}/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def mailing_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/mailings/{id}/pause, /resume, /cancel, /test."""
    return await respond(req, client, command_mailing)


async def order_mailing(request: MailRequest) -> func.HttpResponse:
    """Write the order where it survives, then start the worker."""
    wanted = parse_mailing(json_object(request.http, MOST_BYTES))
    if wanted.dry_run:
        return answer(await request.do(dry_run, wanted))
    state = await request.do(order, wanted)
    if request.app is not None and state in _ACTIVE:
        await start_mailing(wanted.id, request.app)
    return answer({"id": wanted.id, "state": state.value, "follow": request.link(f"mailings/{wanted.id}")}, 202)


async def list_mailings(request: MailRequest) -> func.HttpResponse:
    """Return the newest mailings, and the accounts that there are."""
    limit = request.limit(_LISTED, 1000)
    [rows] = await request.do(_ask, "mailing/list", limit=limit)
    accounts = [account.name for account in request.outside.accounts]
    return answer({"accounts": accounts, "mailings": [summary(row) for row in rows]})


async def show_mailing(request: MailRequest) -> func.HttpResponse:
    """Return how a mailing stands."""
    found = await request.do(report, request.id)
    return request.no_such_mailing() if found is None else answer(found)


async def command_mailing(request: MailRequest) -> func.HttpResponse:
    """Write the command where it survives, then start or wake the worker; or send a mail to try."""
    action = str(request.http.route_params["action"])
    if action == "test":
        return await _tested(request)
    if action not in COMMANDS:
        return problem(404, "No such action", f"There is no {action!r}; take one of {', '.join(COMMANDS)}, test.")
    state = COMMANDS[action]
    [rows] = await request.do(_ask, "mailing/command", mailing=request.id, state=state.value, reason=SAID_SO)
    if not rows:
        return request.no_such_mailing()
    if not rows[0]["done"]:
        return problem(409, "Nothing to do", f"The mailing {request.id!r} is {rows[0]['state']}; nothing was done.")
    if request.app is not None and not (state is MailingState.RUNNING and await start_mailing(request.id, request.app)):
        await _wake(request.id, request.app)
    return answer({"id": request.id, "state": state.value, "follow": request.link(f"mailings/{request.id}")}, 202)


async def _wake(mailing_id: str, app: AppOutside) -> None:
    """End the wait of a worker that sleeps, so that it sees the command; one that is not there needs none."""
    instance_id = mailing_instance(app.settings.app, mailing_id)
    found = await app.instances.look(instance_id)
    if found is not None and found.active:
        await app.instances.wake(instance_id)


async def _tested(request: MailRequest) -> func.HttpResponse:
    body = json_object(request.http)
    if unknown := body.keys() - {"to", "key"}:
        raise InputError([f"{sorted(unknown)[0]}: there is no such key; take to, and key if you like"])
    came = await request.do(send_test, request.id, body.get("to"), body.get("key", ""))
    return request.no_such_mailing() if came is None else answer(came)


def _ask(statement: str, *, outside: MailOutside, **values: object) -> list[list[Row]]:
    return [list(rows) for rows in outside.tables.ask(statement, **values)]
