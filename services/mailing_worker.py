"""What a mailing's worker asks before it does anything: which mails are next, or how long to wait, or that it is over."""

import json
from typing import Any

from relay.errors import InputError
from services.mail_outside import MailOutside, Row
from services.mailing import load
from workflows.mailing import quiet_hours
from workflows.mailing.account import MailAccount
from workflows.mailing.decisions import (
    ASK_AGAIN_SECONDS,
    MOST_KEYS,
    Situation,
    Step,
    due_in_seconds,
    next_step,
    slice_size,
)
from workflows.mailing.values import Mailing, MailingState

_DOUBTS = 20  # about which the provider is asked at once


def take(mailing_id: str, further: bool, outside: MailOutside) -> Step:
    """Return what is next, and write down that somebody works at it. `further`: the last slice brought something.

    Raises DatabaseError.
    """
    found, keys, doubts = _look(mailing_id, 1, 0, outside)
    if found is None:
        return Step(over="unknown")
    mailing = Mailing.from_dict(json.loads(found["content"]))
    account = outside.account(mailing.account)
    if account is None:
        return _paused(mailing_id, f"workflows.toml has no account {mailing.account!r} any more", outside)
    if found["state"] == MailingState.QUERYING:
        load(mailing_id, mailing, account, outside)
    while _expired(mailing_id, outside):
        pass
    doubt_minutes = round(account.doubt_hours * 60)
    found, keys, doubts = _look(mailing_id, slice_size(account, mailing.rate_per_second), doubt_minutes, outside)
    if found is None or found["state"] != MailingState.RUNNING:
        return Step(over=found["state"] if found else "unknown")
    try:
        quiet_seconds = quiet_hours.seconds_left(mailing.not_between, outside.clock.now())
    except InputError as error:
        return _paused(mailing_id, str(error), outside)
    can_be_asked = bool(account.look_up_url) and found["doubt_ms"] is not None
    step = next_step(
        Situation(
            keys=keys,
            next_seconds=_seconds(found["next_ms"]),
            doubt_seconds=_seconds(found["doubt_ms"]) if can_be_asked else None,
            window_seconds=found["window_ms"] / 1000,
            paused_seconds=found["paused_ms"] / 1000,
            paused_reason=found["paused_reason"],
            quiet_seconds=quiet_seconds,
            slot_seconds=max(found["account_slot_ms"], found["mailing_slot_ms"]) / 1000,
        ),
        account,
    )
    if step is None:
        return _finished(mailing_id, outside)
    if found["next_ms"] is None and doubts and can_be_asked:
        step = _asked_about(mailing_id, doubts, account, outside)
    due_in_ms = round(due_in_seconds(step, account) * 1000)
    outside.tables.ask("mailing/beat", mailing=mailing_id, due_in_ms=due_in_ms, further=int(further))
    return step


def _look(
    mailing_id: str, limit: int, doubt_minutes: int, outside: MailOutside
) -> tuple[Row | None, list[str], list[Row]]:
    found, keys, doubts = outside.tables.ask(
        "mailing/take", mailing=mailing_id, limit=min(limit, MOST_KEYS), doubt_minutes=doubt_minutes, doubts=_DOUBTS
    )
    return (found[0] if found else None), [row["key"] for row in keys], list(doubts)


def _expired(mailing_id: str, outside: MailOutside) -> int:
    row = outside.first("mailing/expire", mailing=mailing_id)
    return int(row["expired"]) if row else 0


def _paused(mailing_id: str, reason: str, outside: MailOutside) -> Step:
    state = MailingState.PAUSED
    outside.tables.ask("mailing/command", mailing=mailing_id, state=state.value, reason=reason[:1000])
    return Step(over=state)


def _finished(mailing_id: str, outside: MailOutside) -> Step:
    row = outside.first("mailing/finish", mailing=mailing_id)
    state = row["state"] if row else "unknown"
    return Step(wait_seconds=1.0, why="a mail waits again") if state == MailingState.RUNNING else Step(over=state)


def _asked_about(mailing_id: str, doubts: list[Row], account: MailAccount, outside: MailOutside) -> Step:
    """Ask the provider about mails in doubt, and settle what it says of them."""
    told = 0
    for row in doubts:
        has = outside.api.has(account, row["mail"])
        if has is not None:
            told += 1
            reason = "the provider has it" if has else "the provider does not have it"
            values: dict[str, Any] = {"key": row["key"], "sent": int(has), "reason": reason}
            outside.tables.ask("mailing/resolve", mailing=mailing_id, **values)
    wait_seconds = 0.1 if told else ASK_AGAIN_SECONDS
    return Step(wait_seconds=wait_seconds, why="the provider was asked about doubts")


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
