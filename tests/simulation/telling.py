"""That people hear of an endpoint that takes nothing for long."""

from tests.simulation.plan import RelayPlan, clock
from tests.simulation.record import Record
from tests.simulation.schedule import SAME_TRY_SECONDS

# Until a recovery begins: five attempts of the trigger, each with slow answers. Until the app works again after something has died.
BEGUN_SECONDS, UP_AGAIN_SECONDS = 1800.0, 3600.0
JITTER = 1.3
SAME_BATCH_SECONDS = 300.0  # of which something got through just before
OCCASION, LONG_PAUSE, OVER, STUCK = "long_outage", "long_pause", "recovered", "stuck"
EXECUTION_STUCK = "execution_stuck"
TROUBLES = {OCCASION, LONG_PAUSE, "endpoint_fault"}  # of which people hear that they are over
OVERTAKEN_SECONDS = UP_AGAIN_SECONDS  # by the good news, on the way to a channel
DEATHS_OF_WHAT_IS_STUCK = 3


class Telling:
    """Judges, when something gets through, whether people had been told by then that nothing did."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def fails(self, relay: RelayPlan, seconds: float, *, asked: bool, is_first_try: bool = False) -> None:
        """Note a request in vain that was neither refused nor only put off; `asked`: it asked for time; `is_first_try`: of a change."""
        seen = self._record.seen[relay.name]
        seen.fails_anew |= is_first_try and seconds - seen.got_through_at > SAME_BATCH_SECONDS
        if seen.away_since is None:
            seen.away_since, seen.died_before, seen.asked_while_away = seconds, self._record.died_seconds, False
        seen.away_until, seen.asked_while_away = seconds, seen.asked_while_away or asked

    def asks_for_long(self, relay: RelayPlan, seconds: float) -> None:
        """Note that it asks for a longer pause than is obeyed."""
        seen = self._record.seen[relay.name]
        if seen.long_pause_since is None:
            seen.long_pause_since, seen.died_before_pause = seconds, self._record.died_seconds

    def _judge_pauses(self, relay: RelayPlan, seconds: float) -> None:
        """Judge the pauses before: people hear at once; of one that follows another before a round could end that, not again.

        Nor of one that was asked for with the last change that waited, which was given up with it: of that people hear by itself.
        """
        record, seen = self._record, self._record.seen[relay.name]
        since, seen.long_pause_since = seen.long_pause_since, None
        if since is None or record.channel_was_away:
            return
        if seen.backfills:  # while nothing but a backfill waits nobody is told
            return
        heard = [at for at, occasion in record.notices[relay.name] if occasion == LONG_PAUSE]
        follows = since - seen.got_through_at < JITTER * relay.max_interval_seconds + BEGUN_SECONDS
        is_told = any(at >= since for at in heard) or bool(follows and heard) or self._waited_for_nobody(relay, since)
        if not is_told and seconds - since > BEGUN_SECONDS + record.died_seconds - seen.died_before_pause:
            record.broken(
                seconds, f"nobody was told of the long pauses that {relay.name} asks for since {clock(since)}"
            )

    def _waited_for_nobody(self, relay: RelayPlan, since: float) -> bool:
        told = [at for at, occasion in self._record.notices[relay.name] if occasion == "dead_letters"]
        given_up = [at for at in self._record.seen[relay.name].died.values() if since <= at < since + SAME_TRY_SECONDS]
        return bool(given_up) and any(since <= at < since + BEGUN_SECONDS for at in told)

    def gets_through(self, relay: RelayPlan, seconds: float) -> None:
        """Note that something got through, and judge the outage before it."""
        seen = self._record.seen[relay.name]
        self._judge_pauses(relay, seconds)
        since, is_told = seen.away_since, self._is_told(relay)
        seen.away_since, seen.fails_anew, seen.got_through_at = None, False, seconds
        if since is None or self._record.channel_was_away:
            return
        lasted, died = seen.away_until - since, self._record.died_seconds - seen.died_before
        if not is_told and lasted > died + _told_after_seconds(relay, asked=seen.asked_while_away):
            self._record.broken(
                seconds, f"nobody was told that {relay.name} took nothing from {clock(since)}, for {lasted:g} s"
            )

    def judge(self, seconds: float) -> None:
        """See that whoever was told of trouble has heard by the end that it is over."""
        if self._record.channel_was_away:
            return
        for name, told in self._record.notices.items():
            troubles = [at for at, occasion in told if occasion in TROUBLES]
            if troubles and not any(
                occasion == OVER and at > troubles[-1] - OVERTAKEN_SECONDS for at, occasion in told
            ):
                self._record.broken(
                    seconds,
                    f"nobody was told that the trouble of {name} is over, of which they heard at {clock(troubles[-1])}",
                )

    def hears_that_it_is_over(self, name: str) -> None:
        """Note that people hear that all is well: what fails from now on is another trouble."""
        seen = self._record.seen[name]
        seen.away_since, seen.fails_anew = None, False

    def hears_that_it_is_stuck(self, name: str, seconds: float) -> None:
        """See that something has died often, if people hear that a work ends again and again: by itself none does where a trigger was."""
        if self._record.deaths < DEATHS_OF_WHAT_IS_STUCK and not self._record.has_no_leases:
            self._record.broken(
                seconds,
                f"people were told that work of {name} is stuck, and only {self._record.deaths} times had anything died",
            )

    def _is_told(self, relay: RelayPlan) -> bool:
        """Tell whether people have heard of this outage; of an earlier one, and not of its end, if only what failed before fails in it."""
        seen = self._record.seen[relay.name]
        heard = [(at, occasion) for at, occasion in self._record.notices[relay.name] if occasion in {OCCASION, OVER}]
        at, last = heard[-1] if heard else (0.0, OVER)
        return last == OCCASION and (at > seen.got_through_at or not seen.fails_anew)


def _told_after_seconds(relay: RelayPlan, *, asked: bool) -> float:
    """Return by when the rounds have been in vain after which people are told; a pause may make each as long as any."""
    recovery, longest = relay.recovery, relay.max_interval_seconds
    interval, until = float(recovery["first_interval_seconds"]), BEGUN_SECONDS
    for _ in range(recovery["notify_after_rounds"] + 1):
        until += JITTER * (longest if asked else min(interval, longest)) + 120.0
        interval *= recovery["coefficient"]
    return until
