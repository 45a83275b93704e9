"""How often, and when, an endpoint may be asked that takes nothing: within the policy, and not while it wants a pause."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.plan import RelayPlan, clock
from tests.simulation.record import Record, Seen, Version
from tests.simulation.rules import rejects

# How often a change may be tried in vain: by the trigger, in each round, and as a part of batches that are halved.
ATTEMPTS, ROUNDS_BESIDE, HALVINGS = 6, 2, 6
PAUSES = 3  # short ones, that are waited for within a batch
FAILURES_IN_A_ROW = 10  # after which the rest of a batch has failed, and nobody asks
SAME_TRY_SECONDS = 2.0  # what a connection has lost without an answer is sent once more
FOR_ANOTHER_BATCH_SECONDS = 300.0  # one that was under way when the endpoint asked for time


class Schedule:
    """Judges when requests are made."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def hears(
        self,
        relay: RelayPlan,
        seconds: float,
        versions: Sequence[Version],
        status: int | None,
        *,
        kept: bool,
        asked: float | None,
    ) -> None:
        """Judge a request with these versions."""
        record, seen = self._record, self._record.seen[relay.name]
        if seen.paused and seen.paused[0] + FOR_ANOTHER_BATCH_SECONDS < seconds < seen.paused[1] and not record.crashed:
            until = clock(seen.paused[1])
            record.broken(seconds, f"{relay.name} got a request although it had asked for time until {until}")
        has_failed = status is None or not kept
        if not has_failed and seen.in_vain_since is not None:
            if seen.may_have_failed_unasked or record.crashed:
                seen.outages.append((seen.in_vain_since, seconds))
            seen.in_vain_since, seen.failures, seen.may_have_failed_unasked = None, 0, False
        if not has_failed or rejects(relay, status):
            seen.tried_in_vain.clear()
            seen.extra_tries, seen.asked_since, seen.is_held = 0, None, False
        if not has_failed:
            return
        seen.last_in_vain = seconds
        is_held = asked is not None and (status is None or status < 500)  # and no window runs
        if asked is not None:
            seen.asked_since = seconds if seen.asked_since is None else seen.asked_since
            seen.is_held |= is_held
        if not is_held:
            self._in_vain(seen, seconds)
        for version in versions:
            if seen.in_vain_since is not None:
                seen.failed_since.setdefault(version, seen.in_vain_since)
            self._within_schedule(relay, seen, version, seconds)

    def unreached(self, name: str, seconds: float) -> None:
        """Note that a connection to an endpoint has failed: of which change, nobody knows."""
        seen = self._record.seen[name]
        seen.was_unreached = seen.may_have_failed_unasked = True
        self._in_vain(seen, seconds)

    def asked_for_time(self, name: str, seconds: float, asked_seconds: float) -> None:
        """Note a Retry-After that was answered."""
        relay, seen = self._record.relays[name], self._record.seen[name]
        if seen.paused is None or seen.paused[1] <= seconds:
            seen.paused = seconds, seconds + min(asked_seconds, relay.max_interval_seconds) - 1.0

    @staticmethod
    def _in_vain(seen: Seen, seconds: float) -> None:
        seen.in_vain_since = seconds if seen.in_vain_since is None else seen.in_vain_since
        seen.last_in_vain = seconds
        seen.failures += 1
        if seen.failures >= FAILURES_IN_A_ROW:
            seen.may_have_failed_unasked, seen.seemed_away_at = True, seconds

    def _within_schedule(self, relay: RelayPlan, seen: Seen, what: Version, seconds: float) -> None:
        """See that a change is not tried more often than the policy allows while nothing gets through."""
        before, seen.last_try[what] = seen.last_try.get(what, -SAME_TRY_SECONDS), seconds
        if seconds - before < SAME_TRY_SECONDS:
            return
        tries = seen.tried_in_vain[what] = seen.tried_in_vain.get(what, 0) + 1
        lasted = seconds - min(each for each in (seen.in_vain_since, seen.asked_since) if each is not None)
        # Whoever only asks for time is asked again when that is over, and at most once in the first interval.
        policy = {**relay.recovery, "coefficient": 1} if seen.is_held else relay.recovery
        allowed = ATTEMPTS + ROUNDS_BESIDE * rounds(policy, lasted) + seen.extra_tries
        if seen.backfills:
            allowed += ATTEMPTS + lasted / 900  # a page is tried again after at most an hour, and after every pause
        if relay.options.get("mode") == "batch":
            allowed *= HALVINGS
        if seen.asked_since is not None:
            allowed *= 1 + PAUSES
        if tries == int(allowed) + 1:
            self._record.broken(seconds, f"{relay.name} was tried {tries} times with {what}, in vain for {lasted:g} s")


def rounds(recovery: Mapping[str, Any], seconds: float) -> float:
    """Return how many rounds of a recovery fit into that time."""
    interval, count = float(recovery["first_interval_seconds"]), 1.0
    while recovery["coefficient"] > 1 and interval < recovery["max_interval_seconds"] and seconds > 0:
        seconds -= interval
        interval *= recovery["coefficient"]
        count += 1
    return count + max(0.0, seconds) / min(interval, float(recovery["max_interval_seconds"]))
