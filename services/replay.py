"""A replay of dead letters: each slice is taken if the order still stands, and written down where it stands; so is what was not."""

from collections.abc import Sequence
from typing import Any

from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from relay.dead_letters.work import ReplayOrder, ReplayState, as_far_as
from relay.delivery.sent import Sent
from relay.instances import Instance
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


def deliver_slice(ids: Sequence[int], number: int | None, so_far: Replay | None, outside: Outside) -> Sent:
    """Deliver dead letters by id, and write down what came of it; `so_far` is the replay before them. Raises DatabaseError."""
    sent = redeliver_dead(ids, outside)
    if number is not None and so_far is not None:
        _write_down(number, so_far, so_far.plus(ids, sent), outside)
    return sent


async def catch_up(order: ReplayOrder | None, found: Instance | None, outside: Outside) -> ReplayOrder | None:
    """Return the order as far as its instance has come, and write down what that did without doing so. Raises DatabaseError."""
    if order is None or not order.under_way:
        return order
    now = as_far_as(order, found)
    if now.state is ReplayState.CANCELLED:
        await outside.threads.run(outside.replays.command, now.state)
    elif now != order:
        await outside.threads.run(_write_down, now.number, order.replay, now.replay, outside)
    return now


def _write_down(number: int, before: Replay, after: Replay, outside: Outside) -> None:
    outside.replays.advance(number, before, after, after.wait_seconds(1.0) + ACTIVITY_SECONDS)
