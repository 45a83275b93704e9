"""Where an execution goes on that had failed: in the state in which it did, as if it had just come there."""

from dataclasses import replace
from datetime import datetime

from asl.running.leaving import moved
from asl.running.position import Phase, Position


def redriven(position: Position, deadline: datetime | None, *, is_answered: bool = False) -> Position:
    """Return where it goes on; `deadline` is the whole execution's new one. Branches and items that have ended well are not begun again.

    The visit is the one that failed: who is asked to do something again finds the same name for it. Unless the task is one that
    somebody answers (`is_answered`): he has done so, or it was too late; so he is asked anew, with another token.
    """
    if position.phase is Phase.BRANCHED:
        return replace(position, deadline=deadline)
    is_the_same = position.phase is not Phase.ENTERING and not is_answered
    visits = {**position.visits, position.state: position.visit - 1} if is_the_same else position.visits
    return replace(moved(position), visits=visits, tries=(), deadline=deadline)
