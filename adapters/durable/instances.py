"""Durable instances over the SDK's client: the one place that knows what the client returns."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import azure.durable_functions as df

from relay.errors import AnothersHub
from relay.hub.owner import HUB, OWNER, Owner, anothers
from relay.instances import Instance, Start
from relay.names import WAKE

_OWNER = df.EntityId(HUB, OWNER)
_CLAIM_LOOKS = 12
_STARTS_AT_ONCE = 8
_CLAIM_LOOK_SECONDS = 0.25
_REMEMBERED_SECONDS = 600.0  # a hub changes hands when an operator says so


def _plain(value: Any) -> Any:
    """Return what the SDK has made text of, more than once if an orchestrator continued as new."""
    while isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            break
    return value


@dataclass
class Remembered:
    """Whose the hub was when a process asked last, and until when its own need not be asked for again."""

    owner: str = ""
    until: float = 0.0


class DurableInstances:
    """Satisfies relay.ports.Instances."""

    def __init__(
        self, client: df.DurableOrchestrationClient, app: str = "", remembered: Remembered | None = None
    ) -> None:
        """Keep the client that the host handed to this invocation. Of the hub of another app than `app`, nothing is changed.

        `remembered` spares questions between invocations.
        """
        self._client = client
        self._app = app
        self._remembered = remembered or Remembered()

    async def hub_owner(self) -> str:
        """Return the app that has claimed the task hub; empty: nobody has, or it is not known yet."""
        found = await self._client.read_entity_state(_OWNER)
        return Owner.from_dict(found.entity_state if found.entity_exists else None).app

    async def claim_hub(self, app: str) -> str:
        """Claim the task hub for an app unless it has an owner; return him, empty if he does not show within seconds."""
        if self._remembered.owner == app and time.monotonic() < self._remembered.until:
            return app
        owner = await self.hub_owner()
        if not owner:
            await self._client.signal_entity(_OWNER, "claim", {"app": app})
        for _ in range(_CLAIM_LOOKS):
            if owner:
                break
            await asyncio.sleep(_CLAIM_LOOK_SECONDS)
            owner = await self.hub_owner()
        self._remembered.owner, self._remembered.until = owner, time.monotonic() + _REMEMBERED_SECONDS
        return owner

    async def _refuse_anothers_hub(self) -> None:
        """Raise AnothersHub. Without an owner that shows (an older release may work in the hub too) nothing is refused."""
        owner = await self.claim_hub(self._app) if self._app else ""
        if owner and owner != self._app:
            raise AnothersHub(anothers(self._app, owner))

    async def look(self, instance_id: str) -> Instance | None:
        """Return what is known of an instance, None if there is none."""
        found = await self._client.get_status(instance_id, show_input=True)
        if not found or found.runtime_status is None:  # the SDK answers with an empty status for an unknown id
            return None
        status = found.runtime_status
        name = str(getattr(status, "name", status))
        return Instance(
            name,
            found.custom_status,
            error=str(found.output or "") if name in {"Failed", "Terminated"} else "",
            request=_plain(found.input_),
            result=_plain(found.output) if name == "Completed" else None,
        )

    async def start(self, orchestration: str, request: Mapping[str, Any], instance_id: str | None = None) -> str:
        """Start an orchestration; return its id. Raises if an instance of that id runs, and AnothersHub."""
        await self._refuse_anothers_hub()
        return str(await self._client.start_new(orchestration, instance_id, dict(request)))

    async def start_unless_running(self, orchestration: str, instance_id: str, request: Mapping[str, Any]) -> bool:
        """Start an orchestration under a fixed id unless it runs; tell whether it was started."""
        if await self._is_active(instance_id):
            return False
        try:
            await self.start(orchestration, request, instance_id)
        except Exception:  # the SDK knows no other type
            if await self._is_active(instance_id):  # somebody else was faster
                return False
            raise
        return True

    async def start_unknown(self, starts: Sequence[Start]) -> None:
        """Start those of which nothing is known under their ids, several at a time; what has ended is not started again."""
        places = asyncio.Semaphore(_STARTS_AT_ONCE)

        async def one(start: Start) -> None:
            async with places:
                if await self.look(start.instance_id) is None:
                    await self.start_unless_running(start.orchestration, start.instance_id, start.request)

        await asyncio.gather(*map(one, starts))

    async def _is_active(self, instance_id: str) -> bool:
        found = await self.look(instance_id)
        return found is not None and found.active

    async def wake(self, instance_id: str) -> None:
        """End the wait of an instance."""
        await self._client.raise_event(instance_id, WAKE)

    async def tell(self, instance_id: str, event: str) -> None:
        """Raise an event at an instance, which says nothing but that there is something to be found; raises if there is none that runs."""
        await self._client.raise_event(instance_id, event)

    async def terminate(self, instance_id: str, reason: str) -> None:
        """End an instance at once."""
        await self._client.terminate(instance_id, reason)

    async def suspend(self, instance_id: str, reason: str) -> None:
        """Hold an instance; it may take a moment to show."""
        await self._client.suspend(instance_id, reason)

    async def purge(self, instance_id: str) -> None:
        """Forget an instance that has ended, with its history; one that is not known is no error."""
        await self._client.purge_instance_history(instance_id)

    async def resume(self, instance_id: str, reason: str) -> None:
        """Let a suspended instance go on."""
        await self._client.resume(instance_id, reason)
