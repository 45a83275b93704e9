"""What a mailing does outside: ask what is next, and send one mail."""

from collections.abc import Mapping
from typing import Any

import azure.durable_functions as df

import wiring
from activities.shell import not_ours
from services.mail_send import send
from services.mailing_worker import take
from workflows.mailing.names import SEND, TAKE

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=TAKE)
async def mailing_take(request: dict) -> dict:
    """{"mailing": id, "further": whether the last slice brought something} -> the next step: keys and at_once, wait_seconds and why, or over."""
    if anothers := _anothers(request):
        return anothers
    outside = wiring.mail_outside()
    step = await outside.threads.run_on_pool(lambda: take(request["mailing"], bool(request.get("further")), outside))
    return step.to_dict()


@blueprint.activity_trigger(input_name="request", activity=SEND)
async def mail_send(request: dict) -> dict:
    """{"mailing": id, "key": a recipient's} -> state, or wait_seconds and why, or stop. What is settled is not sent again: it may run twice."""
    if anothers := _anothers(request):
        return anothers
    return await send(request["mailing"], request["key"], wiring.mail_outside())


def _anothers(request: Mapping[str, Any]) -> dict[str, str]:
    """Return the answer to an orchestration of another app, which shares the task hub; nothing to one of this app."""
    app = request["app"]
    return {} if app == wiring.settings().app else not_ours(f"mailing {request['mailing']}", app)
