"""From the facts of one HTTP answer to one of three outcomes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_TOO_LARGE = 413  # with Retry-After it is so only for now (RFC 9110 section 15.5.14)
ENDPOINT_FAULTS = frozenset({301, 302, 303, 307, 308, 401, 403, 404, 410})  # people are told at once


@dataclass(frozen=True, slots=True)
class Delivered:
    """The endpoint took the change (2xx), or has it already (a status that the relay takes for that)."""

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
    sent: bool = True  # False: no request was made

    @property
    def only_asks_for_time(self) -> bool:
        """Tell whether the endpoint is well and wants to be asked later; of a 5xx that says when, nobody knows.

        Who says 0, or a date that has passed, asks for no time.
        """
        return bool(self.after_seconds) and self.status is not None and self.status < 500


@dataclass(frozen=True, slots=True)
class Held:
    """Not tried, because the endpoint asked for time or the batch's deadline came: no attempt, no trouble."""

    reason: str
    after_seconds: float = 0.0  # how long nothing is to be sent


Outcome = Delivered | Rejected | RetryLater | Held


def classify(
    status: int,
    *,
    retry_after: str | None,
    problem: str,
    now: datetime,
    rejecting: Collection[int],
    delivered: Collection[int] = (),
) -> Outcome:
    """Turn an HTTP answer into an outcome; `now` is an aware datetime, for the date form of Retry-After."""
    if 200 <= status <= 299 or status in delivered:
        return Delivered(status)
    wait_seconds = parse_retry_after(retry_after, now)
    if status in rejecting and not (status == _TOO_LARGE and wait_seconds is not None):
        return Rejected(status, f"the endpoint answered {status}", problem)
    return RetryLater(status, f"the endpoint answered {status}", wait_seconds)


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
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            seconds = (moment - now).total_seconds()
        except (ValueError, OverflowError):  # no date, or one that no calendar has
            return None
    if not -1e9 < seconds < 1e9:
        return None
    return max(0.0, seconds)
