"""After the deliveries: what the failure ledger must remember, how the endpoint stands, and whether the batch failed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from relay.backoff import DEFAULT, Backoff, interval_seconds
from relay.changes.change import Change
from relay.changes.entry import EntryState, Why
from relay.delivery.filters import Filtered, Result
from relay.delivery.news import (
    NOTHING_NEW,
    EndpointNews,
    capped,
    has_failed_before,
    news_of,
    proves_away,
    refusals_in_a_row,
)
from relay.delivery.outcomes import Delivered, Held, Rejected, RetryLater
from relay.delivery.standing import REFUSALS_IN_A_ROW, WELL, Standing
from relay.names import TRIGGER_ATTEMPTS


@dataclass(frozen=True, slots=True)
class Closing:
    """The key is settled up to `version`: its ledger entry goes."""

    key_text: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The key's change at `version` is not settled and must be remembered."""

    key_text: str
    version: int
    state: EntryState
    why: Why
    operation: str | None = None  # None: not known, its row was not read
    spelled: str | None = None  # its key as the table has it, where the canonical text may differ: JSON array
    sent: bool = True  # False: no request was made for it
    next_seconds: float = 0.0  # until it is to be tried again
    status: int | None = None
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One batch's result: counts for the log, and what goes into the ledger."""

    delivered: int = 0
    filtered: int = 0
    rejected: int = 0
    failed: int = 0
    held: int = 0
    unwritten: int = 0  # of the rejected ones, those that were never sent: nothing is known of the endpoint
    closings: Sequence[Closing] = ()
    failures: Sequence[Failure] = ()
    news: EndpointNews = NOTHING_NEW
    to_let_go: Sequence[str] = ()  # settled keys whose lease rows the trigger will not release

    @property
    def endpoint_down(self) -> bool:
        """Tell whether to raise: something must be tried again and nothing at all got through."""
        return self.failed > 0 and self.delivered == 0 and self.rejected == self.unwritten and self.held == 0

    @property
    def writes(self) -> bool:
        """Tell whether anything is to be remembered."""
        return bool(self.closings or self.failures) or self.news != NOTHING_NEW


def settle(
    results: Iterable[tuple[Change, Result]],
    *,
    enters_keys: bool = False,
    standing: Standing = WELL,
    backoff: Backoff = DEFAULT,
    breaker_seconds: float = 0.0,
    window_seconds: float = float("inf"),
    by_trigger: bool = True,
) -> Settlement:
    """Sort one batch's results. A key is closed only if it has, or may have, a ledger entry.

    `by_trigger`: it is the trigger's batch, and it releases its leases itself, until their attempts are used up.
    `enters_keys`: the relay enters what it is about to send. A change that fails once more after its window is given up.
    """
    results = list(results)
    counts = Counter(type(result) for _, result in results)
    refusals = refusals_in_a_row(results, counts, standing)
    refuses_all = refusals is not None and refusals[1] >= REFUSALS_IN_A_ROW
    unwritten = sum(isinstance(result, Rejected) and result.status is None for _, result in results)
    if refuses_all:
        counts[RetryLater] += counts[Rejected] - unwritten
        counts[Rejected] = unwritten
    through = counts[Delivered] > 0 or counts[Rejected] > unwritten
    down = not through and (refuses_all or standing.away or proves_away(results))
    why = Why.FAILED if down else Why.PARKED
    closings: list[Closing] = []
    failures: list[Failure] = []
    for change, result in results:
        match result:
            case Delivered() | Filtered():
                if change.entry is not None or (enters_keys and change.relevant and not change.echo):
                    closings.append(Closing(change.key_text, change.version))
            case Rejected(status, reason, problem) if status is None or not refuses_all:
                failures.append(
                    _failure(
                        change,
                        EntryState.DEAD,
                        Why.REFUSED,
                        sent=status is not None,
                        status=status,
                        reason=reason,
                        problem=problem,
                    )
                )
            case Rejected(status, reason, problem):
                wait = _wait_seconds(change, backoff)
                failures.append(
                    _failure(
                        change,
                        EntryState.OPEN,
                        Why.FAILED,
                        next_seconds=wait,
                        status=status,
                        reason=reason,
                        problem=problem,
                    )
                )
            case RetryLater(status, reason, _, True) if _is_over(change, window_seconds):
                given_up = f"given up: the window is over; {reason}"
                failures.append(_failure(change, EntryState.DEAD, why, status=status, reason=given_up))
            case RetryLater(status, reason, after, sent):
                wait = max(_wait_seconds(change, backoff), capped(after, backoff))
                failures.append(
                    _failure(change, EntryState.OPEN, why, sent=sent, next_seconds=wait, status=status, reason=reason)
                )
            case Held(reason, after):
                wait = capped(after, backoff)
                failures.append(
                    _failure(change, EntryState.HELD, Why.HELD, sent=False, next_seconds=wait, reason=reason)
                )
    news = news_of(results, through, why, refusals, standing, backoff)
    tried = [outcome for _, outcome in results if isinstance(outcome, RetryLater) and outcome.sent]
    if tried and breaker_seconds and not (through or counts[Held]):
        news = replace(news, hold_back_seconds=breaker_seconds, reason=news.reason or tried[0].reason[:300])
    dead = {failure.key_text for failure in failures if failure.state is EntryState.DEAD}
    settled = dead | {closing.key_text for closing in closings}
    not_released = TRIGGER_ATTEMPTS if by_trigger else 1
    return Settlement(
        delivered=counts[Delivered],
        filtered=counts[Filtered],
        rejected=counts[Rejected],
        failed=counts[RetryLater],
        held=counts[Held],
        unwritten=unwritten,
        closings=closings,
        failures=failures,
        news=news,
        to_let_go=[c.key_text for c, _ in results if c.attempt >= not_released and c.key_text in settled],
    )


def _failure(
    change: Change, state: EntryState, why: Why, *, sent: bool = True, next_seconds: float = 0.0,
    status: int | None = None, reason: str = "", problem: str = "",
) -> Failure:  # fmt: skip
    return Failure(
        key_text=change.key_text, version=change.version, state=state, why=why, operation=None if change.unread else change.operation.value, spelled=change.spelled, sent=sent,
        next_seconds=next_seconds, status=status, reason=reason, problem=problem,
    )  # fmt: skip


def _wait_seconds(change: Change, backoff: Backoff) -> float:
    """Return how long a change waits after this failure: longer after each of its own, and not the same for all."""
    entry = change.entry
    tries = entry.tries if entry is not None and entry.version == change.version else 0
    spread = crc32(f"{change.key_text} {change.version} {tries}".encode("utf-8", "surrogatepass")) / 0xFFFFFFFF
    return interval_seconds(backoff, tries, spread)


def _is_over(change: Change, window_seconds: float) -> bool:
    return has_failed_before(change) and change.entry is not None and change.entry.open_seconds > window_seconds
