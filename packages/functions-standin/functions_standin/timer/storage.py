"""A timer's two blobs in the container azure-webjobs-hosts: its status, and the lock of the host that may fire it."""

import uuid

from functions_standin.storage.blobs import Container
from functions_standin.storage.http import StorageFailed, StorageHttp
from functions_standin.timer.status import TimerStatus, parse_status

CONTAINER = "azure-webjobs-hosts"
LEASE_SECONDS = 60  # as of a singleton listener's lock; 15 is the shortest that Azure Storage takes
_TAKEN = 409


class TimerStorage:
    """The blobs of one function."""

    def __init__(self, http: StorageHttp, host_id: str, function: str) -> None:
        self._http = http
        self._container = Container(http, CONTAINER)
        self._status = f"timers/{host_id}/Host.Functions.{function}/status"
        self._lock = f"locks/{host_id}/Host.Functions.{function}.Listener"
        self._lease = str(uuid.uuid4())

    async def status(self) -> TimerStatus | None:
        """Return what is remembered, or None."""
        try:
            return parse_status(await self._container.get(self._status))
        except StorageFailed as failed:
            if failed.status != 404:
                raise
            return None

    async def remember(self, status: TimerStatus) -> None:
        """Write the status."""
        await self._container.put(self._status, status.to_json())

    async def lock(self, seconds: int) -> bool:
        """Take the lock or keep it; tell whether this host has it now."""
        for action in ("renew", "acquire"):
            headers = {"x-ms-lease-action": action, "x-ms-lease-id": self._lease}
            if action == "acquire":
                headers = {
                    "x-ms-lease-action": action,
                    "x-ms-lease-duration": str(seconds),
                    "x-ms-proposed-lease-id": self._lease,
                }
            try:
                await self._http.other("PUT", f"{self._container.url(self._lock)}?comp=lease", ms_headers=headers)
            except StorageFailed as failed:
                if failed.status == 404:
                    await self._container.put(self._lock, b"")
                elif failed.status != _TAKEN:
                    raise
            else:
                return True
        return False

    async def unlock(self) -> None:
        """Give the lock free."""
        headers = {"x-ms-lease-action": "release", "x-ms-lease-id": self._lease}
        try:
            await self._http.other("PUT", f"{self._container.url(self._lock)}?comp=lease", ms_headers=headers)
        except StorageFailed as failed:
            if failed.status not in {404, _TAKEN}:
                raise
