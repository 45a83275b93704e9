"""Sends the changes of a batch: concurrently, within a deadline, and not against an endpoint that is down."""

import threading
from collections.abc import Callable, Sequence

from relay.changes.change import Change
from relay.config.values import Mode, Relay
from relay.delivery import messages
from relay.delivery.filters import Result
from relay.delivery.messages import Message
from relay.delivery.news import was_sent
from relay.delivery.outcomes import Held, Rejected, RetryLater
from relay.ports import Clock, Endpoint
from services.outside import Outside

MAX_FAILURES_IN_A_ROW = 10
# An endpoint that is down may ask for pauses for ever; one that limits the rate lets some through.
MAX_PAUSES_IN_A_ROW = 3
_LEAST_SECONDS_PER_REQUEST = 1.0
_LEAST_PAUSE_SECONDS = 1.0  # an endpoint that says Retry-After: 0 is not hammered


def dispatch(changes: Sequence[Change], outside: Outside, *, one_first: bool = False) -> Sequence[Result]:
    """Return one outcome per change, in order; never raises for what an endpoint does.

    What could not be sent before `batch_deadline_seconds`, or because the endpoint asked for time, is Held; after ten passing
    failures in a row it is RetryLater.
    `one_first`: it has asked for a pause, and is asked with one change whether that is over; if not, the rest is Held.
    While each pass gets something through, what is left is tried once more: an endpoint that stumbled is up again.
    """
    sending = _Sending(outside.relay, outside.endpoint, outside.clock)
    outcomes: dict[int, Result] = {}
    open_positions = list(range(len(changes)))
    if one_first and changes:
        outcomes |= sending.batch(changes, [0]) if outside.relay.mode is Mode.BATCH else {0: sending.one(changes[0])}
        asked = outcomes[0]
        if isinstance(asked, RetryLater | Held) and asked.after_seconds:
            rest = Held("not sent: the endpoint asked for another pause", asked.after_seconds)
            return [asked, *[rest] * (len(changes) - 1)]
        del open_positions[0]
    while open_positions:
        if outside.relay.mode is Mode.BATCH:
            found = sending.batch(changes, open_positions)
        else:
            found = dict(outside.threads.each(lambda at: (at, sending.one(changes[at])), open_positions))
        # That a change is not sent once more changes nothing of how it has failed.
        outcomes |= {at: outcome for at, outcome in found.items() if at not in outcomes or was_sent(outcome)}
        passed = any(not isinstance(outcome, RetryLater | Held) for outcome in found.values())
        open_positions = [at for at in open_positions if isinstance(outcomes[at], RetryLater | Held)]
        if not passed or sending.over():
            break
        sending.begin_pass()
    return [outcomes[at] for at in range(len(changes))]


class _Sending:
    """The state that the requests of one batch share."""

    def __init__(self, relay: Relay, endpoint: Endpoint, clock: Clock) -> None:
        self._relay = relay
        self._endpoint = endpoint
        self._clock = clock
        self._deadline = clock.monotonic_seconds() + relay.batch_deadline_seconds
        self._lock = threading.Lock()
        self._failures_in_a_row = 0
        self._pauses_in_a_row = 0
        self._paused_until = clock.monotonic_seconds()

    def over(self) -> bool:
        return self._deadline - self._clock.monotonic_seconds() < _LEAST_SECONDS_PER_REQUEST

    def begin_pass(self) -> None:
        self._failures_in_a_row = 0

    def one(self, change: Change) -> Result:
        return self._written_and_sent(lambda: messages.single(change, self._relay))

    def batch(self, changes: Sequence[Change], positions: Sequence[int]) -> dict[int, Result]:
        """Send the changes in one request; halve a rejected one until the bad change stands alone."""
        outcome = self._written_and_sent(lambda: messages.batch([changes[at] for at in positions], self._relay))
        if isinstance(outcome, Rejected) and len(positions) > 1:
            middle = len(positions) // 2
            return self.batch(changes, positions[:middle]) | self.batch(changes, positions[middle:])
        return dict.fromkeys(positions, outcome)

    def _written_and_sent(self, write: Callable[[], Message]) -> Result:
        """Send what can be written; what cannot is refused, as if the endpoint had."""
        try:
            message = write()
        except Exception as error:  # noqa: BLE001 - whatever a row holds, it harms no other one
            return Rejected(None, f"not sent: it cannot be written as JSON ({type(error).__name__})"[:500])
        return self._send(message)

    def _send(self, message: Message) -> Result:
        """Send once, or again after the pause that the endpoint asked for, if that ends before the deadline."""
        outcome: Result | None = None
        while True:
            held_back = self._hold_back()
            if held_back is not None:
                return held_back if outcome is None else _unless_only_time_is_asked_for(outcome)
            outcome = self._endpoint.send(message, timeout_seconds=self._deadline - self._clock.monotonic_seconds())
            if not self._asks_to_wait(outcome):
                return outcome

    def _hold_back(self) -> RetryLater | Held | None:
        """Wait while the endpoint wants a pause; return why nothing may be sent any more, or None."""
        if self._pauses_in_a_row > MAX_PAUSES_IN_A_ROW:
            return Held(
                f"not sent: after {MAX_PAUSES_IN_A_ROW} pauses the endpoint asked for one more", self._pause_seconds()
            )
        while (pause_seconds := self._pause_seconds()) > 0:
            if self._clock.monotonic_seconds() + pause_seconds > self._deadline - _LEAST_SECONDS_PER_REQUEST:
                return Held("not sent: the endpoint asked for a longer pause", pause_seconds)
            self._clock.sleep(pause_seconds)
        if self.over():
            return Held("not sent: the batch's deadline was reached")
        if self._failures_in_a_row >= MAX_FAILURES_IN_A_ROW:
            return RetryLater(None, f"not sent: {MAX_FAILURES_IN_A_ROW} requests in a row had failed", sent=False)
        return None

    def _pause_seconds(self) -> float:
        return max(0.0, self._paused_until - self._clock.monotonic_seconds())

    def _asks_to_wait(self, outcome: Result) -> bool:
        """Remember what the answer says of the endpoint; tell whether it asks to try this message again later."""
        with self._lock:
            if not isinstance(outcome, RetryLater):
                self._failures_in_a_row = self._pauses_in_a_row = 0
                return False
            if outcome.after_seconds is None:
                self._failures_in_a_row += 1
                return False
            now = self._clock.monotonic_seconds()
            if now >= self._paused_until:  # else it was sent before the pause that has begun meanwhile
                self._pauses_in_a_row += 1
            self._paused_until = max(self._paused_until, now + max(outcome.after_seconds, _LEAST_PAUSE_SECONDS))
            return True


def _unless_only_time_is_asked_for(outcome: Result) -> Result:
    """Return what became of a change that was not taken: one that the endpoint only wants later counts as not tried."""
    if isinstance(outcome, RetryLater) and outcome.only_asks_for_time:
        return Held(outcome.reason, outcome.after_seconds or 0.0)
    return outcome
