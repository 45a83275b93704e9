"""What a delivery has shown of the endpoint: whether it is away, asks for time, or refuses everything."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from relay.backoff import Backoff
from relay.changes.change import Change
from relay.changes.entry import EntryState, Why
from relay.delivery.filters import Result
from relay.delivery.outcomes import Delivered, Held, Rejected, RetryLater
from relay.delivery.standing import REFUSALS_IN_A_ROW, Standing

FAILURES_THAT_PROVE = 10  # of entries, with nothing through: the endpoint's trouble, not theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointNews:
    """What a delivery has shown of the endpoint that earlier ones had not; None: nothing new."""

    away: bool | None = None  # nothing gets through; False: it does again
    pause_seconds: float | None = None  # it asked for time; 0: it takes changes again, after a pause
    asked_seconds: int | None = None  # for so long, if that is longer than is obeyed
    hold_back_seconds: float | None = None  # what failed before is not to be sent by anybody
    reason: str = ""
    refusal_status: int | None = None
    refusals: int | None = None  # in a row by now
    refuses_all: bool = False  # so many that it is its own fault: what was refused before is open again


NOTHING_NEW = EndpointNews()


def was_sent(result: Result) -> bool:
    """Tell whether a request was made."""
    match result:
        case Delivered() | RetryLater(sent=True):
            return True
        case Rejected(status):
            return status is not None
    return False


def proves_away(results: Sequence[tuple[Change, Result]]) -> bool:
    """Tell whether what failed, with nothing through, says that the endpoint is away.

    A change that failed before proves nothing alone: it may be its own fault.
    """
    failed = [change for change, result in results if isinstance(result, RetryLater) and result.sent]
    return len(failed) >= FAILURES_THAT_PROVE or any(not has_failed_before(change) for change in failed)


def has_failed_before(change: Change) -> bool:
    """Tell whether this version of the change has failed in an earlier delivery; one whose batches have died has not."""
    entry = change.entry
    return (
        entry is not None
        and entry.state is EntryState.OPEN
        and entry.version == change.version
        and entry.why is not Why.DIED
    )


def refusals_in_a_row(
    results: Sequence[tuple[Change, Result]], counts: Counter[type], standing: Standing
) -> tuple[int | None, int] | None:
    """Return the status and number of the refusals in a row by now, None if nothing has changed."""
    if counts[Delivered]:
        return (None, 0) if standing.refusals else None
    statuses = [r.status for _, r in results if isinstance(r, Rejected) and r.status is not None]
    if not statuses:
        return None
    if len(set(statuses)) > 1:
        return statuses[-1], 1
    return statuses[0], standing.refusals_with(statuses[0], len(statuses))


def news_of(
    results: Sequence[tuple[Change, Result]],
    through: bool,
    why: Why,
    refusals: tuple[int | None, int] | None,
    standing: Standing,
    backoff: Backoff,
) -> EndpointNews:
    """Return what these results show that was not known before."""
    asking = [
        result for _, result in results if isinstance(result, Held | RetryLater) and (result.after_seconds or 0) > 0
    ]
    longest = max(asking, key=lambda result: result.after_seconds or 0, default=None)
    failed = any(isinstance(result, RetryLater | Rejected) for _, result in results)
    away = False if through else True if failed and why is Why.FAILED else standing.away
    pauses = longest is not None and not standing.paused_seconds
    asked_seconds = (longest.after_seconds or 0.0) if longest and pauses else None
    if (
        asked_seconds is None
        and standing.untested
        and not standing.paused_seconds
        and any(was_sent(result) for _, result in results)
    ):
        asked_seconds = 0.0
    return EndpointNews(
        away=None if away == standing.away else away,
        pause_seconds=None if asked_seconds is None else capped(asked_seconds, backoff),
        asked_seconds=round(asked_seconds) if asked_seconds and asked_seconds > backoff.max_interval_seconds else None,
        reason=longest.reason[:300] if longest and pauses else "",
        refusal_status=refusals[0] if refusals else None,
        refusals=refusals[1] if refusals else None,
        refuses_all=bool(refusals and refusals[1] >= REFUSALS_IN_A_ROW),
    )


def capped(asked_for_seconds: float | None, backoff: Backoff) -> float:
    """Return for how long a pause that was asked for is obeyed."""
    return min(asked_for_seconds or 0.0, backoff.max_interval_seconds)
