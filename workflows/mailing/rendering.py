"""One mail as its provider takes it: the template with the recipient's fields in it, in the form of the account's API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relay.errors import InputError
from workflows.mailing.account import AccountKind, MailAccount
from workflows.mailing.template import filled, filled_html, filled_json, filled_line, placeholders, shown
from workflows.mailing.values import Mailing

OWN_FIELDS = frozenset({"to", "unsubscribe"})  # which every recipient has


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What one recipient gets."""

    to: str
    name: str
    subject: str
    text: str
    html: str

    def to_dict(self) -> dict[str, str]:
        """Return it as people are shown it."""
        return {"to": self.to, "subject": self.subject, "text": self.text, "html": self.html}


def fields_of(mailing: Mailing) -> frozenset[str]:
    """Return the fields that each recipient has to have."""
    return placeholders([mailing.subject, mailing.text, mailing.html]) - OWN_FIELDS


def missing_fields(mailing: Mailing, fields: Mapping[str, Any]) -> list[str]:
    """Return the fields that a recipient has not."""
    return sorted(fields_of(mailing) - fields.keys())


def render(mailing: Mailing, to: str, fields: Mapping[str, Any], unsubscribe_url: str) -> Rendered:
    """Return what a recipient gets. Raises InputError if he has not all fields."""
    if missing := missing_fields(mailing, fields):
        raise InputError([f"the field {name!r} is missing" for name in missing])
    known = {**fields, "to": to, "unsubscribe": unsubscribe_url}
    return Rendered(
        to=to,
        name=" ".join(shown(fields.get("name")).split()),
        subject=filled_line(mailing.subject, known),
        text=filled(mailing.text, known),
        html=filled_html(mailing.html, known),
    )


def body_of(
    account: MailAccount, mailing: Mailing, mail: Rendered, name: str, unsubscribe_url: str
) -> Mapping[str, Any]:
    """Return the body that the account's provider takes; `name` is what it knows the mail by."""
    if account.kind is AccountKind.HTTP:
        told = {
            **mail.to_dict(),
            "name": mail.name,
            "from": mailing.sender,
            "from_name": mailing.sender_name,
            "reply_to": mailing.reply_to,
            "mail": name,
            "unsubscribe": unsubscribe_url,
        }
        return dict(filled_json(account.body, told))
    contents = (("text/plain", mail.text), ("text/html", mail.html))
    body = {
        "personalizations": [{"to": [_named(mail.to, mail.name)], "custom_args": {"mail": name}}],
        "from": _named(mailing.sender, mailing.sender_name),
        "subject": mail.subject,
        "content": [{"type": kind, "value": value} for kind, value in contents if value],
        # RFC 8058: the recipient's mail program shows a button that needs no page.
        "headers": {
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    }
    return {**body, "reply_to": {"email": mailing.reply_to}} if mailing.reply_to else body


def _named(address: str, name: str) -> dict[str, str]:
    return {"email": address, "name": name} if name else {"email": address}
