"""Takes orders for mailings: writes them down where they survive, with their recipients; shows what one would send; reports."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from relay.errors import DatabaseError, InputError
from services.mail_outside import MailOutside, Row
from workflows.mailing.account import MailAccount
from workflows.mailing.names import mail_name
from workflows.mailing.recipients import of_row, state_of
from workflows.mailing.rendering import fields_of, render
from workflows.mailing.request import MailingRequest
from workflows.mailing.values import ORDERED_SO, Mailing, MailingState, MailState, Recipient, counts_of

_AT_ONCE = 1000  # recipients of one statement
_SHOWN = 3  # mails of a dry run


def account_of(mailing: Mailing, outside: MailOutside) -> MailAccount:
    """Return the account of an order; raise InputError if workflows.toml has none of that name, or its query cannot be asked."""
    account = outside.account(mailing.account)
    if account is None:
        known = ", ".join(each.name for each in outside.accounts) or "none yet"
        raise InputError([f"mailing: account: there is no {mailing.account!r}; workflows.toml has {known}"])
    if mailing.query and (wrong := outside.queries.problem(mailing.query, mailing.parameters)):
        raise InputError([f"mailing: {wrong}"])
    return account


def order(request: MailingRequest, outside: MailOutside) -> MailingState:
    """Write an order down; return how the mailing stands. The same order again goes on where the first one was cut off.

    Raises InputError, and DatabaseError: then it may be sent again.
    """
    mailing = request.mailing
    account = account_of(mailing, outside)
    [[row]] = outside.tables.ask(
        "mailing/create",
        mailing=request.id,
        account=mailing.account,
        content=json.dumps(mailing.to_dict(), default=str),
        fingerprint=request.fingerprint(),
        window_minutes=round(mailing.window_hours * 60),
        state=(MailingState.QUERYING if mailing.query else MailingState.LOADING).value,
    )
    if row["fingerprint"] != request.fingerprint():
        raise InputError(
            [f"mailing: id: there is a mailing {request.id!r} already, with another content; take another id"],
            status=409,
        )
    state = MailingState(row["state"])
    if state is not MailingState.LOADING:
        return state
    add(request.id, mailing, request.recipients, account, outside)
    return begin(request.id, mailing, outside)


def add(
    mailing_id: str, mailing: Mailing, recipients: Iterable[Recipient], account: MailAccount, outside: MailOutside
) -> None:
    """Write recipients down, some at a time. Raises DatabaseError."""
    needed = fields_of(mailing)
    told = (
        {
            "key": each.key,
            "position": position,
            "name": mail_name(account.secret, outside.app, mailing_id, each.key),
            "address": each.to[:254],
            "fields": json.dumps(dict(each.fields), default=str),
            "state": state.value,
            "reason": reason,
        }
        for position, each in enumerate(recipients)
        for state, reason in [state_of(each, needed)]
    )
    for batch in _batches(told):
        outside.tables.ask("mailing/add", mailing=mailing_id, recipients=json.dumps(batch))


def begin(mailing_id: str, mailing: Mailing, outside: MailOutside) -> MailingState:
    """Let a mailing begin whose recipients are written down, or wait for somebody who resumes it."""
    state = MailingState.PAUSED if mailing.paused else MailingState.RUNNING
    reason = ORDERED_SO if mailing.paused else ""
    outside.tables.ask("mailing/loaded", mailing=mailing_id, state=state.value, reason=reason)
    return state


def load(mailing_id: str, mailing: Mailing, account: MailAccount, outside: MailOutside) -> None:
    """Fetch the recipients of a query, and write them down. What cannot be asked ends the mailing; what SQL Server refuses is its reason.

    Raises DatabaseError.
    """
    if wrong := outside.queries.problem(mailing.query, mailing.parameters):
        outside.tables.ask("mailing/loaded", mailing=mailing_id, state=MailingState.CANCELLED.value, reason=wrong)
        return
    try:
        add(mailing_id, mailing, queried(mailing, outside), account, outside)
    except DatabaseError as error:
        # A table that is not there, or may not be read: it is asked again, until that is mended.
        if not error.nobody_answers:
            told = {"state": MailingState.QUERYING.value, "reason": str(error)[:1000]}
            outside.tables.ask("mailing/loaded", mailing=mailing_id, **told)
        raise
    begin(mailing_id, mailing, outside)


def queried(mailing: Mailing, outside: MailOutside) -> Iterator[Recipient]:
    """Yield the recipients of a query; a key that comes twice counts once. Raises DatabaseError."""
    keys: set[str] = set()
    for row in outside.queries.rows(mailing.query, mailing.parameters):
        recipient = of_row(row)
        if recipient.key not in keys:
            keys.add(recipient.key)
            yield recipient


def dry_run(request: MailingRequest, outside: MailOutside) -> dict[str, Any]:
    """Return what an order would send: how many mails, and the first of them; writes nothing. Raises InputError and DatabaseError."""
    mailing = request.mailing
    account_of(mailing, outside)
    recipients: Sequence[Recipient] = list(queried(mailing, outside)) if mailing.query else request.recipients
    needed = fields_of(mailing)
    states = [state_of(each, needed) for each in recipients]
    usable = [each for each, (state, _) in zip(recipients, states, strict=True) if state is MailState.WAITING]
    reasons = [reason for state, reason in states if state is MailState.FAILED]
    shown = [render(mailing, each.to, each.fields, "https://…") for each in usable[:_SHOWN]]
    return {
        "all": len(recipients),
        "would_be_sent": len(usable),
        "would_fail": {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
        "first": [mail.to_dict() for mail in shown],
    }


def is_known(mailing_id: str, outside: MailOutside) -> bool:
    """Tell whether there is such a mailing, without counting its mails. Raises DatabaseError."""
    return outside.first("mailing/content", mailing=mailing_id) is not None


def report(mailing_id: str, outside: MailOutside) -> dict[str, Any] | None:
    """Return how a mailing stands, None if there is none. Raises DatabaseError."""
    found, states = outside.tables.ask("mailing/look", mailing=mailing_id)
    if not found:
        return None
    row: Row = found[0]
    seen = sum(each["in_the_last_minute"] for each in states if each["state"] == MailState.SENT)
    return {
        **summary(row),
        "counts": counts_of({each["state"]: each["mails"] for each in states}),
        "sent_in_the_last_minute": seen,
        "account_paused_until": f"{row['paused_until']}Z" if row["paused_until"] else None,
        "account_paused_because": row["paused_reason"] if row["paused_until"] else "",
    }


def summary(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mailing as a list shows it."""
    return {
        "id": row["id"],
        "account": row["account"],
        "state": row["state"],
        "reason": row["reason"],
        "created_at": f"{row['created_at']}Z",
        "ends_at": f"{row['ends_at']}Z",
    }


def _batches(told: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    left = iter(told)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch
