"""A timer's two blobs in the container azure-webjobs-hosts: its status, and the lock of the host that may fire it."""

from collections.abc import Awaitable

from functions_standin.storage.port import Storage, StorageFailed
from functions_standin.timer.status import TimerStatus, parse_status

CONTAINER = "azure-webjobs-hosts"
LEASE_SECONDS = 60  # as of a singleton listener's lock; 15 is the shortest that Azure Storage takes
_TAKEN = 409
_MISSING = 404


class TimerStorage:
    """The blobs of one function."""

    def __init__(self, storage: Storage, host_id: str, function: str, lease_id: str) -> None:
        self._container = storage.container(CONTAINER)
        self._status = f"timers/{host_id}/Host.Functions.{function}/status"
        self._lock = f"locks/{host_id}/Host.Functions.{function}.Listener"
        self._lease = lease_id
        self._has_taken = False

    async def status(self) -> TimerStatus | None:
        """Return what is remembered, or None."""
        try:
            return parse_status(await self._container.get(self._status))
        except StorageFailed as failed:
            if failed.status != _MISSING:
                raise
            return None

    async def remember(self, status: TimerStatus) -> None:
        """Write the status."""
        await self._container.put(self._status, status.to_json())

    async def lock(self, seconds: int) -> bool:
        """Take the lock or keep it; tell whether this host has it now.

        Only what was taken is renewed: Azurite lets anybody renew a lease that has run out, and it is the dead host's again then.
        """
        self._has_taken = (self._has_taken and await self._renew()) or await self._acquire(seconds)
        return self._has_taken

    async def unlock(self) -> None:
        """Give the lock free."""
        await _try(self._container.release_lease(self._lock, self._lease))

    async def _renew(self) -> bool:
        return await _try(self._container.renew_lease(self._lock, self._lease)) is None

    async def _acquire(self, seconds: int) -> bool:
        refused = await _try(self._container.acquire_lease(self._lock, self._lease, seconds))
        if refused == _MISSING:
            await self._container.put(self._lock, b"")
            refused = await _try(self._container.acquire_lease(self._lock, self._lease, seconds))
        return refused is None


async def _try(request: Awaitable[None]) -> int | None:
    """Return the status with which a request for a lease was refused, or None."""
    try:
        await request
    except StorageFailed as failed:
        if failed.status not in {_MISSING, _TAKEN}:
            raise
        return failed.status
    return None
