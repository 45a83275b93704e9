"""What the watchdog does about a piece of work: its instance is a worker, and workers get lost."""

from enum import StrEnum

from relay.work.values import Restarts, Work

WAKE_AFTER_SECONDS = 120.0
REPLACE_AFTER_SECONDS = 1800.0
TOLD_AFTER_RESTARTS = 3
LONGEST_PAUSE_SECONDS = 3600.0
_ACTIVE = frozenset({"Running", "Pending", "ContinuedAsNew"})


class Action(StrEnum):
    """What to do."""

    NOTHING = "nothing"
    START = "start"  # none is there, or it has failed or been terminated unasked
    WAKE = "wake"  # it is late, or an operator's command waits
    REPLACE = "replace"  # it is late and gives no sign of life: terminated now, started anew at the next look
    TELL = "tell"  # somebody has suspended it
    PAUSE = "pause"  # it is to be started, and was so often in vain that it waits


def decide(work: Work, runtime_status: str | None) -> Action:
    """Return the action; `runtime_status` is the instance's, None: there is none."""
    if runtime_status == "Suspended":
        return Action.TELL if work.tells_if_suspended else Action.NOTHING
    if runtime_status not in _ACTIVE:
        return Action.START if work.wanted else Action.NOTHING
    if work.quiet_seconds > REPLACE_AFTER_SECONDS:
        return Action.REPLACE
    if work.can_be_woken and (work.quiet_seconds > WAKE_AFTER_SECONDS or work.people_wait):
        return Action.WAKE
    return Action.NOTHING


def pause_seconds(restarts: Restarts) -> float:
    """Return how long a start has to wait still: the first one comes at once, then they come ever less often, hourly at last."""
    if not restarts.count:
        return 0.0
    pause = min(60.0 * 2.0 ** min(restarts.count - 1, 10), LONGEST_PAUSE_SECONDS)
    return max(0.0, pause - restarts.seconds_ago)


def is_stuck(work: Work, restarts: Restarts) -> bool:
    """Tell whether people have to know that an instance ends again and again without its work coming further."""
    return work.tells_if_stuck and restarts.count >= TOLD_AFTER_RESTARTS
