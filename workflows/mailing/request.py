"""The body of a request for a mailing, or what is wrong with it and what to send."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from relay.config.toml_reader import TableReader
from relay.errors import InputError
from workflows.mailing import quiet_hours
from workflows.mailing.recipients import MOST_RECIPIENTS, is_address, read_recipients
from workflows.mailing.rendering import fields_of
from workflows.mailing.values import Mailing, OnDoubt, QuietHours, Recipient

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_QUERY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_MOST_CHARACTERS = 400_000  # of a text
_MOST_SUBJECT_CHARACTERS = 900  # a line of a mail has at most 998


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingRequest:
    """What somebody wants sent."""

    id: str
    mailing: Mailing
    recipients: tuple[Recipient, ...]
    dry_run: bool  # nothing is written down or sent

    def fingerprint(self) -> str:
        """Return what tells it from another request of the same id."""
        told = [self.mailing.to_dict(), [[each.key, each.to, dict(each.fields)] for each in self.recipients]]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


class _Reader(TableReader):
    """Reads the body key by key."""

    def request(self) -> MailingRequest:
        """Return what is wanted; `problems` then holds what is wrong with it."""
        sender, sender_name = self._sender()
        mailing = Mailing(
            account=self._text("account", 40),
            sender=sender,
            sender_name=sender_name,
            reply_to=self._address("reply_to") if "reply_to" in self.rest else "",
            subject=self._text("subject", _MOST_SUBJECT_CHARACTERS),
            text=self._text("text", _MOST_CHARACTERS, default=""),
            html=self._text("html", _MOST_CHARACTERS, default=""),
            query=self._query(),
            parameters=self._parameters(),
            **self._numbers(),
            on_doubt=self.choice("on_doubt", OnDoubt, OnDoubt.HOLD) or OnDoubt.HOLD,
            not_between=self._not_between(),
            paused=self.yes_or_no("paused", default=False),
        )
        if not (mailing.text or mailing.html) and not self._said("text", "html"):
            self.problem("text", "it is missing, and html too; write one of them, or both")
        request = MailingRequest(
            id=self._id(),
            mailing=mailing,
            recipients=self._recipients(mailing),
            dry_run=self.yes_or_no("dry_run", default=False),
        )
        for key in self.rest:
            self.problem(key, "there is no such key; docs/mailings.md lists them")
        return request

    def _id(self) -> str:
        value = self.rest.pop("id", None)
        if isinstance(value, str) and _ID.fullmatch(value):
            return value
        self.problem("id", "it must be 1 to 60 of A-Z, a-z, 0-9, ., _ and -, a letter or digit first")
        return ""

    def _text(self, key: str, most: int, default: str | None = None) -> str:
        value = self.rest.pop(key, default)
        if not isinstance(value, str) or len(value) > most or (default is None and not value):
            self.problem(key, f"it must be a text of at most {most} characters")
            return ""
        return value

    def _sender(self) -> tuple[str, str]:
        value = self.rest.get("from")
        if not isinstance(value, dict):
            return self._address("from"), ""
        del self.rest["from"]
        address, name = value.get("email"), value.get("name", "")
        if (
            is_address(address)
            and isinstance(name, str)
            and name.isprintable()
            and not value.keys() - {"email", "name"}
        ):
            return str(address), name
        self.problem("from", 'it must be an address, or {"email": "news@example.com", "name": "The Shop"}')
        return "", ""

    def _address(self, key: str) -> str:
        value = self.rest.pop(key, None)
        if not is_address(value):
            self.problem(key, "it must be an e-mail address, such as news@example.com")
            return ""
        return str(value)

    def _query(self) -> str:
        value = self.rest.pop("query", "")
        if value and not (isinstance(value, str) and _QUERY.fullmatch(value)):
            self.problem("query", "it must name a file in sql/mailings without .sql: letters, digits, _ and -")
            return ""
        return str(value)

    def _parameters(self) -> dict[str, Any]:
        value = self.rest.pop("parameters", {})
        if isinstance(value, dict) and all(map(_is_bound, value.values())):
            # A number with a point is bound as its digits, which SQL Server makes a number of again.
            return {name: f"{each:f}" if isinstance(each, Decimal) else each for name, each in value.items()}
        self.problem(
            "parameters",
            'it must look like {"country": "SE"}: texts, numbers of at most 38 digits, true, false or null',
        )
        return {}

    def _numbers(self) -> dict[str, Any]:
        value = self.rest.pop("window", {})
        if not isinstance(value, dict) or value.keys() - {"hours"}:
            self.problem("window", 'it must look like {"hours": 72}')
            value = {}
        told = {"window_hours": value["hours"]} if value else {}
        if "rate_per_second" in self.rest:
            told["rate_per_second"] = self.rest.pop("rate_per_second")
        return self.numbers(Mailing, told)

    def _not_between(self) -> QuietHours | None:
        value = self.rest.pop("not_between", None)
        if value is None:
            return None
        texts = value if isinstance(value, list) and all(isinstance(each, str) for each in value) else []
        quiet = (
            QuietHours(start=texts[0], end=texts[1], zone=texts[2])
            if len(texts) == 3
            else QuietHours(start="", end="", zone="")
        )
        if wrong := quiet_hours.problem_of(quiet):
            self.problem("not_between", wrong)
        return quiet

    def _recipients(self, mailing: Mailing) -> tuple[Recipient, ...]:
        value = self.rest.pop("recipients", None)
        if mailing.query:
            if value is not None:
                self.problem("recipients", "query says who they are; send one of the two")
            return ()
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_RECIPIENTS:
            self.problem("recipients", f"it must be a list of 1 to {MOST_RECIPIENTS}, or leave it out and name a query")
            return ()
        found, problems = read_recipients(value, fields_of(mailing))
        for text in problems:
            self.problem("recipients", text)
        return tuple(found)


def _is_bound(value: Any) -> bool:
    """Tell whether a query can be given a value."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return value is None or isinstance(value, str) or (isinstance(value, Decimal) and abs(value.adjusted()) < 38)


def parse_mailing(body: Mapping[str, Any]) -> MailingRequest:
    """Return what is wanted; raise InputError with everything that is wrong in the body."""
    reader = _Reader(dict(body), "mailing", 1, {})
    reader.label = "mailing"
    request = reader.request()
    if reader.problems:
        raise InputError(reader.problems)
    return request
