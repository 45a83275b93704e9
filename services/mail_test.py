"""Sends one mail of a mailing to somebody who looks at it, before its recipients get it; nothing of it is counted."""

import json
from typing import Any

from relay.errors import InputError
from services.mail_outside import MailOutside
from workflows.mailing.names import mail_name
from workflows.mailing.outcomes import outcome_of
from workflows.mailing.recipients import is_address
from workflows.mailing.rendering import body_of, render
from workflows.mailing.values import Mailing


def send_test(mailing_id: str, to: Any, key: Any, outside: MailOutside) -> dict[str, Any] | None:
    """Send a mail with the fields of the recipient of that key, or of the first; return what came of it, None: there is no such mailing.

    Raises InputError and DatabaseError.
    """
    if not is_address(to) or not isinstance(key, str):
        raise InputError(
            [
                'The body must look like {"to": "me@example.com"}, with "key" if the fields of a certain recipient are meant.'
            ]
        )
    found = outside.first("mailing/look", mailing=mailing_id)
    if found is None:
        return None
    mailing = Mailing.from_dict(json.loads(found["content"]))
    account = outside.account(mailing.account)
    if account is None:
        raise InputError([f"workflows.toml has no account {mailing.account!r} any more."], status=409)
    if found["paused_ms"] > 0:
        raise InputError(
            [f"The account is paused until {found['paused_until']}Z: {found['paused_reason']}."], status=429
        )
    sample = outside.first("mailing/sample", mailing=mailing_id, key=key)
    if sample is None:
        raise InputError(["The mailing has no such recipient, or none yet."], status=409)
    name = mail_name(account.secret, outside.app, mailing_id, f"test {outside.clock.now().isoformat()}")
    url = outside.unsubscribe_url(account, name)
    rendered = render(mailing, to, json.loads(sample["fields"]), url)
    answer = outside.api.post(account, body_of(account, mailing, rendered, name, url), name)
    outcome = outcome_of(answer, attempt=1, steps=found["steps"], may_repeat=False, now=outside.clock.now())
    if outcome.pause_seconds is not None:
        pause_ms = round(outcome.pause_seconds * 1000)
        values = {
            "account": mailing.account,
            "reason": outcome.reason[:1000],
            "pause_ms": pause_ms,
            "steps": outcome.steps,
        }
        outside.tables.ask("mailing/pause_account", **values)
    return {"to": to, "state": outcome.state.value, "reason": outcome.reason, "provider_id": outcome.provider_id}
