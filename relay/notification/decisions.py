"""What follows a try of a notice at a channel: it is taken, refused, given up, or tried again ever less often."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from relay.backoff import Backoff, interval_seconds

RETRIES = Backoff(first_interval_seconds=30, coefficient=2, max_interval_seconds=21_600)
LIMIT = 24  # about four days
IN_VAIN = 4  # tries after which a channel that takes nothing is shown: some minutes


class NoticeState(StrEnum):
    """How a notice stands at one channel."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"  # for good, by the channel
    GIVEN_UP = "given_up"  # tried as often as it is reasonable


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is written down of a try, and what its orchestration is told."""

    tries: int
    state: NoticeState
    error: str = ""
    next_in_seconds: float = 0.0

    def answer(self) -> dict[str, Any]:
        """Return what the activity returns: {}, {"refused": why} or {"retry": why, "asked_for_seconds": seconds}."""
        match self.state:
            case NoticeState.TAKEN:
                return {}
            case NoticeState.WAITING:
                return {"retry": self.error, "asked_for_seconds": self.next_in_seconds}
        return {"refused": self.error}


def tried(tries: int, answer: Mapping[str, Any]) -> Tried:
    """Return what follows the try of that number; `answer` is the channel's: {}, {"refused": …} or {"retry": …}."""
    if "refused" in answer:
        return Tried(tries=tries, state=NoticeState.REFUSED, error=answer["refused"])
    if "retry" not in answer:
        return Tried(tries=tries, state=NoticeState.TAKEN)
    if tries >= LIMIT:
        return Tried(tries=tries, state=NoticeState.GIVEN_UP, error=answer["retry"])
    pause = interval_seconds(RETRIES, tries - 1, 0.0, asked_for_seconds=answer.get("asked_for_seconds"))
    return Tried(tries=tries, state=NoticeState.WAITING, error=answer["retry"], next_in_seconds=pause)
