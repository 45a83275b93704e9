"""What a mail provider answers, and how long it wants to be left alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from relay.delivery.outcomes import parse_retry_after

LONGEST_PAUSE_SECONDS = 31 * 86_400.0
_LEAST_EPOCH_SECONDS = 1e9  # a smaller number is no moment since 1970 but a duration
_RESETS = ("x-ratelimit-reset", "ratelimit-reset")
_REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining")
_IDS = ("id", "messageId", "message_id")


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer; header names in small letters, the body's beginning."""

    status: int
    headers: Mapping[str, str]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Silent:
    """No answer. `sent`: bytes of the request may have arrived."""

    sent: bool
    reason: str


Answer = Answered | Silent


def asked_seconds(answer: Answered, now: datetime) -> float | None:
    """Return for how long the provider wants nothing: Retry-After, else its reset, else what its body says; None: it says nothing.

    A moment is measured from the moment that the provider calls now.
    """
    theirs = _date(answer.headers.get("date")) or now
    found = parse_retry_after(answer.headers.get("retry-after"), theirs)
    for name in _RESETS:
        if found is None and (number := _number(answer.headers.get(name))) is not None:
            found = number - theirs.timestamp() if number > _LEAST_EPOCH_SECONDS else number
    if found is None:
        found = _number(_member(answer.text, "retry_after"))
    return None if found is None else min(max(found, 0.0), LONGEST_PAUSE_SECONDS)


def has_none_left(answer: Answered) -> bool:
    """Tell whether the provider says that it takes no more for now, though it took this one."""
    return any(_number(answer.headers.get(name)) == 0 for name in _REMAINING)


def provider_id(answer: Answered) -> str:
    """Return what the provider calls the mail; empty if it does not say."""
    told = answer.headers.get("x-message-id") or next(filter(None, (_member(answer.text, name) for name in _IDS)), "")
    return str(told)[:200]


def _member(text: str, name: str) -> Any:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body.get(name) if isinstance(body, dict) else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if -1e12 < number < 1e12 else None


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found
