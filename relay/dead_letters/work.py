"""A replay of dead letters as a piece of work: it stands in SQL Server, and a durable instance does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from relay.dead_letters.names import REPLAY, replay_instance
from relay.dead_letters.replay import Replay
from relay.work.values import Work


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
