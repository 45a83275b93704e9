"""The port of durable instances; see ports.py for the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Instance:
    """What is known of an orchestration: its runtime status (Running, Completed, …), its custom status, what it was told and returned."""

    status: str
    custom_status: Any = None
    error: str = ""  # why it has failed, or the reason for which it was terminated
    request: Any = None  # the input of its last generation
    result: Any = None  # of one that has completed

    @property
    def active(self) -> bool:
        """Tell whether it has not ended."""
        return self.status in {"Running", "Pending", "ContinuedAsNew", "Suspended"}


@dataclass(frozen=True, slots=True)
class Start:
    """An orchestration that is to be started under an id of its own."""

    orchestration: str
    instance_id: str
    request: Mapping[str, Any]


class Instances(Protocol):
    """Durable instances, and the owner of the hub they are in. Whatever the storage account refuses is raised as the SDK raises it."""

    async def look(self, instance_id: str) -> Instance | None:
        """Return what is known of an instance, None if there is none."""

    async def hub_owner(self) -> str:
        """Return the app that has claimed the task hub; empty: nobody has, or it is not known yet."""

    async def claim_hub(self, app: str) -> str:
        """Claim the task hub for an app unless it has an owner; return him, empty if he does not show within seconds."""

    async def start(self, orchestration: str, request: Mapping[str, Any], instance_id: str | None = None) -> str:
        """Start an orchestration; return its id. Raises if an instance of that id runs, and AnothersHub."""

    async def start_unless_running(self, orchestration: str, instance_id: str, request: Mapping[str, Any]) -> bool:
        """Start an orchestration under a fixed id unless it runs; tell whether it was started."""

    async def start_unknown(self, starts: Sequence[Start]) -> None:
        """Start those of which nothing is known under their ids, several at a time; what has ended is not started again."""

    async def wake(self, instance_id: str) -> None:
        """End the wait of an instance."""

    async def tell(self, instance_id: str, event: str) -> None:
        """Raise an event at an instance, which says nothing but that there is something to be found; raises if there is none that runs."""

    async def terminate(self, instance_id: str, reason: str) -> None:
        """End an instance at once."""

    async def suspend(self, instance_id: str, reason: str) -> None:
        """Hold an instance; it may take a moment to show."""

    async def purge(self, instance_id: str) -> None:
        """Forget an instance that has ended, with its history; one that is not known is no error."""

    async def resume(self, instance_id: str, reason: str) -> None:
        """Let a suspended instance go on."""
