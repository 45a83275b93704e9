"""Sends one mail, once: begun in SQL Server before, settled there after; what a try does not tell stays known as unknown."""

import json
import logging
from functools import partial
from typing import Any

from relay.errors import InputError
from relay.notification.notice import Notice, Telling
from relay.notification.words import Occasion
from services.mail_outside import MailOutside, Row
from workflows.mailing import quiet_hours
from workflows.mailing.account import MailAccount
from workflows.mailing.decisions import LATE_SECONDS, MOST_PAUSE_SECONDS, SLACK_SECONDS, rate_of
from workflows.mailing.outcomes import Outcome, outcome_of
from workflows.mailing.rendering import body_of, render
from workflows.mailing.values import Mailing, MailState, OnDoubt

_EVER = 2**31 - 1
_log = logging.getLogger(__name__)


async def send(mailing_id: str, key: str, outside: MailOutside) -> dict[str, Any]:
    """Send a mail if it is to be sent; return {"state": …}, {"wait_seconds": …} or {"stop": why}. Raises DatabaseError.

    It may run twice: what is settled is not touched, and of a try that has died nobody knows more than SQL Server does.
    """
    found = await outside.threads.run_on_pool(lambda: outside.first("mailing/content", mailing=mailing_id))
    mailing = Mailing.from_dict(json.loads(found["content"])) if found else None
    account = outside.account(mailing.account) if mailing else None
    if mailing is None or account is None:
        return {"stop": "there is no such mailing, or workflows.toml has not its account any more"}
    reserved = {"paced": 0, "slotted": 0}
    while True:
        # A slice begins outside of them; what of it comes late, as after a stop of all hosts, asks anew.
        quiet_seconds = quiet_hours.seconds_left(mailing.not_between, outside.clock.now())
        if quiet_seconds > 0:
            return {"wait_seconds": quiet_seconds, "why": "these are quiet hours"}
        row, outcome = await outside.threads.run_on_pool(
            partial(try_once, mailing_id, key, mailing, account, reserved, outside)
        )
        match row["action"]:
            case "stop":
                return {"stop": "the mailing does not run"}
            case "wait":
                return {"wait_seconds": row["wait_ms"] / 1000, "why": row["reason"]}
            case "pause":
                reserved = {"paced": int(row["paced"]), "slotted": int(row["slotted"])}
                await outside.clock.pause(row["wait_ms"] / 1000)
            case settled:
                return {"state": outcome.state.value if outcome else settled}


def try_once(
    mailing_id: str, key: str, mailing: Mailing, account: MailAccount, reserved: dict[str, int], outside: MailOutside
) -> tuple[Row, Outcome | None]:
    """Begin a try, and make it at once if it is to be made: what waited for a thread in between would begin after a 429 that was recorded.

    Returns what mailing/begin.sql says, and what came of the try if there was one. Raises DatabaseError.
    """
    row, mail = _begin_try(mailing_id, key, mailing, account, reserved, outside)
    if row["action"] != "send" or mail is None:
        return row, None
    return row, _make_try(mailing_id, key, mailing, account, row, mail, outside)


def _begin_try(
    mailing_id: str, key: str, mailing: Mailing, account: MailAccount, reserved: dict[str, int], outside: MailOutside
) -> tuple[Row, Row | None]:
    """Begin one try of a mail, or find out why not: what mailing/begin.sql says, and the mail if it is to be sent now. Raises DatabaseError."""
    slower = rate_of(account, mailing.rate_per_second) < account.rate_per_second
    [row], mails = outside.tables.ask(
        "mailing/begin",
        mailing=mailing_id,
        account=account.name,
        key=key,
        repeat_minutes=repeat_minutes(mailing, account),
        account_interval_us=round(1e6 / account.rate_per_second),
        mailing_interval_us=round(1e6 / mailing.rate_per_second) if slower else 0,
        most_pause_ms=round(MOST_PAUSE_SECONDS * 1000),
        lease_ms=round((account.timeout_seconds + SLACK_SECONDS) * 1000),
        late_ms=round(LATE_SECONDS * 1000),
        **reserved,
    )
    return row, next(iter(mails), None)


def repeat_minutes(mailing: Mailing, account: MailAccount) -> int:
    """Return for how long a mail that may have been sent may be sent again; 0: it may not."""
    if mailing.on_doubt is OnDoubt.RESEND:
        return _EVER
    return account.idempotency_minutes if account.knows_repeats else 0


def _make_try(
    mailing_id: str, key: str, mailing: Mailing, account: MailAccount, begun: Row, mail: Row, outside: MailOutside
) -> Outcome:
    """Make the try that was begun, and settle what came of it. Raises DatabaseError."""
    outcome = _posted(mailing, account, begun, mail, outside)
    told = _telling(mailing_id, outcome, outside) if outcome.refused else None
    outside.tables.ask(
        "mailing/settle",
        mailing=mailing_id,
        account=account.name,
        key=key,
        attempt=mail["attempt"],
        state=outcome.state.value,
        reason=outcome.reason[:1000],
        provider_id=outcome.provider_id,
        wait_ms=round(outcome.wait_seconds * 1000),
        doubtful=int(outcome.doubtful),
        pause_ms=None if outcome.pause_seconds is None else round(outcome.pause_seconds * 1000),
        steps=outcome.steps,
        refused=int(outcome.refused),
        **(told.values() if told else {"notice": "", "channels": "[]", "facts": "{}"}),
    )
    return outcome


def _posted(mailing: Mailing, account: MailAccount, begun: Row, mail: Row, outside: MailOutside) -> Outcome:
    unsubscribe_url = outside.unsubscribe_url(account, mail["mail"])
    try:
        rendered = render(mailing, mail["to"], json.loads(mail["fields"]), unsubscribe_url)
    except InputError as error:
        return Outcome(state=MailState.FAILED, reason=str(error), steps=begun["steps"])
    answer = outside.api.post(account, body_of(account, mailing, rendered, mail["mail"], unsubscribe_url), mail["mail"])
    return outcome_of(
        answer,
        attempt=mail["attempt"],
        steps=begun["steps"],
        may_repeat=repeat_minutes(mailing, account) > 0,
        now=outside.clock.now(),
    )


def _telling(mailing_id: str, outcome: Outcome, outside: MailOutside) -> Telling:
    """Return what people are told of a mailing that its provider refuses; it is entered together with the pause."""
    settings = outside.settings
    now = outside.clock.now()
    _log.error("The mailing %s pauses: %s", mailing_id, outcome.reason)
    notice = Notice(
        occasion=Occasion.MAILING_REFUSED,
        app=settings.app,
        relay=f"mailing {mailing_id}",
        since=f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
        rounds=0,
        changes=0,
        last_error=f"{outcome.reason}.",
        act_url=f"{settings.public_url}/mailings/{mailing_id}",
    )
    concerned = [channel.name for channel in settings.channels if channel.concerns(notice.relay)]
    return Telling(notice, notice.instance_id(), concerned)
