"""[[mail_account]] of workflows.toml: over which providers mails are sent."""

import re
from typing import Any

from relay.config.toml_reader import TableReader
from workflows.mailing.account import EVENT_MAIL, EVENT_NAME, SENDGRID_URL, AccountKind, MailAccount
from workflows.mailing.template import placeholders

_LEAST_SECRET_CHARACTERS = 16
_PATH = re.compile(r"[^.\s]+(\.[^.\s]+)*")
BODY_PLACEHOLDERS = frozenset(
    {"to", "name", "from", "from_name", "reply_to", "subject", "text", "html", "mail", "unsubscribe"}
)


class MailAccountReader(TableReader):
    """Reads one [[mail_account]] table."""

    own_headers = frozenset({"content-type", "content-length", "host", "transfer-encoding"})
    file = "workflows.toml"

    def account(self) -> MailAccount | None:
        """Return the account, or None if it has problems."""
        kind = self.choice("kind", AccountKind, None)
        if kind is AccountKind.SENDGRID:
            self.rest.setdefault("url", SENDGRID_URL)
        account = MailAccount(
            name=self.name(),
            kind=kind or AccountKind.HTTP,
            url=self.url("url", "it is missing; write the address that takes the mails"),
            secret=self._secret(),
            headers=self.headers(),
            body=self._body() if kind is AccountKind.HTTP else {},
            idempotency_header=self.header_name("idempotency_header"),
            idempotent_body=self.yes_or_no("idempotent_body", default=False),
            look_up_url=self._look_up_url(),
            event_name=self._path("event_name", EVENT_NAME),
            event_mail=self._path("event_mail", EVENT_MAIL),
            proxy=self.proxy(),
            allow_hosts=self.allow_hosts(),
            **self.numbers(MailAccount),
        )
        if kind is not None:
            self.check_rest()
        if account.idempotent_body and "mail" not in placeholders(account.body) and kind is AccountKind.HTTP:
            self.problem(
                "idempotent_body", "the body has no {{mail}} by which a mail could be known again; put it there"
            )
        return None if self.problems else account

    def _secret(self) -> str:
        value = self.rest.pop("secret", None)
        secret = self.expand("secret", value) if isinstance(value, str) else ""
        if len(secret) < _LEAST_SECRET_CHARACTERS and not self._said("secret"):
            self.problem(
                "secret",
                f"it must be a text of at least {_LEAST_SECRET_CHARACTERS} characters, such as %MAIL_SECRET%; it signs the links "
                "by which people unsubscribe",
            )
        return secret

    def _body(self) -> dict[str, Any]:
        value = self.rest.pop("body", None)
        if not isinstance(value, dict) or not value:
            self.problem("body", 'it must look like { to = "{{to}}", subject = "{{subject}}", text = "{{text}}" }')
            return {}
        found = placeholders(value)
        if unknown := sorted(found - BODY_PLACEHOLDERS):
            self.problem(
                "body",
                f"{{{{{unknown[0]}}}}} is nothing that a mail has; take of {', '.join(sorted(BODY_PLACEHOLDERS))}",
            )
        elif "to" not in found:
            self.problem("body", "it has no {{to}}, so that no mail would have a recipient")
        return value

    def _look_up_url(self) -> str:
        if "look_up_url" not in self.rest:
            return ""
        url = self.url("look_up_url", "it must be a URL that has {{mail}}, such as https://host/messages/{{mail}}")
        if url and not self._said("look_up_url") and "{{mail}}" not in url:
            self.problem("look_up_url", "it has no {{mail}}, so that it would ask about no mail")
        return url

    def _path(self, key: str, default: str) -> str:
        value = self.rest.pop(key, default)
        if not isinstance(value, str) or not _PATH.fullmatch(value):
            self.problem(key, "it must name a member of an event, such as type, or one within another: data.tags.mail")
            return default
        return value
