"""Events of a provider's webhook: what they say of a mail."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from relay.errors import InputError
from workflows.mailing.account import MailAccount

_NAME = re.compile(r"[0-9a-f]{32}")


class Says(StrEnum):
    """What an event says."""

    SENT = "sent"  # the provider has taken the mail
    FAILED = "failed"  # it will never arrive
    NO_MORE = "no more"  # it arrived, and its recipient wants none any more


_WORDS: Mapping[Says, frozenset[str]] = {
    Says.SENT: frozenset({
        "processed", "deferred", "delivered", "sent", "queued", "accepted", "request", "delivery_delayed",
        "open", "opened", "click", "clicked", "unique_opened",
    }),
    Says.FAILED: frozenset({
        "bounce", "bounced", "dropped", "blocked", "failed", "rejected", "invalid_email", "hard_bounce", "suppressed",
    }),
    Says.NO_MORE: frozenset({
        "spamreport", "spam", "complained", "complaint", "unsubscribe", "unsubscribed", "group_unsubscribe",
    }),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as far as it concerns a mail of ours."""

    mail: str
    says: Says
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return it as the statement reads it."""
        return asdict(self)


def events_of(body: Any, account: MailAccount) -> list[Event]:
    """Return what a webhook's body says; what is of no mail of ours, or says nothing of it, is left out.

    A body is an event, a list of them, or an object with such a list as `events`. Raises InputError if it is none of these.
    """
    told = body.get("events", [body]) if isinstance(body, dict) else body
    if not isinstance(told, list) or not all(isinstance(event, dict) for event in told):
        raise InputError(["The body must be an event, a list of events, or {\"events\": [...]}."])  # fmt: skip
    return list(_events(told, account))


def _events(told: list[dict[str, Any]], account: MailAccount) -> Iterator[Event]:
    for event in told:
        mail, what = _name(_member(event, account.event_mail)), _member(event, account.event_name)
        if mail is None or not isinstance(what, str):
            continue
        word = what.rpartition(".")[2].lower()  # email.delivered
        for says, words in _WORDS.items():
            if word in words:
                why = event.get("reason")
                yield Event(mail, says, f"{word}: {why}"[:200] if isinstance(why, str) and why else word)


def _name(told: Any) -> str | None:
    """Return the mail's name, alone or among a list of tags."""
    found = told if isinstance(told, list) else [told]
    return next((each for each in found if isinstance(each, str) and _NAME.fullmatch(each)), None)


def _member(event: Any, path: str) -> Any:
    for name in path.split("."):
        event = event.get(name) if isinstance(event, dict) else None
    return event
