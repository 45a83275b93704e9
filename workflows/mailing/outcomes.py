"""From what a provider answered to what becomes of the mail, of its account and of the mailing."""

from dataclasses import dataclass
from datetime import datetime

from relay.backoff import Backoff, interval_seconds
from relay.delivery.outcomes import ENDPOINT_FAULTS
from workflows.mailing.answers import Answer, Silent, asked_seconds, has_none_left, provider_id
from workflows.mailing.values import MailState

MAIL_BACKOFF = Backoff(first_interval_seconds=30, coefficient=2, max_interval_seconds=3600, jitter=0)
ACCOUNT_BACKOFF = Backoff(first_interval_seconds=60, coefficient=2, max_interval_seconds=3600, jitter=0)
TROUBLE_BACKOFF = Backoff(first_interval_seconds=15, coefficient=2, max_interval_seconds=900, jitter=0)
_TOO_MANY = 429
_MAILS_FAULT = frozenset({400, 413, 415, 422})  # this mail is wrong, and would be so again
_ACCOUNTS_FAULT = ENDPOINT_FAULTS | {402, 405}  # no mail gets through before people have done something
# Who answers stands between: nobody knows what the provider itself has done. 52x are Cloudflare's.
_NOBODY_KNOWS = frozenset({502, 504, *range(520, 600)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one try."""

    state: MailState
    reason: str = ""
    provider_id: str = ""
    wait_seconds: float = 0.0  # the mail's own, if it waits
    doubtful: bool = False  # it may have been sent
    pause_seconds: float | None = None  # the account's
    steps: int = 0  # pauses in a row for which the provider named no time
    refused: bool = False  # the account is refused: the mailing pauses


def outcome_of(answer: Answer, *, attempt: int, steps: int, may_repeat: bool, now: datetime) -> Outcome:
    """Return what becomes of it all. `may_repeat`: a mail that may have been sent is sent again; `steps`: see Outcome."""
    wait_seconds = interval_seconds(MAIL_BACKOFF, max(0, attempt - 1), 0.0)
    pause_seconds = interval_seconds(TROUBLE_BACKOFF, steps, 0.0)
    if isinstance(answer, Silent):
        state = MailState.IN_DOUBT if answer.sent and not may_repeat else MailState.WAITING
        return Outcome(
            state=state,
            reason=answer.reason,
            wait_seconds=wait_seconds,
            doubtful=answer.sent,
            pause_seconds=pause_seconds,
            steps=steps + 1,
        )
    said = f"the provider answered {answer.status}" + (f": {answer.text[:500]}" if answer.text else "")
    if 200 <= answer.status <= 299:
        full = has_none_left(answer)
        pause = (asked_seconds(answer, now) or ACCOUNT_BACKOFF.first_interval_seconds) if full else None
        reason = "the provider takes no more for now" if full else ""
        return Outcome(state=MailState.SENT, reason=reason, provider_id=provider_id(answer), pause_seconds=pause)
    if answer.status == _TOO_MANY:
        asked = asked_seconds(answer, now)
        grown = interval_seconds(ACCOUNT_BACKOFF, steps, 0.0)
        # Who says 0 gets a second, for it would say so again at once.
        pause = grown if asked is None else max(asked, 1.0)
        return Outcome(
            state=MailState.WAITING, reason=said, pause_seconds=pause, steps=steps + 1 if asked is None else steps
        )
    if answer.status in _MAILS_FAULT:
        return Outcome(state=MailState.FAILED, reason=said)
    if answer.status in _ACCOUNTS_FAULT or 300 <= answer.status <= 399:
        return Outcome(state=MailState.WAITING, reason=said, refused=True, steps=steps)
    if answer.status < 500:
        return Outcome(state=MailState.WAITING, reason=said, wait_seconds=wait_seconds, steps=steps)
    doubtful = answer.status in _NOBODY_KNOWS
    return Outcome(
        state=MailState.IN_DOUBT if doubtful and not may_repeat else MailState.WAITING,
        reason=said,
        wait_seconds=wait_seconds,
        doubtful=doubtful,
        pause_seconds=max(asked_seconds(answer, now) or 0.0, pause_seconds),
        steps=steps + 1,
    )
