"""A mailing and its mails: what was ordered, and in which states they stand."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from relay.numbers import Between
from relay.wire import known

SAID_SO, ORDERED_SO = "somebody has said so", "it was ordered so"
PAUSED_BY_PEOPLE = (SAID_SO, ORDERED_SO)  # the reasons of pauses that nobody has to be told of


class MailingState(StrEnum):
    """How a mailing stands."""

    LOADING = "loading"  # its recipients have not all arrived with the request
    QUERYING = "querying"  # its worker fetches them
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"  # nothing of it waits; what is in doubt may still be resolved


class MailState(StrEnum):
    """How a mail stands."""

    WAITING = "waiting"
    SENDING = "sending"  # a try is under way, or has died
    SENT = "sent"
    FAILED = "failed"  # for good
    SUPPRESSED = "suppressed"  # its recipient wants none
    IN_DOUBT = "in_doubt"  # it may have been sent, and is not sent again before that is known


class OnDoubt(StrEnum):
    """What becomes of a mail that may have been sent, where the provider would send it twice."""

    HOLD = "hold"  # it is in doubt: at most once
    RESEND = "resend"  # it is sent again: at least once


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When nothing is sent: from one time of the day to another, which may be on the next."""

    start: str  # 22:00
    end: str  # 07:00
    zone: str  # Europe/Berlin


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What was ordered, but for the recipients."""

    account: str
    sender: str
    sender_name: str = ""
    reply_to: str = ""
    subject: str
    text: str = ""
    html: str = ""
    query: str = ""  # a file in sql/mailings that says who the recipients are
    parameters: Mapping[str, Any] = field(default_factory=dict)
    rate_per_second: Annotated[float, Between(0, 1000)] = 0.0  # 0: the account's alone
    window_hours: Annotated[float, Between(0.05, 2160)] = 72.0
    on_doubt: OnDoubt = OnDoubt.HOLD
    not_between: QuietHours | None = None
    paused: bool = False  # it begins when somebody resumes it

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Mailing":
        """Read it back."""
        quiet = stored.get("not_between")
        return cls(**{
            **known(cls, stored),
            "on_doubt": OnDoubt(stored["on_doubt"]),
            "not_between": QuietHours(**known(QuietHours, quiet)) if quiet else None,
        })  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One recipient; `key` tells him apart from the others of the mailing, for ever."""

    key: str
    to: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    wrong: str = ""  # why he gets no mail, if the row that he stands in cannot be used


def counts_of(mails: Mapping[str, int]) -> dict[str, int]:
    """Return the report of how many mails are in each state; it adds up: sent + failed + suppressed + in_doubt + waiting = all.

    What is being sent at the moment waits, as long as nobody knows what came of it.
    """
    found = {state: mails.get(state, 0) for state in MailState}
    waiting = found[MailState.WAITING] + found[MailState.SENDING]
    told = (MailState.SENT, MailState.FAILED, MailState.SUPPRESSED, MailState.IN_DOUBT)
    return {**{state.value: found[state] for state in told}, "waiting": waiting, "all": sum(mails.values())}
