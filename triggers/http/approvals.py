"""The page under the link of relay:approve: it asks, and takes what is chosen there. Whoever has the link needs no key."""

from html import escape
from urllib.parse import parse_qs

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.errors import InputError
from services.app_outside import AppOutside
from services.machines.approvals import asked_under, choose
from services.machines.tokens import Taken
from triggers.http.answers import answered
from triggers.http.bodies import body_of
from triggers.http.pages import page
from workflows.resources.question import Asked

MOST_NOTE = 2000  # characters
_MOST_BODY_BYTES = 30_000
_NOBODY_ASKS = "Nobody has asked under this link. Please open the one that you were sent."
_OVER = "This was answered, or its time is over. Nothing was changed."

blueprint = df.Blueprint()


@blueprint.route(route="approvals/{token}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
@blueprint.durable_client_input(client_name="client")
async def approval(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET, POST /api/approvals/{token}: a page that asks; and what is chosen by one of its buttons."""
    return await answered(decide(req, wiring.app_outside(client, wiring.Line.OPERATOR)))


async def decide(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Ask on a page, for programs that look at links follow them too; take the choice if it is posted. Raises InputError, DatabaseError."""
    token = req.route_params["token"]
    asked = await asked_under(token, app)
    if isinstance(asked, Taken):
        return _no_question(asked)
    if req.method != "POST":
        return page(asked.title, _form(asked))
    choice, note = _chosen(req, asked)
    taken = await choose(token, choice, note, app)
    if taken is not Taken.STORED:
        return _no_question(taken)
    return page(asked.title, f"<h1>{escape(asked.title)}</h1><p>Thank you. Your answer is: {escape(choice)}.")


def _no_question(why: Taken) -> func.HttpResponse:
    text, status = (_NOBODY_ASKS, 404) if why is Taken.UNKNOWN else (_OVER, 410)
    return page("No question", f"<p>{text}", status)


def _form(asked: Asked) -> str:
    message = "".join(f"<p>{escape(line)}" for line in asked.message.splitlines() if line.strip())
    buttons = " ".join(
        f'<button name="choice" value="{escape(choice)}">{escape(choice)}</button>' for choice in asked.choices
    )
    note = f'<p><label>Note <input name="note" size="60" maxlength="{MOST_NOTE}"></label>'
    # Enter within the note presses the first button of a form: this one, which does nothing.
    idle = '<button type="submit" disabled hidden></button>'
    return f'<h1>{escape(asked.title)}</h1>{message}<form method="post">{idle}{note}<p>{buttons}</form>'


def _chosen(req: func.HttpRequest, asked: Asked) -> tuple[str, str]:
    told = parse_qs(body_of(req, _MOST_BODY_BYTES).decode(errors="replace"))
    choice, note = told.get("choice", [""])[0], told.get("note", [""])[0].strip()
    if choice not in asked.choices:
        raise InputError([f"choice: take one of {', '.join(asked.choices)}, by a button of the page."])
    if len(note) > MOST_NOTE:
        raise InputError([f"note: it has {len(note)} characters; {MOST_NOTE} are the most."])
    return choice, note
