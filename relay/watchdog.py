"""What the watchdog does about a relay: the recovery is a worker, and workers get lost."""

from enum import StrEnum

from relay.recovery import Situation

WAKE_AFTER_SECONDS = 120.0
REPLACE_AFTER_SECONDS = 1800.0
_ACTIVE = frozenset({"Running", "Pending", "ContinuedAsNew"})


class Action(StrEnum):
    """What to do."""

    NOTHING = "nothing"
    START = "start"  # none is there, or it has failed or been terminated
    WAKE = "wake"  # it is late, or an operator's command waits
    REPLACE = "replace"  # it stays late: terminated now, started anew at the next look
    TELL = "tell"  # somebody has suspended it


def decide(situation: Situation, runtime_status: str | None) -> Action:
    """Return the action for a relay; `runtime_status` is the recovery's, None: there is no such instance."""
    if situation.over:
        return Action.NOTHING
    if runtime_status == "Suspended":
        return Action.TELL
    if runtime_status not in _ACTIVE:
        return Action.START
    late_seconds = -situation.seconds_until_due
    if late_seconds > REPLACE_AFTER_SECONDS:
        return Action.REPLACE
    if late_seconds > WAKE_AFTER_SECONDS or situation.command is not None:
        return Action.WAKE
    return Action.NOTHING
