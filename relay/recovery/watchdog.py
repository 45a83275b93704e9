"""What the watchdog does about a relay: the recovery is a worker, and workers get lost."""

from enum import StrEnum

from relay.recovery.situation import Situation

WAKE_AFTER_SECONDS = 120.0
REPLACE_AFTER_SECONDS = 1800.0
TRIGGER_TAKES_SECONDS = 900.0  # five attempts, a minute and at most a batch's deadline each
_ACTIVE = frozenset({"Running", "Pending", "ContinuedAsNew"})


class Action(StrEnum):
    """What to do."""

    NOTHING = "nothing"
    START = "start"  # none is there, or it has failed or been terminated
    WAKE = "wake"  # it is late, or an operator's command waits
    REPLACE = "replace"  # it is late and gives no sign of life: terminated now, started anew at the next look
    TELL = "tell"  # somebody has suspended it


def decide(situation: Situation, runtime_status: str | None) -> Action:
    """Return the action for a relay; `runtime_status` is the recovery's, None: there is no such instance."""
    if runtime_status == "Suspended":
        return Action.NOTHING if situation.over else Action.TELL
    if situation.over:
        # What a check has begun and the trigger has then brought to its end by itself is closed by a recovery, like any other.
        return Action.START if situation.since and runtime_status not in _ACTIVE else Action.NOTHING
    late_seconds = -situation.seconds_until_next
    if runtime_status not in _ACTIVE:
        left_to_trigger = situation.open and not situation.ours and not situation.untold_dead and not situation.command
        return Action.NOTHING if left_to_trigger and late_seconds < TRIGGER_TAKES_SECONDS else Action.START
    quiet_seconds = min(
        late_seconds, late_seconds if situation.seconds_since_work is None else situation.seconds_since_work
    )
    if quiet_seconds > REPLACE_AFTER_SECONDS:
        return Action.REPLACE
    people_wait = (situation.untold_dead and situation.seconds_until_news <= 0) or situation.long_pause_is_news
    if quiet_seconds > WAKE_AFTER_SECONDS or situation.command is not None or people_wait:
        return Action.WAKE
    return Action.NOTHING
