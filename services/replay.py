"""A slice of a replay of dead letters: taken if the order still stands, and written down where it stands."""

from collections.abc import Sequence
from typing import Any

from relay.dead_letters.values import Selection
from relay.dead_letters.work import ReplayState
from relay.delivery.sent import Sent
from relay.work.values import ACTIVITY_SECONDS
from services.outside import Outside
from services.redeliver import redeliver_dead


def list_slice(
    selection: Selection, limit: int, number: int | None, outside: Outside
) -> Sequence[int] | dict[str, Any]:
    """Return the ids of the next dead letters, or {"stopped": the order's state} if it does not run. Raises DatabaseError.

    Without a number it is the replay of an older release, which stands nowhere.
    """
    if number is not None:
        order = outside.replays.state()
        if order is None or order.number != number:
            return {"stopped": ReplayState.CANCELLED.value}
        if order.state is not ReplayState.RUNNING:
            return {"stopped": order.state.value}
    return [letter.id for letter in outside.dead_letters.page(selection, limit)]


def deliver_slice(ids: Sequence[int], number: int | None, after: int | None, outside: Outside) -> Sent:
    """Deliver dead letters by id, and write down what came of it; `after` is the cursor before them. Raises DatabaseError."""
    sent = redeliver_dead(ids, outside)
    order = outside.replays.state() if number is not None else None
    if order is not None and (order.number, order.replay.selection.after) == (number, after):
        now = order.replay.plus(ids, sent)
        outside.replays.advance(order.number, order.replay, now, now.wait_seconds(1.0) + ACTIVITY_SECONDS)
    return sent
