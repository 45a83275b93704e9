"""Who gets no mails: operators' routes, and the one that recipients reach from their mails, without a key but with a signed link."""

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.errors import InputError
from services.mail_doubts import address_of, suppress
from services.mail_outside import MailOutside, Row
from triggers.http.answers import answer, answered
from triggers.http.bodies import json_object
from triggers.http.mail_requests import MailRequest, respond
from triggers.http.pages import page
from workflows.mailing.recipients import is_address

_ASK = 'Do you want no more mails from us?<form method="post"><button>No more mails</button></form>'

blueprint = df.Blueprint()


@blueprint.route(route="suppressions", methods=["GET"])
async def suppression_list(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/suppressions?after=...&limit=..."""
    return await respond(req, None, list_suppressions)


@blueprint.route(route="suppressions", methods=["POST"])
async def suppression_add(req: func.HttpRequest) -> func.HttpResponse:
    """POST /api/suppressions with {"address": ..., "why": ...}: nothing is sent there any more."""
    return await respond(req, None, add_suppression)


@blueprint.route(route="suppressions/remove", methods=["POST"])
async def suppression_remove(req: func.HttpRequest) -> func.HttpResponse:
    """POST /api/suppressions/remove with {"address": ...}."""
    return await respond(req, None, remove_suppression)


@blueprint.route(route="unsubscribe/{account}/{token}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def unsubscribe(req: func.HttpRequest) -> func.HttpResponse:
    """GET, POST /api/unsubscribe/{account}/{token}: a page that asks; and the wish itself, by its button or RFC 8058's one click."""
    return await answered(unsubscribed(MailRequest(req, wiring.mail_outside(wiring.Line.OPERATOR))))


async def list_suppressions(request: MailRequest) -> func.HttpResponse:
    """Return one page of the addresses, and where the next one begins."""
    limit = request.limit(100, 1000)
    rows = await request.do(_ask, "suppression/list", after=request.query("after")[:254], limit=limit + 1)
    page = rows[:limit]
    return answer({"suppressions": page, "after": page[-1]["address"] if len(rows) > limit else None})


async def add_suppression(request: MailRequest) -> func.HttpResponse:
    """Add an address."""
    body = json_object(request.http)
    address, why = body.get("address"), body.get("why", "an operator has added it")
    if not is_address(address) or not isinstance(why, str) or body.keys() - {"address", "why"}:
        raise InputError(['The body must look like {"address": "a@example.com", "why": "asked by phone"}.'])
    added = await request.do(suppress, str(address), why)
    return answer({"address": str(address).lower(), "added": added})


async def remove_suppression(request: MailRequest) -> func.HttpResponse:
    """Remove an address."""
    address = json_object(request.http).get("address")
    if not is_address(address):
        raise InputError(['The body must look like {"address": "a@example.com"}.'])
    [row] = await request.do(_ask, "suppression/remove", address=str(address).lower())
    return answer({"address": str(address).lower(), "removed": bool(row["removed"])})


async def unsubscribed(request: MailRequest) -> func.HttpResponse:
    """Ask on a page, for programs that look at links follow them too; take the wish if it is posted."""
    told = request.http.route_params
    account = request.outside.account(str(told["account"]))
    found = await request.do(address_of, account, str(told["token"])) if account is not None else None
    if found is None:
        return _page("This link is not known. Please answer the mail, and say that you want no more.", 404)
    if request.http.method != "POST":
        return _page(_ASK)
    address, mailing = found
    await request.do(suppress, address, f"unsubscribed from mailing {mailing}")
    return _page("You will get no more mails from us.")


def _page(text: str, status: int = 200) -> func.HttpResponse:
    return page("Mails", f"<p>{text}", status)


def _ask(statement: str, *, outside: MailOutside, **values: object) -> list[Row]:
    return list(outside.tables.ask(statement, **values)[0])
