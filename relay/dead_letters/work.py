"""A replay of dead letters as a piece of work: it stands in SQL Server, and a durable instance does it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from relay.dead_letters.names import REPLAY, replay_instance
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from relay.instances import Instance
from relay.work.values import Work

CANCELLED_BY = "cancelled by an operator"  # the reason of which an instance is terminated, in older releases too
_COUNTS = ("total", "done", "delivered", "rejected", "failed", "last_error")


class ReplayState(StrEnum):
    """Where a replay stands."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOrder:
    """A replay as it stands in SQL Server. `number` tells it from earlier ones of the relay."""

    number: int
    state: ReplayState
    replay: Replay
    started_at: str  # ISO 8601, UTC
    late_seconds: float = 0.0  # since the next slice was due; below zero: it is not yet

    @property
    def under_way(self) -> bool:
        """Tell whether there is still something to do."""
        return self.state in {ReplayState.RUNNING, ReplayState.PAUSED}

    def request(self) -> Mapping[str, Any]:
        """Return the input of the orchestration that goes on with it."""
        return {"replay": self.replay.to_dict(), "number": self.number}

    def progress(self) -> dict[str, Any]:
        """Return what an operator sees."""
        return {**self.replay.status(self.state.value), "started_at": self.started_at}


def as_far_as(order: ReplayOrder, found: Instance | None) -> ReplayOrder:
    """Return the order as far as its instance has come.

    That may be further than what is written down: a release before 0.3 beside this one does steps of it too, and writes nothing.
    """
    replay = _worked_at(order, found) if order.under_way else None
    if found is None or replay is None:
        return order
    if found.status == "Terminated" and found.error == CANCELLED_BY:
        return replace(order, state=ReplayState.CANCELLED)
    result = found.result if isinstance(found.result, dict) else {}
    if result.get("state") == ReplayState.DONE:
        selection = replace(replay.selection, after=replay.selection.upto)
        replay = replace(replay, selection=selection, step=0, **{name: result[name] for name in _COUNTS})
        return replace(order, state=ReplayState.DONE, replay=replay)
    return replace(order, replay=replay, late_seconds=0.0) if replay.done > order.replay.done else order


def _worked_at(order: ReplayOrder, found: Instance | None) -> Replay | None:
    """Return what an instance was told last, None if that was another order; who writes nothing down keeps no number either."""
    request = found.request if found else None
    if not isinstance(request, dict) or "replay" not in request or request.get("number", order.number) != order.number:
        return None
    replay = Replay.from_dict(request["replay"])
    return replay if _all_of(replay.selection) == _all_of(order.replay.selection) else None


def _all_of(selection: Selection) -> Selection:
    """Return a selection without how far it has come."""
    return replace(selection, after=0)


def replay_work(order: ReplayOrder, app: str) -> Work | None:
    """Return what is to do; None: nothing, or somebody has it paused."""
    if order.state is not ReplayState.RUNNING:
        return None
    relay = order.replay.relay
    return Work(
        orchestration=REPLAY,
        instance_id=replay_instance(app, relay),
        request=order.request(),
        relay=relay,
        mark=f"{order.number} {order.replay.done} {order.replay.step}",
        quiet_seconds=max(0.0, order.late_seconds),
    )
