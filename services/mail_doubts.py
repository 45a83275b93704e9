"""Learns what became of mails elsewhere than at their own tries: the provider's events, a person's word, a recipient's wish."""

import json
from collections.abc import Sequence

from services.mail_outside import MailOutside
from workflows.mailing.account import MailAccount
from workflows.mailing.events import Event
from workflows.mailing.names import mail_of_token
from workflows.mailing.values import MailState

_AT_ONCE = 500


def take_events(events: Sequence[Event], account: MailAccount, outside: MailOutside) -> int:
    """Write down what events say; return how many mails they concern. Repeated ones change nothing. Raises DatabaseError."""
    mails = 0
    for start in range(0, len(events), _AT_ONCE):
        told = json.dumps([event.to_dict() for event in events[start : start + _AT_ONCE]])
        row = outside.first("mailing/events", account=account.name, events=told)
        mails += int(row["mails"]) if row else 0
    return mails


def resolve(mailing_id: str, key: str, *, sent: bool, outside: MailOutside) -> tuple[str, str] | None:
    """Settle a mail in doubt by a person's word; return how it stood and stands, None if there is none. Raises DatabaseError."""
    reason = "somebody has said so" if sent else "somebody has said that it was not sent"
    row = outside.first("mailing/resolve", mailing=mailing_id, key=key, sent=int(sent), reason=reason)
    return (str(row["before"]), str(row["state"])) if row else None


def waits_again(stood: str, stands: str) -> bool:
    """Tell whether a mail that was in doubt is to be sent again, for which somebody has to work."""
    return stood == MailState.IN_DOUBT and stands == MailState.WAITING


def address_of(account: MailAccount, token: str, outside: MailOutside) -> tuple[str, str] | None:
    """Return the address of a link's mail, and its mailing; None if we have made no such link. Raises DatabaseError."""
    mail = mail_of_token(account.secret, token)
    row = outside.first("mailing/address_of", account=account.name, mail=mail) if mail else None
    return (str(row["address"]), str(row["mailing"])) if row else None


def suppress(address: str, why: str, outside: MailOutside) -> bool:
    """Send nothing to an address any more; tell whether it is new there. Raises DatabaseError."""
    row = outside.first("suppression/add", address=address.lower(), why=why[:200])
    return bool(row and row["added"])
