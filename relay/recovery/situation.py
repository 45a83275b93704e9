"""What a recovery knows in one moment, and what one of its rounds came to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from relay.delivery.sent import Sent
from relay.notification.notice import News
from relay.notification.words import Occasion
from relay.recovery.told import is_told, with_told
from relay.wire import known

_LONG_PAUSE = "it asked for {} seconds, and is asked again in {:.0f}"
_STILL, _OVER = "still", "over"  # a pause that people were told of
_PAUSE_AFTER_PAUSE = "it asks for time again and again: the change that waits longest has waited for {:.0f} seconds"


class Command(StrEnum):
    """What an operator asked for."""

    RETRY_NOW = "retry_now"
    GIVE_UP = "give_up"


_KNOWN_TO_0_1_0 = frozenset({
    "parked", "orphaned", "exhausted", "retrying", "expired", "dead", "untold_dead", "last_died_at", "seconds_until_telling",
    "since", "rounds", "step", "seconds_until_due", "told", "command", "command_number", "last_status", "last_error",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the failure ledger, the lease table and the recovery's own row in SQL Server say, in one moment."""

    parked: int = 0  # failed while others got through; the recovery delivers them
    orphaned: int = 0  # the trigger has deleted their lease rows; the recovery delivers them
    exhausted: int = 0  # five attempts used up; the trigger delivers them once they are reset
    retrying: int = 0  # still the trigger's
    entries: int = 0  # not settled, whosever they are: the four above are known of those that come next
    held: int = 0  # not tried yet, because the endpoint asked for time
    held_long_seconds: float = 0.0  # how long the first of them has waited, once that is more than the longest interval
    expired: int = 0  # open for longer than the window
    dead: int = 0  # dead letters
    untold_dead: int = 0  # dead letters that nobody was told of
    last_died_at: str = ""  # ISO 8601, UTC; of these
    seconds_until_telling: float = 0.0  # until people may be told of dead letters again
    since: str = ""  # ISO 8601, UTC; when this trouble began
    rounds: int = 0
    step: int = 0  # rounds without progress: the exponent of the wait
    seconds_until_due: float = 0.0
    seconds_since_work: float | None = None  # since the recovery's last sign of life; None: it has given none
    away: bool = True  # nothing gets through; False: what failed did so beside others that got through
    away_since: str = ""  # ISO 8601, UTC; this time, which need not be the first in this trouble
    paused_seconds: float = 0.0  # the endpoint asked for time
    untested: bool = False  # its pause is over, and one change is tried before all others
    asked_seconds: int | None = None  # it asked for so long a pause, which is longer than is obeyed
    held_back_seconds: float = 0.0  # the breaker: the trigger sends nothing that failed before
    standing_reason: str = ""
    told: tuple[str, ...] = ()  # what people were told of in this trouble; see told.py
    command: Command | None = None
    command_number: int = 0
    last_status: int | None = None
    last_error: str = ""

    @property
    def open(self) -> int:
        """Return how many changes are not settled."""
        return max(self.parked + self.orphaned + self.exhausted + self.retrying, self.entries + self.held)

    @property
    def ours(self) -> int:
        """Return how many of them the trigger does not try any more."""
        return self.parked + self.orphaned + self.exhausted

    @property
    def over(self) -> bool:
        """Tell whether there is nothing left to do."""
        return not self.open and not self.untold_dead

    @property
    def round_is_due(self) -> bool:
        """Tell whether to try the endpoint now."""
        if self.paused_seconds > 0 and self.command is not Command.GIVE_UP:
            return False
        return self.command is not None or (self.open > 0 and self.seconds_until_due <= 0)

    @property
    def told_of_trouble(self) -> bool:
        """Tell whether people wait to hear that it is over."""
        return bool({Occasion.LONG_OUTAGE, Occasion.ENDPOINT_FAULT, Occasion.LONG_PAUSE} & set(self.told))

    @property
    def rounds_in_vain(self) -> int:
        """Return the number of rounds since nothing gets through, with this one; releases before 0.3 did not count them apart."""
        if not self.away_since:
            return self.rounds_with_this
        return self.step + (1 if self.ours and self.round_is_due else 0)

    def which(self, occasion: Occasion) -> str:
        """Return what tells an occasion from others of its kind in the same trouble: each outage and each pause is told."""
        return _STILL if occasion is Occasion.LONG_PAUSE else self.away_since

    def is_news(self, occasion: Occasion) -> bool:
        """Tell whether people were not told of it, or only of an outage or a pause that has ended since."""
        return not is_told(self.told, occasion, self.which(occasion))

    @property
    def told_until_now(self) -> Sequence[str]:
        """Return what people were told of, and whether it is over."""
        lasts = self.asked_seconds is not None or self.held_long_seconds > 0 or self.paused_seconds > 0
        if lasts or Occasion.LONG_PAUSE not in self.told:
            return self.told
        return with_told(self.told, Occasion.LONG_PAUSE, _OVER)

    @property
    def long_pause_is_news(self) -> bool:
        """Tell whether nobody was told of a pause that is longer than is obeyed, or of many that together are."""
        is_long = self.asked_seconds is not None or self.held_long_seconds > 0
        return is_long and self.open > 0 and self.is_news(Occasion.LONG_PAUSE)

    @property
    def seconds_until_news(self) -> float:
        """Return how long to wait before people are told of dead letters; nothing else open and good news to tell: no longer."""
        return 0.0 if self.told_of_trouble and not self.open else self.seconds_until_telling

    @property
    def seconds_until_next(self) -> float:
        """Return how long nothing is to be done, below zero if it is late: neither a round nor people to be told."""
        due = max(self.seconds_until_due, self.paused_seconds) if self.paused_seconds > 0 else self.seconds_until_due
        waits = [due] if self.open else []
        waits += [self.seconds_until_news] if self.untold_dead else []
        waits += [0.0] if self.long_pause_is_news else []
        return min(waits, default=self.seconds_until_due)

    @property
    def rounds_with_this(self) -> int:
        """Return the number of rounds once this one is done; to look at what the trigger still tries is no round."""
        return self.rounds + (1 if self.ours and self.round_is_due else 0)

    def new_dead_letters(self, done: "Round") -> int:
        """Return how many dead letters there are after a round that nobody was told of."""
        return self.untold_dead + done.given_up + done.rejected

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "told": list(self.told), "command": self.command.value if self.command else None}

    def news(self, relay: str, occasion: Occasion, done: "Round | None" = None) -> News:
        """Return what people are told, after a round if there was one."""
        return News(
            occasion=occasion,
            relay=relay,
            since=(self.away_since if occasion is Occasion.LONG_OUTAGE else "") or self.since,
            rounds=self.rounds_with_this if done else self.rounds,
            changes=self.open,
            dead_letters=self.new_dead_letters(done) if done else 0,
            status=(done.status or self.last_status) if done else None,
            last_error=self._long_pause
            if occasion is Occasion.LONG_PAUSE
            else (done.reason if done else "") or self.last_error,
            mark=self._mark(occasion),
        )

    def _mark(self, occasion: Occasion) -> str:
        """Return what tells two notices of one round apart; of an outage, those of two troubles in it, if people heard that one was over."""
        match occasion:
            case Occasion.DEAD_LETTERS:
                return self.last_died_at
            case Occasion.LONG_OUTAGE if self.away_since:
                return self.since
        return ""

    @property
    def _long_pause(self) -> str:
        if self.asked_seconds is None:
            return _PAUSE_AFTER_PAUSE.format(self.held_long_seconds)
        return _LONG_PAUSE.format(self.asked_seconds, self.paused_seconds)

    def to_result(self) -> dict[str, Any]:
        """Return it as the check activity does: what 0.1.0 does not know lies apart, because it fails on a key more in its own."""
        every = self.to_dict()
        return {
            "situation": {name: value for name, value in every.items() if name in _KNOWN_TO_0_1_0},
            "later": {name: value for name, value in every.items() if name not in _KNOWN_TO_0_1_0},
        }

    @classmethod
    def from_result(cls, checked: Mapping[str, Any]) -> "Situation":
        """Read what the check activity returned, in this release or an older one."""
        return cls.from_dict({**checked["situation"], **checked.get("later", {})})

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> "Situation":
        """Read it from its plain values."""
        command = found["command"]
        return cls(**{
            **known(cls, found),
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

    def plus(self, sent: Sent) -> "Round":
        """Return the round after a delivery."""
        asked = [s for s in (self.asked_for_seconds, sent.asked_for_seconds) if s is not None]
        return replace(
            self,
            delivered=self.delivered + sent.delivered,
            rejected=self.rejected + sent.rejected,
            failed=self.failed + sent.failed,
            status=sent.status or self.status,
            reason=sent.reason or self.reason,
            asked_for_seconds=max(asked, default=None),
        )

    def giving_up(self, entries: int) -> "Round":
        """Return the round after entries have become dead letters."""
        return replace(self, given_up=self.given_up + entries)

    def resetting(self, rows: int) -> "Round":
        """Return the round after the trigger got rows back."""
        return replace(self, reset=self.reset + rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is written down after a round, where it survives even the loss of the task hub."""

    rounds: int
    step: int
    due_in_seconds: float
    told: Sequence[str]
    done_command: int  # the number of the command that is carried out
    told_of_dead_letters: int  # only for releases before 0.3, beside this one; here the notice itself writes that down

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "told": list(self.told)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Record":
        """Read it back."""
        return cls(**known(cls, stored))
