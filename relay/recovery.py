"""The recovery's decisions: from what SQL Server knows of a relay's failures to the next step. The orchestrator acts it out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from relay.backoff import interval_seconds
from relay.config import RecoveryPolicy
from relay.delivery import ENDPOINT_FAULTS
from relay.notices import Occasion

LONGEST_WAIT_SECONDS = 86_400.0  # one wait; longer ones are several generations, which are no rounds


class Command(StrEnum):
    """What an operator asked for."""

    RETRY_NOW = "retry_now"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the failure ledger, the lease table and the recovery's own row in SQL Server say, in one moment."""

    parked: int = 0  # failed while others got through; the recovery delivers them
    orphaned: int = 0  # the trigger has deleted their lease rows; the recovery delivers them
    exhausted: int = 0  # five attempts used up; the trigger delivers them once they are reset
    retrying: int = 0  # still the trigger's
    expired: int = 0  # open for longer than the window
    dead: int = 0  # dead letters
    untold_dead: int = 0  # dead letters that nobody was told of
    last_died_at: str = ""  # ISO 8601, UTC; of these
    seconds_until_telling: float = 0.0  # until people may be told of dead letters again
    since: str = ""  # ISO 8601, UTC; when this trouble began
    rounds: int = 0
    step: int = 0  # rounds without progress: the exponent of the wait
    seconds_until_due: float = 0.0
    told: tuple[str, ...] = ()  # occasions that people were told of in this trouble
    command: Command | None = None
    command_number: int = 0
    last_status: int | None = None
    last_error: str = ""

    @property
    def open(self) -> int:
        """Return how many changes are not settled."""
        return self.parked + self.orphaned + self.exhausted + self.retrying

    @property
    def ours(self) -> int:
        """Return how many of them the trigger does not try any more."""
        return self.open - self.retrying

    @property
    def over(self) -> bool:
        """Tell whether there is nothing left to do."""
        return not self.open and not self.untold_dead

    @property
    def round_is_due(self) -> bool:
        """Tell whether to try the endpoint now."""
        return self.command is not None or (self.open > 0 and self.seconds_until_due <= 0)

    @property
    def told_of_trouble(self) -> bool:
        """Tell whether people wait to hear that it is over."""
        return bool({Occasion.LONG_OUTAGE, Occasion.ENDPOINT_FAULT} & set(self.told))

    @property
    def seconds_until_news(self) -> float:
        """Return how long people are told of no dead letters; if only that delays the good news, they are told now."""
        return 0.0 if self.told_of_trouble and not self.open else self.seconds_until_telling

    @property
    def seconds_until_next(self) -> float:
        """Return how long nothing is to be done, below zero if it is late: neither a round nor people to be told."""
        waits = [self.seconds_until_due] if self.open else []
        waits += [self.seconds_until_news] if self.untold_dead else []
        return min(waits, default=self.seconds_until_due)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "told": list(self.told), "command": self.command.value if self.command else None}

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> "Situation":
        """Read what the check activity returned."""
        command = found["command"]
        return cls(**{
            **found,
            "told": tuple(found["told"]),
            "command": Command(command) if command else None,
        })  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round came to; the sums of its probe, reset and redeliveries."""

    delivered: int = 0
    rejected: int = 0
    failed: int = 0
    reset: int = 0
    given_up: int = 0
    status: int | None = None  # of the last failure
    reason: str = ""
    asked_for_seconds: float | None = None  # the longest Retry-After

    @property
    def endpoint_up(self) -> bool:
        """Tell whether the endpoint answered for a change: taken or refused."""
        return self.delivered > 0 or self.rejected > 0

    def plus(self, result: Mapping[str, Any]) -> "Round":
        """Return the round with an activity's result added."""
        asked = [s for s in (self.asked_for_seconds, result.get("asked_for_seconds")) if s is not None]
        return Round(
            delivered=self.delivered + result.get("delivered", 0),
            rejected=self.rejected + result.get("rejected", 0),
            failed=self.failed + result.get("failed", 0),
            reset=self.reset + result.get("reset", 0),
            given_up=self.given_up + result.get("given_up", 0),
            status=result.get("status") or self.status,
            reason=result.get("reason") or self.reason,
            asked_for_seconds=max(asked, default=None),
        )


def wait_seconds(situation: Situation) -> float:
    """Return how long to wait before the round, or before people are told of dead letters; 0: now."""
    if situation.command is not None:
        return 0.0
    return min(max(0.0, situation.seconds_until_next), LONGEST_WAIT_SECONDS)


def next_step(situation: Situation, done: Round) -> int:
    """Return the exponent of the next wait: a round that got something through begins anew."""
    if not situation.round_is_due:
        return situation.step
    if done.endpoint_up or done.reset:
        return 0
    return situation.step + 1 if situation.ours else situation.step


def rounds_with_this(situation: Situation) -> int:
    """Return the number of rounds once this one is done; to look at what the trigger still tries is no round."""
    return situation.rounds + (1 if situation.ours and situation.round_is_due else 0)


def due_in_seconds(situation: Situation, done: Round, policy: RecoveryPolicy, fraction: float) -> float:
    """Return the wait until the next round; `fraction` is random, 0 to 1."""
    if not situation.round_is_due:
        return max(0.0, situation.seconds_until_due)
    step = next_step(situation, done)
    return interval_seconds(policy.backoff, step, fraction, asked_for_seconds=done.asked_for_seconds)


def occasions(situation: Situation, done: Round, policy: RecoveryPolicy) -> Sequence[Occasion]:
    """Return what people have to be told of now, each once per trouble; of new dead letters as often as the policy allows."""
    found = []
    if new_dead_letters(situation, done) and situation.seconds_until_news <= 0:
        found.append(Occasion.DEAD_LETTERS)
    if done.status in ENDPOINT_FAULTS and Occasion.ENDPOINT_FAULT not in situation.told:
        found.append(Occasion.ENDPOINT_FAULT)
    long_enough = situation.round_is_due and rounds_with_this(situation) >= policy.notify_after_rounds
    if long_enough and not done.endpoint_up and Occasion.LONG_OUTAGE not in situation.told:
        found.append(Occasion.LONG_OUTAGE)
    return found


def new_dead_letters(situation: Situation, done: Round) -> int:
    """Return how many dead letters there are that nobody was told of."""
    return situation.untold_dead + done.given_up + done.rejected
