"""The recovery's decisions: from what SQL Server knows of a relay's failures to the next step. The orchestrator acts it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relay.backoff import interval_seconds
from relay.config.values import RecoveryPolicy
from relay.delivery.outcomes import ENDPOINT_FAULTS
from relay.notification.words import Occasion
from relay.recovery.situation import Record, Round, Situation
from relay.recovery.told import with_told

LONGEST_WAIT_SECONDS = 86_400.0  # one wait; longer ones are several generations, which are no rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What follows a round: what people are told, what is written down, and when to look again."""

    occasions: Sequence[Occasion]
    record: Record
    wait_seconds: float  # before the next look; 0: at once

    def next_wait_seconds(self, *, command_waits: bool) -> float:
        """Return the wait before the next generation's look; an operator's command ends it."""
        return 0.0 if command_waits else self.wait_seconds


def concluded(situation: Situation, done: Round, policy: RecoveryPolicy, fraction: float) -> Conclusion:
    """Return what follows a round, or a look that had only people to tell; `fraction` is random, 0 to 1.

    Everything got through, or the look was no round, or dead letters are left to tell of: the next look comes at once.
    """
    news = _occasions(situation, done, policy)
    died = situation.new_dead_letters(done)
    told_of_them = Occasion.DEAD_LETTERS in news
    due_in_seconds = _due_in_seconds(situation, done, policy, fraction)
    all_through = done.endpoint_up and not done.failed
    look_at_once = all_through or not situation.round_is_due or (died > 0 and not told_of_them)
    told = situation.told_until_now
    for occasion in news:
        if occasion is not Occasion.DEAD_LETTERS:
            told = with_told(told, occasion, situation.which(occasion))
    return Conclusion(
        occasions=news,
        record=Record(
            rounds=situation.rounds_with_this,
            step=_next_step(situation, done),
            due_in_seconds=due_in_seconds,
            told=told,
            done_command=situation.command_number,
            told_of_dead_letters=died if told_of_them else 0,
        ),
        wait_seconds=0.0 if look_at_once else due_in_seconds,
    )


def wait_seconds(situation: Situation) -> float:
    """Return how long to wait before the round, or before people are told of dead letters; 0: now."""
    if situation.round_is_due and situation.command is not None:
        return 0.0
    return min(max(0.0, situation.seconds_until_next), LONGEST_WAIT_SECONDS)


def breaker_may_close(situation: Situation) -> bool:
    """Tell whether a round that got through is news to the breaker: rounds before it did not."""
    return bool(situation.step or not situation.rounds)


def status(state: str, situation: Situation, done: Round | None = None) -> Mapping[str, Any]:
    """Return what an operator sees: what the recovery waits for, and how things are."""
    return {
        "state": state,
        "since": situation.since,
        "rounds": situation.rounds_with_this if done else situation.rounds,
        "open": situation.open,
        "exhausted": situation.exhausted,
        "held": situation.held,
        "last_error": ((done.reason if done else "") or situation.last_error)[:500],
    }


def _next_step(situation: Situation, done: Round) -> int:
    """Return the exponent of the next wait: a round that got something through begins anew.

    So does one beside a stream that gets through: what failed waits by itself, each change longer after each of its failures.
    """
    if not situation.round_is_due:
        return situation.step
    if done.endpoint_up or done.reset or not situation.away:
        return 0
    return situation.step + 1 if situation.ours else situation.step


def _due_in_seconds(situation: Situation, done: Round, policy: RecoveryPolicy, fraction: float) -> float:
    if not situation.round_is_due:
        return max(0.0, situation.seconds_until_due)
    step = _next_step(situation, done)
    return interval_seconds(policy.backoff, step, fraction, asked_for_seconds=done.asked_for_seconds)


def _occasions(situation: Situation, done: Round, policy: RecoveryPolicy) -> Sequence[Occasion]:
    """Return what people have to be told of now, each trouble once; of new dead letters as often as the policy allows."""
    found = []
    if situation.new_dead_letters(done) and situation.seconds_until_news <= 0:
        found.append(Occasion.DEAD_LETTERS)
    if done.status in ENDPOINT_FAULTS and situation.is_news(Occasion.ENDPOINT_FAULT):
        found.append(Occasion.ENDPOINT_FAULT)
    if situation.long_pause_is_news:
        found.append(Occasion.LONG_PAUSE)
    long_enough = situation.away and situation.round_is_due and situation.rounds_in_vain >= policy.notify_after_rounds
    if long_enough and not done.endpoint_up and situation.is_news(Occasion.LONG_OUTAGE):
        found.append(Occasion.LONG_OUTAGE)
    return found
