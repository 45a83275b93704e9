"""relay:mail: one mail, as a mailing of one: so it has all that mailings have, and is sent once."""

from collections.abc import Mapping
from typing import Any

from relay.errors import InputError
from services.mail_outside import MailOutside, Row
from services.mail_send import try_once
from services.mailing import account_of, order
from services.resources.named import named, object_of
from services.resources.outside import ResourceOutside
from workflows.mailing.account import MailAccount
from workflows.mailing.request import MailingRequest, parse_mailing
from workflows.mailing.values import MailingState, MailState
from workflows.resources.names import Resource
from workflows.resources.values import BAD_ARGUMENTS, Performed, Task, TaskFailed, TaskLater, bad_arguments

FAILED, SUPPRESSED, IN_DOUBT = "relay.MailFailed", "relay.MailSuppressed", "relay.MailInDoubt"
_KEYS = ("account", "from", "to", "subject", "text", "html", "reply_to", "fields", "on_doubt", "window")
_OPTIONAL = ("text", "html", "reply_to", "on_doubt")
_WINDOW = {"hours": 24}
_KEY = "1"  # of the only recipient
_MOST_SECONDS = 3600.0  # after which it is asked again, whatever stands in its way
_PAUSED_SECONDS = 60.0


def perform(resource: Resource, task: Task, outside: ResourceOutside) -> Performed:
    """Write the mail down, send it if it is to be sent now, and tell how it stands."""
    arguments = object_of(task, _KEYS)
    account_name = named(resource, arguments.get("account"), "account", task, outside).name
    try:
        request = _request(f"task-{task.idempotency_key}", account_name, arguments)
        account = account_of(request.mailing, outside.mail)
        order(request, outside.mail)
    except InputError as error:
        raise TaskFailed(BAD_ARGUMENTS, str(error)) from None
    _send(request, account, outside.mail)
    return Performed(output=_output(request.id, outside.mail))


def _request(mailing_id: str, account: str, arguments: Mapping[str, Any]) -> MailingRequest:
    to = arguments.get("to")
    if not isinstance(to, str):
        raise bad_arguments("to", "it must be one e-mail address, such as me@example.com")
    recipient = {"key": _KEY, "to": to, "fields": arguments.get("fields") or {}}
    return parse_mailing(
        {
            "id": mailing_id,
            "account": account,
            "from": arguments.get("from"),
            "subject": arguments.get("subject"),
            "recipients": [recipient],
            "window": arguments.get("window", _WINDOW),
            **{key: arguments[key] for key in _OPTIONAL if key in arguments},
        }
    )


def _send(request: MailingRequest, account: MailAccount, outside: MailOutside) -> None:
    """Make a try if one is due; a slot of the account's rate is waited for if it is near. Raises TaskLater."""
    reserved = {"paced": 0, "slotted": 0}
    while True:
        row, _ = try_once(request.id, _KEY, request.mailing, account, reserved, outside)
        match row["action"]:
            case "pause":
                reserved = {"paced": int(row["paced"]), "slotted": int(row["slotted"])}
                outside.clock.sleep(row["wait_ms"] / 1000)
            case "wait":
                raise _later(f"account {account.name!r} waits: {row['reason']}", row["wait_ms"] / 1000)
            case _:
                return  # how it stands says what came of it, or why there was no try


def _output(mailing_id: str, outside: MailOutside) -> dict[str, Any]:
    """Return how the mail stands if it is sent; raise TaskLater if it waits, TaskFailed if it is not sent."""
    row = _look(mailing_id, outside)
    if row["state"] == MailState.WAITING and row["is_over"]:
        outside.first("mailing/expire", mailing=mailing_id)
        row = _look(mailing_id, outside)
    if row["state"] not in {MailState.WAITING, MailState.SENDING}:
        outside.first("mailing/finish", mailing=mailing_id)
    if row["state"] == MailState.SENT:
        return {"mailing": mailing_id, "state": "sent"}
    raise _why_not(row)


def _why_not(row: Row) -> TaskFailed | TaskLater:
    match row["state"]:
        case MailState.SUPPRESSED:
            return TaskFailed(SUPPRESSED, "its recipient wants no mails")
        case MailState.IN_DOUBT:
            return TaskFailed(IN_DOUBT, f"it may have been sent, and is not sent again: {row['reason']}")
        case MailState.FAILED:
            return TaskFailed(FAILED, row["reason"])
    match row["mailing_state"]:
        case MailingState.CANCELLED:
            return TaskFailed(FAILED, "its mailing was cancelled")
        case MailingState.PAUSED:
            return _later(f"its mailing is paused: {row['mailing_reason']}", _PAUSED_SECONDS)
    return _later(row["reason"] or "a try is under way", row["wait_ms"] / 1000)


def _look(mailing_id: str, outside: MailOutside) -> Row:
    row = outside.first("mailing/mail", mailing=mailing_id, key=_KEY)
    if row is None:
        raise TaskFailed(FAILED, f"mailing {mailing_id} was removed")
    return row


def _later(reason: str, seconds: float) -> TaskLater:
    return TaskLater(reason, min(max(seconds, 1.0), _MOST_SECONDS))
