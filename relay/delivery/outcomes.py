"""From the facts of one HTTP answer to one of three outcomes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ENDPOINT_FAULTS = frozenset({301, 302, 303, 307, 308, 401, 403, 404, 410})  # people are told at once


@dataclass(frozen=True, slots=True)
class Delivered:
    """The endpoint took the change (2xx)."""

    status: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """The change's own fault: the endpoint refused it for good, or it cannot be sent at all (`status` None).

    `problem` is the answer's body, cut.
    """

    status: int | None
    reason: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Not now: the endpoint's fault, the network's, or not sent at all (`status` None)."""

    status: int | None
    reason: str
    after_seconds: float | None = None  # what the endpoint asked for


Outcome = Delivered | Rejected | RetryLater


def classify(
    status: int, *, retry_after: str | None, problem: str, now: datetime, rejecting: Collection[int]
) -> Outcome:
    """Turn an HTTP answer into an outcome; `now` is an aware datetime, for the date form of Retry-After."""
    if 200 <= status <= 299:
        return Delivered(status)
    if status in rejecting:
        return Rejected(status, f"the endpoint answered {status}", problem)
    return RetryLater(status, f"the endpoint answered {status}", parse_retry_after(retry_after, now))


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header (RFC 9110 section 10.2.3) asks for; None if it says nothing usable."""
    if text is None:
        return None
    text = text.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    if not -1e9 < seconds < 1e9:
        return None
    return max(0.0, seconds)
