"""What the watchdog does about an execution whose orchestration does not show."""

from enum import StrEnum

from relay.work.decisions import REPLACE_AFTER_SECONDS, pause_seconds
from relay.work.values import Restarts

STARTS_IN_VAIN = 5  # without a new result; then it rests until a person resumes it


class Fate(StrEnum):
    """What to do."""

    LEAVE = "leave"
    START = "start"  # under the id that it has: it was never begun
    START_ANEW = "start anew"  # its orchestration has ended by itself, or is lost
    END = "end"  # it gives no sign of life: terminated now, started anew at the next look
    REST = "rest"
    PAUSE = "pause"  # it is to be started anew, and was so often in vain that it waits


def fate(*, begun: bool, exists: bool, active: bool, late_seconds: float, restarts: Restarts) -> Fate:
    """Return it for an execution that is registered or running: `exists`, `active`: its orchestration."""
    if active:
        return Fate.END if begun and late_seconds > REPLACE_AFTER_SECONDS else Fate.LEAVE
    if not begun and not exists:
        return Fate.START
    if restarts.count >= STARTS_IN_VAIN:
        return Fate.REST
    return Fate.PAUSE if pause_seconds(restarts) > 0 else Fate.START_ANEW
