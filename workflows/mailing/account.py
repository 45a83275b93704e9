"""An account at a mail provider, as configured: [[mail_account]] of workflows.toml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from relay.numbers import Between

SENDGRID_URL = "https://api.sendgrid.com/v3/mail/send"
EVENT_NAME, EVENT_MAIL = "event", "mail"


class AccountKind(StrEnum):
    """Which API takes the mails."""

    SENDGRID = "sendgrid"  # SendGrid's /v3/mail/send, or one in its form
    HTTP = "http"  # any other: the configuration says how the body is made


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAccount:
    """One account; all mailings over it share its rate and its pauses."""

    name: str
    kind: AccountKind
    url: str = field(repr=False)  # may hold a secret
    secret: str = field(
        repr=False
    )  # signs the links of unsubscribers, and makes the names of mails that nobody can guess
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold secrets
    body: Mapping[str, Any] = field(default_factory=dict)  # of kind http, with {{placeholders}}
    idempotency_header: str = ""  # in which the provider takes a key that it knows a repeated request by
    idempotent_body: bool = False  # it knows a repeated request by {{mail}} in the body
    idempotency_minutes: Annotated[int, Between(1, 43_200)] = 1440  # for how long it does
    rate_per_second: Annotated[float, Between(0.01, 1000)] = 10.0
    max_concurrency: Annotated[int, Between(1, 50)] = 8  # mails under way at once, of one mailing
    timeout_seconds: Annotated[float, Between(1, 60)] = 30.0
    doubt_hours: Annotated[float, Between(0, 720)] = 24.0  # after which the provider is asked about a mail in doubt
    look_up_url: str = field(default="", repr=False)  # with {{mail}}; empty: the provider cannot be asked
    event_name: str = EVENT_NAME  # where in an event of the provider's webhook stands what happened
    event_mail: str = EVENT_MAIL  # and where {{mail}}; a.b is b within a
    proxy: str = field(default="", repr=False)
    allow_hosts: Sequence[str] = ()

    @property
    def knows_repeats(self) -> bool:
        """Tell whether the provider sends a mail once though it is asked twice."""
        return bool(self.idempotency_header) or self.idempotent_body
