"""Single mails over HTTP: which there are, what became of one in doubt, and what the provider tells of them."""

import azure.durable_functions as df
import azure.functions as func

from relay.errors import InputError
from services.look_after_mailings import start_mailing
from services.mail_doubts import resolve, take_events, waits_again
from services.mail_outside import MailOutside, Row
from services.mailing import is_known
from triggers.http.answers import answer, problem
from triggers.http.bodies import json_object, json_value
from triggers.http.mail_requests import MailRequest, respond
from workflows.mailing.events import events_of
from workflows.mailing.values import MailState

MOST_EVENT_BYTES = 4 * 1024 * 1024

blueprint = df.Blueprint()


@blueprint.route(route="mailings/{id}/recipients", methods=["GET"])
async def mailing_recipients(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/mailings/{id}/recipients?status=failed&after=...&limit=..."""
    return await respond(req, None, list_recipients)


@blueprint.route(route="mailings/{id}/recipients/{key}/resolve", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def mail_resolve(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/mailings/{id}/recipients/{key}/resolve with {"sent": true} or {"sent": false}."""
    return await respond(req, client, resolve_mail)


@blueprint.route(route="mail-events/{account}", methods=["POST"])
async def mail_events(req: func.HttpRequest) -> func.HttpResponse:
    """POST /api/mail-events/{account}: the provider's webhook."""
    return await respond(req, None, hear_events)


async def list_recipients(request: MailRequest) -> func.HttpResponse:
    """Return one page of a mailing's recipients, and where the next one begins."""
    status, limit = request.query("status"), request.limit(100, 1000)
    if status and status not in set(MailState):
        raise InputError([f"status: {status[:20]!r} is none; take one of {', '.join(MailState)}"])
    rows = await request.do(_page, request.id, status, request.query("after"), limit + 1)
    if not rows and not await request.do(is_known, request.id):
        return request.no_such_mailing()
    page = [{**row, "at": f"{row['at']}Z"} for row in rows[:limit]]
    return answer({"id": request.id, "recipients": page, "after": page[-1]["key"] if len(rows) > limit else None})


async def resolve_mail(request: MailRequest) -> func.HttpResponse:
    """Take a person's word for what became of a mail in doubt; one that was not sent is sent again."""
    body, key = json_object(request.http), str(request.http.route_params["key"])
    sent = body.get("sent")
    if body.keys() != {"sent"} or not isinstance(sent, bool):
        raise InputError(['The body must be {"sent": true}, or {"sent": false} if it has to be sent again.'])
    found = await request.do(resolve, request.id, key, sent=sent)
    if found is None:
        return problem(404, "No such mail", f"The mailing {request.id!r} has no recipient {key!r}.")
    stood, stands = found
    if stood != MailState.IN_DOUBT:
        return problem(409, "Not in doubt", f"The mail to {key!r} is {stood}; nothing was done.")
    if request.app is not None and waits_again(stood, stands):
        await start_mailing(request.id, request.app)
    return answer({"id": request.id, "key": key, "status": stands})


async def hear_events(request: MailRequest) -> func.HttpResponse:
    """Write down what the provider tells; what is of no mail of ours is nothing to complain about, for others may use the account."""
    name = str(request.http.route_params["account"])
    account = request.outside.account(name)
    if account is None:
        return problem(404, "No such account", f"workflows.toml has no mail_account {name!r}.")
    events = events_of(json_value(request.http, MOST_EVENT_BYTES), account)
    return answer({"account": name, "mails": await request.do(take_events, events, account)})


def _page(mailing_id: str, status: str, after: str, limit: int, *, outside: MailOutside) -> list[Row]:
    values = {"mailing": mailing_id, "state": status, "after": after[:100], "limit": limit}
    return list(outside.tables.ask("mailing/recipients", **values)[0])
